import datetime as dt
import random

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from regulars.features.item_stats import NAMES, item_stats, popularity
from tests.features.test_pairs import AS_OF, HAND, ITEMS, lines, log, numbered


def stats(rows: list[tuple[str, str, str, int]]) -> dict[str, dict[str, float]]:
    found, catalogue = numbered(log(rows))
    frame = item_stats(found.before(AS_OF), catalogue, AS_OF)
    assert tuple(frame.columns) == NAMES
    assert frame.height == catalogue.n_items + 1
    ids = [*catalogue.item_ids.to_list(), "nobody knows"]
    return dict(zip(ids, frame.rows(named=True), strict=True))


def test_demand_by_hand() -> None:
    by_item = stats(HAND)
    assert by_item["milk"]["item_share"] == 1 / 2  # both customers came in the last 28 days, one bought milk
    assert by_item["milk"]["item_trend"] == (1 + 1) / (3 / 3 + 1)
    assert {item: row["item_unsold_days"] for item, row in by_item.items()} == {
        "brie": 5, "feta": 11, "milk": 1, "nobody knows": None,
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


def test_demand_ends_where_it_says() -> None:
    ages = (0, 28, 29, 84, 85)
    milk = stats([("A", f"A{age}", "milk", age) for age in ages] + [("B", "B1", "brie", 28), ("C", "C1", "brie", 29)])[
        "milk"
    ]
    assert milk["item_share"] == 1 / 2  # of A and B, who came in the last 28 days
    assert milk["item_trend"] == (1 + 1) / (3 / 3 + 1)
    assert milk["item_unsold_days"] == 28


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


def both(rows: list[tuple[str, str, str, int]]) -> list[pl.DataFrame]:
    """Return the statistics of a log, and its items by popularity."""
    found, catalogue = numbered(log(rows))
    known = found.before(AS_OF)
    return [item_stats(known, catalogue, AS_OF), popularity(known, AS_OF, 28)]


@given(lines, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_order_of_rows_names_of_customers_and_the_future_change_nothing(
    rows: list[tuple[str, str, str, int]], rng: random.Random
) -> None:
    """The statistics are of all customers: whoever they are, and whatever they will buy."""
    known = [*HAND, *(row for row in rows if row[3] >= 1), ("A", "A0", "other", 99)]
    other = [({"A": "Z", "B": "Y", "C": "X"}[customer], order, item, age) for customer, order, item, age in known]
    rng.shuffle(other)
    future = [(customer, f"{order}-later", item, age) for customer, order, item, age in rows if age < 1]
    for again in (other, [*known, *future]):
        for found, expected in zip(both(again), both(known), strict=True):
            assert_frame_equal(found, expected, check_exact=True)


def test_nothing_recent() -> None:
    found, catalogue = numbered(log([("A", "A1", "milk", 400)]))
    ranked = popularity(found.before(AS_OF), AS_OF, window_days=28)
    assert ranked["share"].to_list() == [0.0]
    frame = item_stats(found.before(AS_OF), catalogue, AS_OF)
    assert frame["item_share"].sum() == 0.0
    assert frame.null_count().sum_horizontal().item() == len(ITEMS)  # the days since a sale of what was never sold


def test_an_empty_shop() -> None:
    found, catalogue = numbered(log([("A", "A1", "milk", 1)]))
    early = found.before(dt.date(2020, 1, 1))
    assert item_stats(early, catalogue, dt.date(2020, 1, 1)).height == catalogue.n_items + 1
    assert popularity(early, dt.date(2020, 1, 1), 28).schema == {"item": pl.Int32, "share": pl.Float64}
