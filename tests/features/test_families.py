"""Each feature of a six-line log, worked out by hand."""

import datetime as dt
import math

import polars as pl
import pytest

from regulars import features, schema
from regulars.features import Side
from tests.features.log import ANNA, AS_OF, EVENTS, ITEMS, KEPT, STORES, ago, events, log, row, table

ONCE = log(("bert", "b1", "tea", "2024-02-09T23:59", 1.0, 250, 0, "s1"))


FAMILY = {family.__name__: family for family in features.FAMILIES}


def expect(lines: pl.DataFrame, family: str, **values: float | None) -> None:
    """Hold a whole family against values that were worked out by hand."""
    found = row(lines)
    names = features.names([FAMILY[family]])
    assert {name: found[name] for name in names} == pytest.approx(values, nan_ok=False)


def test_rfm() -> None:
    expect(
        ANNA, "rfm",
        recency=10, frequency=2, tenure=40, n_orders=4,
        spend=(1000 + 320 + 780) / 3, spend_std=math.sqrt((300**2 + 380**2 + 80**2) / 2), spend_last=780,
    )  # fmt: skip
    expect(
        ONCE, "rfm",
        recency=1, frequency=0, tenure=1, n_orders=1, spend=250, spend_std=None, spend_last=250,
    )  # fmt: skip


def test_rhythm() -> None:
    expect(
        ANNA, "rhythm",
        gap_mean=15, gap_median=15, gap_std=math.sqrt(50), gap_max=20, gap_last=20,
        gap_smoothed=(20 + 0.8 * 10) / 1.8, gap_shrunk=(40 + 30) / 3, overdue=10 / (70 / 3),
        regularity=15**2 / (50 + 1),
    )  # fmt: skip
    expect(
        ONCE, "rhythm",
        gap_mean=None, gap_median=None, gap_std=None, gap_max=None, gap_last=None, gap_smoothed=None,
        gap_shrunk=31, overdue=1 / 31, regularity=None,
    )  # fmt: skip


def test_recent() -> None:
    expect(
        ANNA, "recent",
        days_7=0, days_14=1, days_30=2, days_90=3, days_180=3, days_365=3,
        spend_30=1100, spend_90=2100, spend_180=2100, spend_365=2100,
        trend_30=(2 + 0.5) / (1 * 30 / 60 + 0.5), trend_90=None, trend_180=None,
    )  # fmt: skip
    expect(
        ONCE, "recent",
        days_7=1, days_14=1, days_30=1, days_90=1, days_180=1, days_365=1,
        spend_30=250, spend_90=250, spend_180=250, spend_365=250, trend_30=None, trend_90=None, trend_180=None,
    )  # fmt: skip


def test_basket() -> None:
    expect(
        ANNA, "basket",
        basket_items=(2 + 1 + 2) / 3, basket_value=2100 / 4, line_value=2100 / 5, n_items=3,
        new_item_share=3 / 5, new_item_share_90=3 / 5,
    )  # fmt: skip
    expect(
        ONCE, "basket",
        basket_items=1, basket_value=250, line_value=250, n_items=1, new_item_share=1, new_item_share_90=1,
    )  # fmt: skip


def test_affinity() -> None:
    expect(
        ANNA, "affinity",
        n_categories=3, n_departments=2, top_item_share=3 / 5, top_category_share=3 / 5, top_department_share=4 / 5,
        category_focus=(3**2 + 1**2 + 1**2) / 5**2,
    )  # fmt: skip
    expect(
        ONCE, "affinity",
        n_categories=1, n_departments=1, top_item_share=1, top_category_share=1, top_department_share=1,
        category_focus=1,
    )  # fmt: skip


def test_price() -> None:
    expect(
        ANNA, "price",
        discount_share=120 / (120 + 2100), discount_share_90=120 / 2220, deal_share=2 / 5, deal_share_90=2 / 5,
    )  # fmt: skip
    expect(ONCE, "price", discount_share=0, discount_share_90=0, deal_share=0, deal_share_90=0)


def test_returns() -> None:
    expect(
        ANNA, "returns", return_share=1 / 5, return_share_180=1 / 5, refund_share=350 / 2100, return_recency=29,
    )  # fmt: skip
    expect(ONCE, "returns", return_share=0, return_share_180=0, refund_share=0, return_recency=None)


def test_season() -> None:
    seldom, once = (1 / 7) / 4, (1 + 1 / 7) / 4
    angle = 2 * math.pi * 41 / 365.25
    year = {"year_sin": math.sin(angle), "year_cos": math.cos(angle), "as_of_weekday": 6}
    expect(
        ANNA, "season",
        weekday_1=once, weekday_2=seldom, weekday_3=once, weekday_4=once, weekday_5=seldom, weekday_6=seldom,
        weekday_7=seldom, weekend_share=0, hour=(9 + 17 + 11 + 13) / 4, **year,
    )  # fmt: skip
    never, friday = (1 / 7) / 2, (1 + 1 / 7) / 2
    expect(
        ONCE, "season",
        weekday_1=never, weekday_2=never, weekday_3=never, weekday_4=never, weekday_5=friday, weekday_6=never,
        weekday_7=never, weekend_share=0, hour=23, **year,
    )  # fmt: skip


