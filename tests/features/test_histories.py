import datetime as dt

import numpy as np
import polars as pl
from hypothesis import given

from regulars.features.histories import Histories
from tests.features.test_pairs import AS_OF, HAND, Sale, log, numbered, sales, sold

ARRAYS = ("row", "item", "group", "ago", "age", "off")
BRIE, FETA, MILK = range(3)
CHEESE, DRINKS = range(2)


def histories(transactions: pl.DataFrame, as_of: dt.date = AS_OF) -> Histories:
    return Histories.of(numbered(transactions)[0].before(as_of), as_of)


def test_lines_by_hand() -> None:
    """A bought brie, feta and then milk three times, by item and the oldest first; B bought brie."""
    found = histories(log(HAND))
    assert found.customers.tolist() == [0, 1]
    assert {name: getattr(found, name).tolist() for name in ARRAYS} == {
        "row": [0, 0, 0, 0, 0, 1],
        "item": [BRIE, FETA, MILK, MILK, MILK, BRIE],
        "group": [CHEESE, CHEESE, DRINKS, DRINKS, DRINKS, CHEESE],
        "ago": [2, 1, 3, 2, 0, 0],
        "age": [41, 11, 61, 41, 1, 5],
        "off": [False] * 6,
    }
    assert {getattr(found, name).dtype for name in ("customers", *ARRAYS[:-1])} == {np.dtype(np.int64)}


def test_pairs_by_hand() -> None:
    found = histories(log(HAND))
    assert (found.n, found.n_orders.tolist()) == (2, [4, 1])
    assert found.pairs.tolist() == [0, 1, 2, 5]
    assert found.pair_row.tolist() == [0, 0, 0, 1]
    assert found.pair_item.tolist() == [BRIE, FETA, MILK, BRIE]


def test_totals_are_of_pairs() -> None:
    found = histories(log(HAND))
    for values in (found.age, found.age.astype(np.float32), found.age / 1.0):
        assert found.total(values).tolist() == [41, 11, 103, 5]
    assert found.total(found.age > 40).tolist() == [1, 0, 2, 0]
    assert found.total(found.age > 40).dtype == np.float64


def test_discounts_stay_with_their_lines() -> None:
    rows = [("A", "1", "milk", 9, 1.0, 100, 5), ("A", "2", "brie", 3, 1.0, 100, 0), ("A", "2", "milk", 3, 1.0, 100, 0)]
    found = histories(sold(rows))
    assert list(zip(found.item.tolist(), found.ago.tolist(), found.off.tolist(), strict=True)) == [
        (BRIE, 0, False), (MILK, 1, True), (MILK, 0, False),
    ]  # fmt: skip


def test_the_latest_order_is_the_latest_that_is_known() -> None:
    as_of = AS_OF - dt.timedelta(days=11)
    found = histories(log(HAND), as_of)
    assert found.customers.tolist() == [0]
    assert (found.n_orders.tolist(), found.ago.tolist(), found.age.tolist()) == ([2], [0, 1, 0], [30, 50, 30])


def test_customers_keep_their_numbers() -> None:
    known = numbered(log([*HAND, ("C", "C1", "milk", 2)]))[0].before(AS_OF)
    found = Histories.of(known.filter(pl.col("customer") > 0), AS_OF)
    assert (found.customers.tolist(), found.row.tolist()) == ([1, 2], [0, 1])


def test_nobody() -> None:
    found = histories(log(HAND), dt.date(2020, 1, 1))
    assert found.n == 0
    nothing = (found.customers, found.n_orders, found.pairs, found.pair_row, found.pair_item, found.total(found.age))
    assert [len(values) for values in nothing] == [0] * len(nothing)


@given(sales)
def test_a_customer_alone_has_the_lines_of_the_batch(rows: list[Sale]) -> None:
    known = numbered(sold(rows))[0].before(AS_OF)
    together = Histories.of(known, AS_OF)
    assert together.customers.tolist() == known["customer"].unique().sort().to_list()
    for place, customer in enumerate(together.customers):
        alone, mine = Histories.of(known.filter(customer=customer), AS_OF), together.row == place
        assert alone.customers.tolist() == [customer]
        assert alone.n_orders.tolist() == [together.n_orders[place]]
        assert alone.pair_item.tolist() == together.pair_item[together.pair_row == place].tolist()
        for name in ARRAYS[1:]:
            np.testing.assert_array_equal(getattr(alone, name), getattr(together, name)[mine], err_msg=name)


@given(sales)
def test_nothing_is_lost(rows: list[Sale]) -> None:
    """Every line is there once, with its customer, by customer, item and order."""
    known = numbered(sold(rows))[0].before(AS_OF)
    found = Histories.of(known, AS_OF)
    assert all(found.age >= 1)
    keys = list(zip(found.row.tolist(), found.item.tolist(), (-found.ago).tolist(), strict=True))
    assert keys == sorted(set(keys))
    order = pl.col("order").max().over("customer") - pl.col("order")
    expected = known.select("customer", "item", ago=order, age=(AS_OF - dt.date(1970, 1, 1)).days - pl.col("day"))
    got = zip(found.customers[found.row], found.item, found.ago, found.age, strict=True)
    assert sorted(tuple(map(int, row)) for row in got) == sorted(expected.rows())
