"""Items written in several ways go by the one first sold."""

import datetime as dt

import polars as pl
import pytest

from regulars.hygiene import spelling


def names(*items: str, sources: list[str] | None = None) -> dict[str, str]:
    """Return which spelling stands for which, of items first sold a day after each other."""
    days = [dt.datetime(2024, 3, day, tzinfo=dt.UTC) for day in range(1, len(items) + 1)]
    seen = {"source": sources or ["till"] * len(items), "item_as_written": items, "first_at": days}
    return dict(spelling.respelt(pl.DataFrame(seen, schema=spelling.SPELLINGS), ["till"]).iter_rows())


@pytest.mark.parametrize(
    ("first", "then"),
    [("85123A", "85123a"), ("green tea", "Green  Tea"), ("00471", "471"), ("471", "0471"), ("tea", " tea ")],
)
def test_case_blanks_and_leading_zeros(first: str, then: str) -> None:
    assert names(first, then) == {then: first}


@pytest.mark.parametrize(("one", "other"), [("tea", "teas"), ("07", "7"), ("0A1", "A1"), ("1.0", "10"), ("a-b", "ab")])
def test_what_are_two_items(one: str, other: str) -> None:
    assert names(one, other) == {}


def test_the_first_sold_names_all_and_equal_days_are_settled_by_the_alphabet() -> None:
    assert names("tea", "TEA", "Tea") == {"TEA": "tea", "Tea": "tea"}
    same = pl.DataFrame(
        {"source": "till", "item_as_written": ["b1x", "B1X"], "first_at": dt.datetime(2024, 3, 1, tzinfo=dt.UTC)},
        schema=spelling.SPELLINGS,
    )
    assert spelling.respelt(same, ["till"]).rows() == [("b1x", "B1X")]


def test_sources_where_the_rule_is_off_do_not_count() -> None:
    assert names("tea", "TEA", sources=["web", "till"]) == {}
