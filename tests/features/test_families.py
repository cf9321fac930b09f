"""Each feature of a six-line log, worked out by hand."""

import datetime as dt
import math

import polars as pl
import pytest

from regulars import features, schema
from regulars.features import basket, price, recent, rfm, rhythm, season, store
from regulars.features.known import known
from regulars.windows import Snapshot
from tests.features.log import ANNA, AS_OF, FIRST, ITEMS, log

ONCE = log(("bert", "b1", "tea", "2024-02-09T23:59", 1.0, 250, 0, "s1"))


def row(lines: pl.DataFrame, as_of: dt.date = AS_OF) -> dict[str, float | None]:
    """Return the features of the only customer."""
    return features.table(lines, ITEMS, [Snapshot(as_of)]).row(0, named=True)


def expect(lines: pl.DataFrame, names: tuple[str, ...], **values: float | None) -> None:
    """Hold a whole family against values that were worked out by hand."""
    found = {name: row(lines)[name] for name in names}
    assert found == pytest.approx(values, nan_ok=False)


def test_rfm() -> None:
    expect(
        ANNA, rfm.NAMES,
        recency=10, frequency=2, tenure=40, n_orders=4,
        spend=(1000 + 320 + 780) / 3, spend_std=math.sqrt((300**2 + 380**2 + 80**2) / 2), spend_last=780,
    )  # fmt: skip
    expect(
        ONCE, rfm.NAMES,
        recency=1, frequency=0, tenure=1, n_orders=1, spend=250, spend_std=None, spend_last=250,
    )  # fmt: skip


def test_rhythm() -> None:
    expect(
        ANNA, rhythm.NAMES,
        gap_mean=15, gap_median=15, gap_std=math.sqrt(50), gap_max=20, gap_last=20,
        gap_smoothed=(20 + 0.8 * 10) / 1.8, gap_shrunk=(40 + 30) / 3, overdue=10 / (70 / 3),
        regularity=15**2 / (50 + 1),
    )  # fmt: skip
    expect(
        ONCE, rhythm.NAMES,
        gap_mean=None, gap_median=None, gap_std=None, gap_max=None, gap_last=None, gap_smoothed=None,
        gap_shrunk=31, overdue=1 / 31, regularity=None,
    )  # fmt: skip


def test_recent() -> None:
    expect(
        ANNA, recent.NAMES,
        days_7=0, days_14=1, days_30=2, days_90=3, days_180=3, days_365=3,
        spend_30=1100, spend_90=2100, spend_180=2100, spend_365=2100,
        trend_30=(2 + 0.5) / (1 * 30 / 60 + 0.5), trend_90=None, trend_180=None,
    )  # fmt: skip


def test_a_steady_customer_has_no_trend() -> None:
    lines = log(*(("anna", f"o{n}", "tea", _day(15 * n), 1.0, 100, 0, "s1") for n in range(28)))
    found = row(lines, FIRST.date() + dt.timedelta(days=15 * 27 + 1))
    # Every fifteenth day: 2 and 4 days in the last 30 and the 60 before, 6 and 6, 12 and 13 (of 185 days).
    assert found["trend_30"] == pytest.approx(1)
    assert found["trend_90"] == pytest.approx(1)
    assert found["trend_180"] == pytest.approx(12.5 / (13 * 180 / 185 + 0.5))


def test_basket() -> None:
    expect(
        ANNA, basket.NAMES,
        basket_items=(2 + 1 + 2) / 3, basket_value=2100 / 4, n_items=3, new_item_share=3 / 5, new_item_share_90=3 / 5,
        n_categories=3, top_department_share=4 / 5,
    )  # fmt: skip


def test_price() -> None:
    expect(
        ANNA, price.NAMES,
        discount_share=120 / (120 + 2100), discount_share_90=120 / 2220, return_share=1 / 5,
    )  # fmt: skip


def test_old_habits_are_not_recent_ones() -> None:
    found = row(ANNA, dt.date(2024, 4, 30))  # Anna's days are 120, 110 and 90 days ago
    assert found["discount_share_90"] == pytest.approx(20 / (20 + 780))
    assert found["new_item_share_90"] == pytest.approx(1 / 2)
    later = row(ANNA, dt.date(2024, 5, 1))
    assert later["discount_share_90"] is None
    assert later["new_item_share_90"] is None


def test_season() -> None:
    seldom, once = (1 / 7) / 4, (1 + 1 / 7) / 4
    angle = 2 * math.pi * 41 / 365.25
    expect(
        ANNA, season.NAMES,
        weekday_1=once, weekday_2=seldom, weekday_3=once, weekday_4=once, weekday_5=seldom, weekday_6=seldom,
        weekday_7=seldom, weekend_share=0, hour=(9 + 17 + 11 + 13) / 4, as_of_weekday=6,
        year_sin=math.sin(angle), year_cos=math.cos(angle),
    )  # fmt: skip


def test_store() -> None:
    expect(ANNA, store.NAMES, n_stores=3, top_store_share=2 / 4)


def test_returns_and_lines_without_goods_are_no_purchases() -> None:
    strange = log(
        ("anna", "a5", "tea", "2024-02-05T09:00", -1.0, -350, 0, "s3"),
        ("anna", "a6", "tea", "2024-02-06T09:00", 0.0, 100, 0, "s3"),
        ("zoe", "z1", "tea", "2024-02-06T09:00", -1.0, -350, 0, "s1"),
    )
    found = features.table(pl.concat([ANNA, strange]), ITEMS, [Snapshot(AS_OF)])
    assert found["customer_id"].to_list() == ["anna"]
    expected = row(ANNA) | {"return_share": 2 / 5}
    assert found.row(0, named=True) == expected


def test_a_midnight_purchase_belongs_to_its_own_day() -> None:
    lines = log(
        ("anna", "a1", "tea", "2024-02-09T23:59:59.999999", 1.0, 1, 0, None),
        ("anna", "a2", "tea", "2024-02-10T00:00:00", 1.0, 1, 0, None),
    )
    assert row(lines)["n_orders"] == 1
    assert row(lines, dt.date(2024, 2, 11))["n_orders"] == 2


def test_what_a_purchase_told_of_an_item_counts_from_then_on() -> None:
    told = ITEMS.with_columns(known_since=pl.lit(dt.datetime(2024, 1, 20)))
    found = features.table(ANNA, told, [Snapshot(AS_OF)]).row(0, named=True)
    assert found["n_categories"] == 2  # unknown so far, and bakery since the last bread
    assert found["top_department_share"] == 4 / 5  # unknown: both teas and breads of January, and the soap
    assert known(ANNA.lazy(), told, [Snapshot(AS_OF)]).departments["department"].to_list().count("food") == 1


def test_a_shop_without_a_catalogue() -> None:
    bare = features.table(ANNA, None, [Snapshot(AS_OF)]).row(0, named=True)
    assert bare == row(ANNA) | {"n_categories": 1, "top_department_share": 1}
    assert features.table(ANNA, schema.ITEMS.empty(), [Snapshot(AS_OF)]).row(0, named=True) == bare


def _day(number: int) -> str:
    return (FIRST + dt.timedelta(days=number, hours=9)).isoformat()