def test_channel() -> None:
    expect(ANNA, "channel", n_stores=3, top_store_share=2 / 4, web_share=1 / 4, web_share_90=1 / 4)
    expect(ONCE, "channel", n_stores=1, top_store_share=1, web_share=0, web_share_90=0)


def test_a_store_that_nobody_describes_is_no_web_shop() -> None:
    lines = pl.concat([ago(5, store="s2"), ago(4, store="s3"), ago(3, store="s4")])
    assert row(lines)["web_share"] == pytest.approx(1 / 3)
    untold = STORES.with_columns(kind=pl.lit(None, pl.String))
    for stores in (None, untold, untold.clear()):
        found = row(lines, side=Side(ITEMS, stores, EVENTS, KEPT))
        assert (found["web_share"], found["web_share_90"]) == (None, None)
        assert found["n_stores"] == 3


def test_engagement() -> None:
    expect(
        ANNA, "engagement",
        look_recency=2, looks_30=3, looks_90=3, carts_30=1, mails_90=2, open_share_90=1 / 2, click_share_90=1 / 2,
    )  # fmt: skip
    expect(
        ONCE, "engagement",
        look_recency=None, looks_30=0, looks_90=0, carts_30=0, mails_90=0, open_share_90=None, click_share_90=None,
    )  # fmt: skip


def test_a_shop_without_a_table_of_events() -> None:
    found = row(ANNA, side=Side(ITEMS, STORES, None))
    quiet = dict.fromkeys(features.names([FAMILY["engagement"]]))
    assert found == row(ANNA) | quiet
    assert row(ANNA, side=Side(ITEMS, STORES, schema.EVENTS.empty())) == row(ANNA) | quiet


def test_a_window_that_begins_before_the_first_event_is_not_known() -> None:
    """30 days before AS_OF is 11 January."""
    quiet = dict.fromkeys(features.names([FAMILY["engagement"]]))
    for first, known in (("2024-01-11T23:59", True), ("2024-01-12T00:00", False)):
        others = events(("bert", "view", first))
        counts = dict.fromkeys(("looks_30", "carts_30"), 0) if known else {}
        assert row(ANNA, side=Side(ITEMS, STORES, others)) == row(ANNA) | quiet | counts
        mine = others.clear()
        assert row(ANNA, side=Side(ITEMS, STORES, mine, others["at"][0].date())) == row(ANNA) | quiet | counts


def test_returns_and_lines_without_goods_are_no_purchases() -> None:
    strange = log(
        ("anna", "a5", "tea", "2024-02-05T09:00", -1.0, -350, 0, "s3"),
        ("anna", "a6", "tea", "2024-02-06T09:00", 0.0, 100, 0, "s3"),
        ("zoe", "z1", "tea", "2024-02-06T09:00", -1.0, -350, 0, "s1"),
    )
    found = table(pl.concat([ANNA, strange]), AS_OF)
    assert found["customer_id"].to_list() == ["anna"]
    back = {"return_share": 2 / 5, "return_share_180": 2 / 5, "refund_share": 700 / 2100, "return_recency": 5}
    assert found.row(0, named=True) == row(ANNA) | back


def test_what_a_purchase_told_of_an_item_counts_from_then_on() -> None:
    told = ITEMS.with_columns(known_since=pl.lit(dt.datetime(2024, 1, 31, 11)))
    found = row(ANNA, side=Side(told))
    assert found["n_categories"] == 2  # unknown so far, and bakery with the bread that told it
    assert found["top_department_share"] == 4 / 5  # unknown: both teas and breads of January, and the soap
    a_moment_later = ITEMS.with_columns(known_since=pl.lit(dt.datetime(2024, 1, 31, 11, 0, 1)))
    assert row(ANNA, side=Side(a_moment_later))["n_categories"] == 1


def test_a_shop_without_a_catalogue() -> None:
    bare = row(ANNA, side=Side(None, STORES, EVENTS, KEPT))
    one = ("n_categories", "n_departments", "top_category_share", "top_department_share", "category_focus")
    assert bare == row(ANNA) | dict.fromkeys(one, 1)
    assert row(ANNA, side=Side(schema.ITEMS.empty(), STORES, EVENTS, KEPT)) == bare


def test_every_family_has_its_example() -> None:
    assert {f"test_{family}" for family in FAMILY} <= globals().keys()
