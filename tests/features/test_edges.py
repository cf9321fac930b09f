"""Where windows begin and end, and which rows are told apart."""

import datetime as dt

import polars as pl
import pytest

from regulars.features import Side
from tests.features.log import ANNA, FIRST, ITEMS, STORES, ago, events, log, row

JUST_BEFORE = 1 / 86_400
"""A second, in days."""


def test_two_purchase_days_have_a_gap_and_no_spread() -> None:
    found = row(pl.concat([ago(12), ago(3)]))
    assert (found["gap_mean"], found["gap_median"], found["gap_max"], found["gap_last"]) == (9, 9, 9, 9)
    assert (found["gap_std"], found["regularity"]) == (None, None)
    assert found["spend_std"] == 0


def test_nothing_of_the_day_of_as_of_or_later_counts() -> None:
    lines = pl.concat([ago(days) for days in (100, 97, 67, 60, 52)])
    later = [ago(0), ago(0, "rope", store="s2"), ago(-1, quantity=-1.0), ago(-3, "soap", store="s9"), ago(-40, "bread")]
    assert row(pl.concat([*later, lines])) == row(lines)


def test_gaps_are_told_apart() -> None:
    lines = pl.concat([ago(days) for days in (100, 97, 67, 60, 52)])  # gaps of 3, 30, 7 and 8 days
    found = row(lines)
    assert (found["gap_median"], found["gap_max"], found["gap_last"]) == (7.5, 30, 8)
    weighed = 8 + 0.8 * 7 + 0.64 * 30 + 0.512 * 3
    assert found["gap_smoothed"] == pytest.approx(weighed / (1 + 0.8 + 0.64 + 0.512))


def test_the_smoothed_gap_looks_at_twenty() -> None:
    lines = pl.concat([ago(days) for days in (200, *range(21, 0, -1))])  # one gap of 179 days, then 20 of a day
    assert row(lines)["gap_smoothed"] == 1


@pytest.mark.parametrize("window", [7, 14, 30, 90, 180, 365])
def test_windows_end_where_they_say(window: int) -> None:
    """The first moment of the window counts, the last one before it and the first of as_of do not."""
    inside, outside, today = ago(window), ago(window + JUST_BEFORE), ago(0)
    for lines, n in ((inside, 1), (outside, 0), (pl.concat([inside, outside, today]), 1)):
        found = row(lines)
        assert found[f"days_{window}"] == n
        assert found.get(f"spend_{window}", 100 * n) == 100 * n


def test_a_steady_customer_has_no_trend() -> None:
    lines = log(*(("anna", f"o{n}", "tea", _day(15 * n), 1.0, 100, 0, "s1") for n in range(28)))
    found = row(lines, FIRST.date() + dt.timedelta(days=15 * 27 + 1))
    # Every fifteenth day: 2 and 4 days in the last 30 and the 60 before, 6 and 6, 12 and 13 (of 185 days).
    assert found["trend_30"] == pytest.approx(1)
    assert found["trend_90"] == pytest.approx(1)
    assert found["trend_180"] == pytest.approx(12.5 / (13 * 180 / 185 + 0.5))


@pytest.mark.parametrize("window", [30, 90, 180])
def test_a_trend_needs_a_customer_older_than_its_window(window: int) -> None:
    assert row(ago(window))[f"trend_{window}"] is None
    assert row(ago(window + 1))[f"trend_{window}"] is not None


def test_old_habits_are_not_recent_ones() -> None:
    found = row(ANNA, dt.date(2024, 4, 30))  # Anna's days are 120, 110 and 90 days ago
    assert found["discount_share_90"] == pytest.approx(20 / (20 + 780))
    assert found["deal_share_90"] == 1 / 2
    assert found["new_item_share_90"] == 1 / 2
    assert found["web_share_90"] == 1 / 2
    later = row(ANNA, dt.date(2024, 5, 1))
    for name in ("discount_share_90", "deal_share_90", "new_item_share_90", "web_share_90"):
        assert later[name] is None


def test_returns_of_half_a_year() -> None:
    bought = [ago(200), ago(180), ago(179, "rope")]
    back = [ago(181, quantity=-1.0), ago(180 - JUST_BEFORE, quantity=-1.0)]
    found = row(pl.concat([*bought, *back]))
    assert found["return_share"] == pytest.approx(2 / 3)
    assert found["return_share_180"] == 1 / 2
    assert found["return_recency"] == 180
    assert row(pl.concat([ago(181), ago(9, quantity=-1.0)]))["return_share_180"] is None  # none bought since
    assert row(pl.concat([ago(1), ago(0, quantity=-1.0)]))["return_share"] == 0  # brought back on the day of as_of


def test_a_week_of_purchases() -> None:
    found = row(pl.concat([ago(days) for days in range(1, 8)]))
    assert [found[f"weekday_{day}"] for day in range(1, 8)] == pytest.approx([1 / 7] * 7)
    assert found["weekend_share"] == 2 / 7
    assert [row(ago(days))["weekend_share"] for days in (8, 7, 6, 5)] == [0, 1, 1, 0]  # Friday to Monday


def test_an_order_has_the_hour_of_its_first_line() -> None:
    lines = log(
        ("anna", "a1", "tea", "2024-02-01T18:30", 1.0, 100, 0, "s1"),
        ("anna", "a1", "rope", "2024-02-01T17:59", 1.0, 100, 0, "s1"),
        ("anna", "a2", "tea", "2024-02-01T09:00", 1.0, 100, 0, "s1"),
    )
    assert row(lines)["hour"] == (17 + 9) / 2
    assert row(lines)["n_orders"] == 2


def _told(*what: tuple[str, str]) -> dict[str, float | None]:
    return row(ANNA, side=Side(ITEMS, STORES, events(*(("anna", kind, at) for kind, at in what))))


def test_looks_and_mails_end_where_they_say() -> None:
    at_30, before_30, at_90, before_90, today = (
        "2024-01-11T00:00", "2024-01-10T23:59:59", "2023-11-12T00:00", "2023-11-11T23:59:59", "2024-02-10T00:00",
    )  # fmt: skip
    found = _told(*((kind, at) for kind in ("cart", "wish") for at in (at_30, before_30, at_90, before_90, today)))
    assert found["look_recency"] == 30
    assert (found["looks_30"], found["looks_90"], found["carts_30"]) == (2, 6, 1)
    sent = (at_30, at_90, before_90, today)
    found = _told(
        *(("email_sent", at) for at in sent), ("email_open", before_90), ("email_click", today), ("email_open", at_90)
    )
    assert (found["mails_90"], found["open_share_90"], found["click_share_90"]) == (2, 1 / 2, 0)
    assert (found["look_recency"], found["looks_90"]) == (None, 0)
    assert _told(("email_open", at_30))["open_share_90"] is None  # opened, though none was sent in the last days


def test_a_midnight_purchase_belongs_to_its_own_day() -> None:
    lines = log(
        ("anna", "a1", "tea", "2024-02-09T23:59:59.999999", 1.0, 1, 0, None),
        ("anna", "a2", "tea", "2024-02-10T00:00:00", 1.0, 1, 0, None),
    )
    assert row(lines)["n_orders"] == 1
    assert row(lines, dt.date(2024, 2, 11))["n_orders"] == 2


def _day(number: int) -> str:
    return (FIRST + dt.timedelta(days=number, hours=9)).isoformat()
