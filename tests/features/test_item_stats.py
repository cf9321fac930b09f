import datetime as dt
import random

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from regulars.features.item_stats import NAMES, item_stats, popularity
from tests.features.test_pairs import AS_OF, HAND, ITEMS, Line, Sale, log, numbered, sales, sold


def stats(rows: list[Line]) -> dict[str, dict[str, float]]:
    return stats_of(log(rows))


def stats_of(transactions: pl.DataFrame) -> dict[str, dict[str, float]]:
    """Return the statistics of every item, and of the unknown one."""
    found, catalogue = numbered(transactions)
    frame = item_stats(found.before(AS_OF), catalogue, AS_OF)
    assert tuple(frame.columns) == NAMES
    assert frame.height == catalogue.n_items + 1
    ids = [*catalogue.item_ids.to_list(), "nobody knows"]
    return dict(zip(ids, frame.rows(named=True), strict=True))


def test_demand_by_hand() -> None:
    by_item = stats(HAND)
    assert by_item["milk"]["item_share"] == 1 / 2  # both customers came in the last 28 days, one bought milk
    assert by_item["milk"]["item_trend"] == (1 + 1) / (3 / 3 + 1)
    assert {item: (row["item_unsold_days"], row["item_age"]) for item, row in by_item.items()} == {
        "brie": (5, 41), "feta": (11, 11), "milk": (1, 61), "nobody knows": (None, None),
    }  # fmt: skip
    # Both came in the last week; one bought milk then, one brie, which both bought at some time.
    assert {item: (row["item_share_7"], row["item_ever"]) for item, row in by_item.items()} == {
        "brie": (1 / 2, 1), "feta": (0, 1 / 2), "milk": (1 / 2, 1 / 2), "nobody knows": (0, 0),
    }  # fmt: skip


def test_repeat_buying_by_hand() -> None:
    by_item = stats(HAND)
    # Of four (customer, item) pairs one was repeated; over 3 + 2 + 1 + 0 later orders 2 had the item, 60 days apart.
    repeat, rate, gap = (1 + 0.5) / (4 + 1), (2 + 0.1) / (6 + 1), (60 + 28) / (2 + 1)
    drinks = {
        "repeat": (1 + 10 * repeat) / (1 + 10),
        "rate": (2 + 30 * rate) / (3 + 30),
        "gap": (60 + 10 * gap) / (2 + 10),
    }
    milk = by_item["milk"]
    assert milk["item_repeat"] == pytest.approx((1 + 10 * drinks["repeat"]) / (1 + 10))
    assert milk["group_rate"] == pytest.approx(drinks["rate"])
    assert milk["item_rate"] == pytest.approx((2 + 30 * drinks["rate"]) / (3 + 30))
    assert milk["item_gap"] == pytest.approx((60 + 10 * drinks["gap"]) / (2 + 10))
    # Cheese was bought twice by A, 30 days apart, though no single one was.
    assert by_item["feta"]["group_gap"] == pytest.approx((30 + 10 * gap) / (1 + 10))


PRICED: list[Sale] = [
    ("A", "1", "milk", 85, 1.0, 999, 0),
    ("A", "2", "milk", 84, 2.0, 400, 0),
    ("B", "1", "milk", 15, 1.0, 100, 50),
    ("A", "3", "milk", 14, 1.0, 150, 0),
    ("A", "4", "milk", 1, 0.5, 25, 25),
    ("B", "2", "brie", 20, 1.0, 300, 0),
    ("B", "3", "feta", 30, 3.0, 300, 30),
    ("B", "4", "old", 100, 1.0, 77, 0),
    ("B", "5", "free", 3, 1.0, 0, 10),
]


def test_prices_by_hand() -> None:
    columns = ("item_price", "item_cheaper", "item_off", "group_dear")
    # Milk cost 200, 100, 150 and 50 in the last 84 days, and the last two in the last 14; brie and feta are cheese,
    # the others have no group, and where a group costs nothing, nothing is dear.
    assert {item: tuple(row[name] for name in columns) for item, row in stats_of(sold(PRICED)).items()} == {
        "brie": (300.0, None, None, 300 / 200),
        "feta": (100.0, None, None, 100 / 200),
        "free": (0.0, None, 1.0, None),
        "milk": (125.0, 100 / 125, 1 / 2, 1.0),
        "old": (None, None, None, None),
        "nobody knows": (None, None, None, None),
    }


