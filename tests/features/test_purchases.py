import datetime as dt
import itertools
import random

import hypothesis.strategies as st
import polars as pl
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from regulars.features.purchases import BLOCK, blocks, purchases, ratio
from tests.features.test_pairs import AS_OF, ITEMS, Sale, log, numbered, sales, sold


def test_the_finest_grouping_counts() -> None:
    finer = ITEMS.with_columns(product_type=pl.Series(["soft", None, None]))
    transactions = log([("A", "1", "milk", 1), ("A", "1", "mystery", 1)])
    catalogue = type(numbered(transactions)[1]).of(finer, transactions)
    assert catalogue.item_ids.to_list() == ["brie", "feta", "milk", "mystery"]
    cheese, drinks, soft, none = 0, 1, 2, 3
    assert catalogue.groups.tolist() == [soft, cheese, drinks, none, none]
    assert catalogue.n_groups == 4


def test_lines_by_hand() -> None:
    transactions = log([("B", "9", "milk", 3), ("A", "2", "feta", 1), ("A", "1", "milk", 5), ("A", "1", "milk", 5)])
    found, _ = numbered(transactions)
    assert found.customer_ids.to_list() == ["A", "B"]
    named = found.lines.select(
        pl.col("customer", "order"), found.item_ids[found.lines["item"]].alias("item_id"), pl.col("day").cast(pl.Date)
    )
    assert named.rows() == [
        (0, 0, "milk", dt.date(2024, 5, 27)),
        (0, 1, "feta", dt.date(2024, 5, 31)),
        (1, 0, "milk", dt.date(2024, 5, 29)),
    ]
    assert found.before(dt.date(2024, 5, 29)).height == 1


def priced(rows: list[Sale]) -> list[tuple[float, bool]]:
    """Return price and discount of each line."""
    return numbered(sold(rows))[0].lines.select("price", "off").rows()


def test_prices_by_hand() -> None:
    assert priced([("A", "1", "milk", 5, 3.0, 100, 0), ("A", "2", "milk", 4, 0.5, 100, 1)]) == [
        (33.33, False), (200.0, True),
    ]  # fmt: skip


def test_an_item_twice_in_an_order_has_one_price() -> None:
    lines: list[Sale] = [("A", "1", "milk", 5, 1.0, 100, 0), ("A", "1", "milk", 5, 3.0, 200, 10)]
    assert priced(lines) == [(75.0, True)]


def test_weights_give_one_price_in_any_order() -> None:
    """3 / 1.6 is between two prices, and a plain sum of the weights depends on their order in its last digit."""
    weighed: list[Sale] = [("A", "1", "milk", 5, w, a, 0) for w, a in ((0.1, 3), (0.1, 0), (0.3, 0), (1.1, 0))]
    assert {price for rows in itertools.permutations(weighed) for price, _ in priced(list(rows))} == {1.88}


def test_returns_and_lines_without_goods_have_no_price() -> None:
    rows = [("A", "1", "milk", 5, 1.0, 100, None), ("A", "1", "milk", 5, -1.0, -60, 9)]
    assert priced([*rows, ("A", "1", "milk", 5, 0.0, 40, 9)]) == [(100.0, False)]


def test_no_price_is_below_nothing() -> None:
    assert priced([("A", "1", "milk", 5, 1.0, -100, 0), ("A", "2", "milk", 4, 2.0, 0, 0)]) == [(0.0, False)] * 2


def test_what_is_added_to_an_order_later_changes_no_price() -> None:
    first: Sale = ("A", "1", "milk", 5, 1.0, 100, 0)
    transactions = sold([first, ("A", "1", "milk", 0, 1.0, 10, 90)])
    found, _ = numbered(transactions)
    assert found.before(AS_OF).equals(numbered(sold([first]))[0].lines)


def test_unknown_items_are_numbered_behind() -> None:
    _, catalogue = numbered(log([("A", "1", "milk", 5)]))
    later = purchases(log([("A", "1", "zzz", 5), ("A", "1", "milk", 5), ("A", "2", "aaa", 4)]), catalogue)
    assert later.item_ids.to_list() == ["brie", "feta", "milk", "aaa", "zzz"]
    assert later.lines["item"].to_list() == [2, 4, 3]


def test_blocks_keep_customers_whole() -> None:
    rows = [(f"C{n:04}", str(n), "milk", 1 + day) for n in range(BLOCK + 3) for day in range(2)]
    found, _ = numbered(log(rows))
    parts = list(blocks(found.lines))
    assert [part["customer"].n_unique() for part in parts] == [BLOCK, 3]
    assert pl.concat(parts).equals(found.lines)
    assert list(blocks(found.before(dt.date(2020, 1, 1)))) == []


def test_a_ratio_is_the_same_alone_and_in_a_batch() -> None:
    numbers = pl.DataFrame({"n": range(1, 2000)})
    alone = numbers.select(ratio(pl.col("n"), pl.lit(11))).to_series()
    many = numbers.with_columns(d=pl.Series([11] * 1999)).select(ratio(pl.col("n"), pl.col("d"))).to_series()
    assert alone.equals(many)


@given(sales, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_order_of_rows_changes_nothing(rows: list[Sale], rng: random.Random) -> None:
    transactions = sold(rows)
    order = list(range(len(rows)))
    rng.shuffle(order)
    parts = pl.concat([transactions[order][:1], transactions[order][1:]], rechunk=False)
    (found, _), (again, _) = numbered(transactions), numbered(parts)
    assert_frame_equal(again.lines, found.lines, check_exact=True)
    assert again.customer_ids.equals(found.customer_ids)
    assert again.item_ids.equals(found.item_ids)


@given(sales)
@settings(max_examples=30)
def test_cutting_first_and_numbering_then_gives_the_same(rows: list[Sale]) -> None:
    """Lines that arrive later move no order, item or price; their customers may only push others back."""
    transactions = sold(rows)
    _, catalogue = numbered(transactions)
    all_, cut = (
        purchases(frame, catalogue)
        for frame in (transactions, transactions.filter(pl.col("purchased_at").dt.date() < AS_OF))
    )
    first, then = (
        known.with_columns(customer=found.customer_ids[known["customer"]])
        for found, known in ((all_, all_.before(AS_OF)), (cut, cut.lines))
    )
    assert_frame_equal(first, then, check_exact=True)


def test_only_goods_that_left_the_shop_are_purchases() -> None:
    transactions = log([("A", "1", "milk", 5), ("A", "2", "feta", 4), ("A", "3", "brie", 3)])
    found, _ = numbered(transactions.with_columns(quantity=pl.Series([0.001, 0.0, -1.0])))
    assert found.lines.select("order", "item").rows() == [(0, 2)]
