import datetime as dt
import random

import hypothesis.strategies as st
import polars as pl
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from regulars.features.purchases import BLOCK, blocks, purchases, ratio
from tests.features.test_pairs import AS_OF, ITEMS, lines, log, numbered


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


@given(lines, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_order_of_rows_changes_nothing(rows: list[tuple[str, str, str, int]], rng: random.Random) -> None:
    transactions = log(rows)
    order = list(range(len(rows)))
    rng.shuffle(order)
    parts = pl.concat([transactions[order][:1], transactions[order][1:]], rechunk=False)
    (found, _), (again, _) = numbered(transactions), numbered(parts)
    assert_frame_equal(again.lines, found.lines)
    assert again.customer_ids.equals(found.customer_ids)
    assert again.item_ids.equals(found.item_ids)


@given(lines)
@settings(max_examples=30)
def test_cutting_first_and_numbering_then_gives_the_same(rows: list[tuple[str, str, str, int]]) -> None:
    """Lines that arrive later move no order and no item; their customers may only push others back."""
    transactions = log(rows)
    _, catalogue = numbered(transactions)
    all_, cut = (
        purchases(frame, catalogue)
        for frame in (transactions, transactions.filter(pl.col("purchased_at").dt.date() < AS_OF))
    )
    first, then = (
        known.with_columns(customer=found.customer_ids[known["customer"]])
        for found, known in ((all_, all_.before(AS_OF)), (cut, cut.lines))
    )
    assert_frame_equal(first, then)


def test_only_goods_that_left_the_shop_are_purchases() -> None:
    transactions = log([("A", "1", "milk", 5), ("A", "2", "feta", 4), ("A", "3", "brie", 3)])
    found, _ = numbered(transactions.with_columns(quantity=pl.Series([0.001, 0.0, -1.0])))
    assert found.lines.select("order", "item").rows() == [(0, 2)]