def test_an_order_with_two_items_of_a_group_is_one_order_with_it() -> None:
    rows = [("A", "1", "brie", 30), ("A", "1", "feta", 20), ("A", "2", "brie", 10), ("A", "2", "feta", 9)]
    # One gap from the first day of the one to the first of the other; the shop's is of two, an item each.
    gap = (20 + 11 + 28) / (2 + 1)
    assert stats(rows)["brie"]["group_gap"] == pytest.approx((20 + 10 * gap) / (1 + 10))


def test_demand_ends_where_it_says() -> None:
    ages = (0, 28, 29, 84, 85)
    milk = stats([("A", f"A{age}", "milk", age) for age in ages] + [("B", "B1", "brie", 28), ("C", "C1", "brie", 29)])[
        "milk"
    ]
    assert milk["item_share"] == 1 / 2  # of A and B, who came in the last 28 days
    assert milk["item_trend"] == (1 + 1) / (3 / 3 + 1)
    assert milk["item_unsold_days"] == 28
    assert milk["item_age"] == 85
    week = stats([("A", "A1", "milk", 0), ("A", "A2", "milk", 7), ("B", "B1", "brie", 7), ("C", "C1", "milk", 8)])
    assert (week["milk"]["item_share_7"], week["milk"]["item_ever"]) == (1 / 2, 2 / 3)


def test_an_unknown_item_is_typical() -> None:
    unknown = stats(HAND)["nobody knows"]
    assert (unknown["item_share"], unknown["item_trend"]) == (0.0, 1.0)
    assert unknown["item_rate"] == pytest.approx((2 + 0.1) / (6 + 1))


def test_popularity_by_hand() -> None:
    rows = [*HAND, ("C", "C1", "old", 200), ("D", "D1", "old", 200), ("D", "D2", "older", 300)]
    found, _ = numbered(log(rows))
    ranked = popularity(found.before(AS_OF), AS_OF, window_days=28)
    names = [found.item_ids[code] for code in ranked["item"]]
    assert names == ["brie", "milk", "feta", "old", "older"]
    # One customer and one order each in the window: brie was bought by more customers ever, milk in more orders.
    assert ranked["share"].to_list() == [1 / 2, 1 / 2, 1 / 2, 0.0, 0.0]


def both(rows: list[Sale]) -> list[pl.DataFrame]:
    """Return the statistics of a log, and its items by popularity."""
    found, catalogue = numbered(sold(rows))
    known = found.before(AS_OF)
    return [item_stats(known, catalogue, AS_OF), popularity(known, AS_OF, 28)]


@given(sales, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_order_of_rows_names_of_customers_and_the_future_change_nothing(rows: list[Sale], rng: random.Random) -> None:
    """The statistics are of all customers: whoever they are, and whatever they will buy."""
    known = [*PRICED, *(row for row in rows if row[3] >= 1), ("A", "A0", "other", 99, 1.0, 1, 0)]
    other = [({"A": "Z", "B": "Y", "C": "X"}[customer], *what) for customer, *what in known]
    rng.shuffle(other)
    future = [row for row in rows if row[3] < 1]
    for again in (other, [*known, *future]):
        for found, expected in zip(both(again), both(known), strict=True):
            assert_frame_equal(found, expected, check_exact=True)


def test_nothing_recent() -> None:
    found, catalogue = numbered(log([("A", "A1", "milk", 400)]))
    ranked = popularity(found.before(AS_OF), AS_OF, window_days=28)
    assert ranked["share"].to_list() == [0.0]
    frame = item_stats(found.before(AS_OF), catalogue, AS_OF)
    assert frame["item_share"].sum() == 0.0
    assert frame["item_share_7"].sum() == 0.0
    assert [name for name in NAMES if frame[name].null_count()] == [
        "item_unsold_days", "item_age", "item_price", "item_cheaper", "item_off", "group_dear",
    ]  # fmt: skip
    assert frame["item_age"].null_count() == len(ITEMS)  # what was never sold, with what nobody knows
    assert frame["item_price"].null_count() == len(ITEMS) + 1


def test_an_empty_shop() -> None:
    found, catalogue = numbered(log([("A", "A1", "milk", 1)]))
    early = found.before(dt.date(2020, 1, 1))
    frame = item_stats(early, catalogue, dt.date(2020, 1, 1))
    assert frame.height == catalogue.n_items + 1
    assert set(frame.dtypes) == {pl.Float64}
    assert frame["item_repeat"].to_list() == pytest.approx([0.5] * frame.height)
    assert popularity(early, dt.date(2020, 1, 1), 28).schema == {"item": pl.Int32, "share": pl.Float64}
