"""The page of the hygiene report: complete, self-contained, safe, the same bytes each time."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from regulars import cleaning, cleaning_page
from regulars.cleaning import Cleaning
from regulars.errors import DataError
from regulars.hygiene import RULES, Rules
from regulars.ingest import Terms, ingest
from regulars.ledger import Ledger
from tests.ingest.shop import LINES, snapshot, write

BAD = ["dora,o8,milk,2024-03-11,many,6.00,0,web", ",o9,tea,2024-03-12,1,4.00,0,web"]
EVIL = '<script>alert("1")</script>&'
VOID = {"meta", "br"}


class Page(HTMLParser):
    """Reads a page: its tags, its words, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

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


def shop(folder: Path) -> Cleaning:
    """The report of a small ledger in ``folder``."""
    ingest([write(folder / "till.csv", [*LINES, *BAD])], "generic", folder / "ledger", terms=Terms(source="till"))
    return cleaning.of(Ledger.open(folder / "ledger").manifest)


@pytest.fixture
def report(tmp_path: Path) -> Cleaning:
    return shop(tmp_path)


def test_the_page_has_every_number_and_reason(report: Cleaning) -> None:
    page = Page(cleaning_page.html(report))
    assert page.open == []
    for step in report.steps:
        assert step.title in page.text
        assert step.sentence in page.text
    for expected in (
        "quantity unreadable",
        "till.csv",
        "generic",
        report.fingerprint,
        "23.72 USD",
        "UTC",
        *RULES.values(),
    ):
        assert expected in page.text
    assert "Of 7 lines read, models see 5." in page.text
    assert (page.tags["table"], page.tags["svg"], page.tags["h1"]) == (5, 2, 1)


def test_pictures_have_words_for_those_who_cannot_see_them(report: Cleaning) -> None:
    alts = [value for name, value in Page(cleaning_page.html(report)).attributes if name == "aria-label"]
    pictured = [alt for alt in alts if alt and "that models see" in alt]
    assert len(pictured) == 2
    assert pictured[0].startswith("From 7 lines read to 5 lines that models see")


def test_the_page_needs_nothing_else(report: Cleaning) -> None:
    text = cleaning_page.html(report)
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "base"} & page.tags.keys()
    links = [value or "" for name, value in page.attributes if name in ("href", "src", "xlink:href", "srcset")]
    assert [link for link in links if not link.startswith("#")] == []
    assert set(re.findall(r"https?://[\w.]+", text)) <= {"http://www.w3.org"}  # the names of SVG's vocabularies
    assert "url(" not in text.replace("url(#", "")
    assert "@import" not in text


def test_what_files_say_cannot_become_part_of_the_page(report: Cleaning) -> None:
    file = report.files[0].model_copy(update={"name": EVIL, "source": EVIL, "preset": EVIL, "lines_taken_back": 1})
    aside = report.set_aside.model_copy(update={"reasons": {EVIL: 1}})
    rules = {EVIL: Rules(item_patterns=(EVIL,), name_patterns=(EVIL,))}
    told = {"files": (file,), "set_aside": aside, "rules": rules, "time_zone": EVIL, "fingerprint": EVIL}
    page = Page(cleaning_page.html(report.model_copy(update=told)))
    assert page.tags["script"] == 0
    assert page.open == []
    assert page.text.count(EVIL) == 9


def test_the_name_of_a_file_is_shown_as_it_is(tmp_path: Path) -> None:
    header = "customer_id,purchased_at,amount"
    ingest([write(tmp_path / "<b>X.csv", ["anna,2024-03-01,4.00"], header)], "generic", tmp_path / "ledger")
    page = Page(cleaning_page.html(cleaning.of(Ledger.open(tmp_path / "ledger").manifest)))
    assert "<b>X.csv" in page.text
    assert page.tags["b"] == 0


def test_the_same_lines_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = shop(tmp_path / "a"), shop(tmp_path / "b")
    cleaning_page.write(first, tmp_path / "a.html")
    cleaning_page.write(second, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == cleaning_page.html(first)


def test_the_page_is_replaced_as_a_whole(report: Cleaning, tmp_path: Path) -> None:
    target = tmp_path / "pages" / "report.html"
    target.parent.mkdir()
    target.write_text("old", encoding="utf-8")
    cleaning_page.write(report, target)
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert list(snapshot(target.parent)) == ["report.html"]


def test_where_nothing_can_be_written(report: Cleaning, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot write .*no-such.*; name a file in a folder"):
        cleaning_page.write(report, tmp_path / "no-such" / "report.html")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError, match="cannot write"):
        cleaning_page.write(report, tmp_path / "folder")
    assert not list(tmp_path.glob(".*.tmp"))


def test_rules_that_are_off_say_so(report: Cleaning) -> None:
    rules = {"till": Rules(voided=False), "web": Rules(item_patterns=("POST", "gift_.*"))}
    steps = [step.model_copy(update={"on": ()}) if step.name == "voided" else step for step in report.steps]
    text = Page(cleaning_page.html(report.model_copy(update={"rules": rules, "steps": tuple(steps)}))).text
    assert "voided (off)" in text
    assert "anonymous a line without a customer; it still counts for items always always" in text
    assert f"voided {RULES['voided']} off on" in text
    assert "none POST , gift_.*" in text
