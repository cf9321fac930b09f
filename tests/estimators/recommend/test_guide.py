"""docs/recommend.md is true: its code runs, and it names every kind, source, field and number of the rules."""

import dataclasses
import re
from pathlib import Path

import pytest

from regulars.estimators.recommend import KINDS, Wish, due
from regulars.estimators.recommend.candidates import SOURCES
from tests.estimators.recommend import goods

PAGE = (Path(__file__).parents[3] / "docs" / "recommend.md").read_text(encoding="utf-8")


def test_its_code_runs() -> None:
    names: dict[str, object] = {"transactions": goods.transactions(), "items": goods.items(), "today": goods.AS_OF}
    for block in re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE):
        exec(compile(block, "docs/recommend.md", "exec"), names)  # noqa: S102 - our own page
    for name, rows in (("offers", 600), ("strangers", 10), ("basket", 5), ("alike", 5), ("like_it", 5)):
        assert len(names[name]) == rows, name  # type: ignore[arg-type]
    assert 0 < len(names["due"]) < 600  # type: ignore[arg-type]


WORDS = {*KINDS, *SOURCES, *(each.name for each in dataclasses.fields(Wish))}


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_word_is_explained(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_the_rule_of_buy_again_is_the_one_of_the_code() -> None:
    assert (due.DURABLE_DAYS, due.REPEATED, due.DUE_LAG) == (220.0, 0.1, 0.75)
    for words in ("less than 220 days", "at least a tenth of its customers", "three quarters of its usual gap"):
        assert words in PAGE.replace("\n", " ").replace("  ", " ")
