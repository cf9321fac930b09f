"""The page: complete, self-contained, safe, the same bytes each time."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from regulars import comparing
from regulars.comparing import Source
from regulars.errors import DataError
from regulars.ledger import Ledger
from tests.comparing.made import ANSWERS, FAIR, LOST, SURE, source

EVIL = 'Is <script>alert("1")</script> & co. better?'
VOID = {"meta", "br"}


class Page(HTMLParser):
    """Reads a page: its tags, its words, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.headings: list[int] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def text(small_ledger: Ledger) -> str:
    """The page of one experiment whose costs are known."""
    return comparing.page([source(small_ledger, costs=True, question=EVIL)])


def test_every_candidate_and_every_part_is_there(text: str) -> None:
    page = Page(text)
    assert page.open == []
    for name in ANSWERS:
        assert page.text.count(name) >= 6, name
    for heading in (
        "Leaderboard", "Do forecasts come true?", "What does the top of the list hold?", "For whom does it work?",
        "Does it last?", "What does it cost?", "In what do they differ?", "On what this rests", "How to see it again",
    ):  # fmt: skip
        assert heading in page.text
    assert "churn_hazard wins: on AUC the lead of churn_hazard over churn_recency is +" in page.text
    assert f"regulars reproduce {'f' * 32}" in page.text
    assert page.tags["svg"] == page.tags["figure"] == 7
    assert "4.50" in page.text


def test_headings_come_in_order_and_pictures_have_words(text: str) -> None:
    page = Page(text)
    assert page.headings[:3] == [1, 2, 3]
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    labels = [value for name, value in page.attributes if name == "aria-label"]
    assert len(labels) >= page.tags["svg"]
    assert all(labels)


def test_it_needs_nothing_else(text: str) -> None:
    page = Page(text)
    assert page.tags["script"] == page.tags["link"] == page.tags["img"] == page.tags["iframe"] == 0
    names = [name for name, _ in page.attributes]
    assert not any(name.startswith("on") for name in names)
    addresses = [value or "" for name, value in page.attributes if name in {"src", "href", "xlink:href", "action"}]
    assert [each for each in addresses if not each.startswith("#")] == []
    assert re.findall(r"url\((?!#)[^)]*\)|@import", text) == []


def test_what_was_asked_is_escaped(text: str) -> None:
    assert "<script" not in text
    assert EVIL in Page(text).text


def test_the_same_sources_give_the_same_bytes(text: str, small_ledger: Ledger, tmp_path: Path) -> None:
    comparing.write([source(small_ledger, costs=True, question=EVIL)], tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == text
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


def test_without_a_run_costs_are_not_known(small_ledger: Ledger) -> None:
    page = Page(comparing.page([source(small_ledger)]))
    assert "Not known: costs are kept with the runs in MLflow" in page.text
    assert "regulars reproduce experiments/made-up" in page.text


def test_several_experiments_say_what_is_not_paired(small_ledger: Ledger) -> None:
    answers = {"churn_recency": (LOST, LOST), "churn_lightgbm": (SURE, SURE)}
    page = Page(comparing.page([source(small_ledger), source(small_ledger, answers=answers, name="two")]))
    assert "paired on the same resamples within an experiment only" in page.text
    assert "not paired" in page.text
    assert page.text.count("baseline") > 2


def test_columns_are_found_by_name_in_reports_with_others(small_ledger: Ledger) -> None:
    answers = {"churn_recency": (LOST, LOST), "churn_lightgbm": (FAIR, FAIR)}
    two = source(small_ledger, answers=answers, name="two")
    told = two.report["candidates"]["churn_lightgbm"]
    told["intervals"] = {"older": {"value": 0.125, "low": 0.12, "high": 0.13}, "auc": told["intervals"]["auc"]}
    slices = two.report["pairs"]["churn_recency"]["churn_lightgbm"]["slices"]
    first, *_ = slices
    slices[first] = slices.pop(first) | {"better_by": -0.4321, "low": -0.5, "high": -0.4}
    text = comparing.page([source(small_ledger), two])
    assert "0.125" not in text
    groups = text.split("For whom does it work?</h3>")[1]
    cells = groups.split('<th scope="row">churn_lightgbm</th>')[1].split("</tr>")[0].split("</td>")
    assert "+0.4321" in cells[0]
    assert "+0.4321" not in "".join(cells[1:])


def test_one_candidate_alone_and_one_that_nothing_is_known_of(small_ledger: Ledger) -> None:
    lonely = source(small_ledger, answers={"churn_recency": (LOST,)})
    assert "There is nobody else to compare with." in Page(comparing.page([lonely])).text
    blank = source(small_ledger, answers={"churn_recency": (LOST,), "churn_btyd": (SURE,)})
    for candidate in blank.report["candidates"].values():
        candidate["intervals"]["auc"] = {"value": None, "low": None, "high": None}
        candidate |= {"calibration": None, "top": []}
        for each in candidate["slices"].values():
            each |= {"auc": None, "low": None, "high": None}
    page = Page(comparing.page([Source(blank.report)]))
    assert "What does the top of the list hold?" not in page.text
    assert "\N{EN DASH}" in page.text


def test_a_page_that_cannot_be_written(small_ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot write .*none/page.html \(No such file or directory\); name a file in"):
        comparing.write([source(small_ledger)], tmp_path / "none" / "page.html")
