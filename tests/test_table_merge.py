"""How rows of side tables meet: the last of a key, or every one once; twice is once; order does not matter."""

import datetime as dt

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from regulars import schema
from regulars.schema import Table
from regulars.table_merge import merge

DAY = dt.datetime(2024, 3, 1)


def consents(*rows: tuple[str, str, bool, int]) -> pl.DataFrame:
    return schema.CONSENTS.conform(
        pl.DataFrame(
            [
                {"customer_id": who, "purpose": what, "granted": granted, "at": DAY + dt.timedelta(days=days)}
                for who, what, granted, days in rows
            ],
            schema=schema.CONSENTS.schema,
        )
    )


def stores(*rows: tuple[str, str | None, str | None]) -> pl.DataFrame:
    return schema.STORES.conform(pl.DataFrame(rows, schema=["store_id", "name", "city"], orient="row"))


STORE = st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", None]), st.sampled_from(["Bonn", "Kiel", None]))
FEEDS = st.lists(st.lists(STORE, min_size=1, max_size=6), min_size=1, max_size=4)


def test_a_later_feed_replaces_the_row_of_a_key_as_a_whole() -> None:
    merged = merge(schema.STORES, [stores(("a", "old", "Bonn"), ("b", "b", "Kiel")), stores(("a", "new", None))])
    assert merged.select("store_id", "name", "city").rows() == [("a", "new", None), ("b", "b", "Kiel")]


def test_within_a_feed_the_fuller_row_stands() -> None:
    merged = merge(schema.STORES, [stores(("a", None, None), ("a", "x", "Bonn"), ("a", None, "Kiel"))])
    assert merged.select("name", "city").rows() == [("x", "Bonn")]


def test_every_word_on_a_purpose_stays_and_a_refusal_stands_before_a_grant_of_the_same_moment() -> None:
    said = consents(("anna", "email", True, 0), ("anna", "email", False, 9), ("anna", "email", True, 9))
    merged = merge(schema.CONSENTS, [said])
    assert merged["granted"].to_list() == [True, False]


def test_a_null_is_a_value_of_a_key() -> None:
    row = {"item_id": "milk", "valid_from": DAY}
    prices = [row | {"price": 100}, row | {"price": 120, "store_id": "a"}]
    newer = schema.PRICES.conform(pl.DataFrame([row | {"price": 110}]))
    merged = merge(schema.PRICES, [schema.PRICES.conform(pl.DataFrame(prices)), newer])
    assert merged.select("store_id", "price").rows() == [(None, 110), ("a", 120)]


def test_events_stay_all_and_equal_ones_are_one() -> None:
    view = {"customer_id": "anna", "kind": "view", "at": DAY}
    events = schema.EVENTS.conform(pl.DataFrame([view | {"item_id": item} for item in ("tea", "milk", "tea")]))
    merged = merge(schema.EVENTS, [events, events[:1]])
    assert merged["item_id"].to_list() == ["milk", "tea"]


def test_columns_of_the_shops_own_join() -> None:
    old = schema.CUSTOMERS.conform(pl.DataFrame({"customer_id": ["a", "b"], "shoe": ["37", "38"]}))
    new = schema.CUSTOMERS.conform(pl.DataFrame({"customer_id": ["b"], "hat": ["L"]}))
    merged = merge(schema.CUSTOMERS, [old, new])
    assert merged.columns == [*schema.CUSTOMERS.names, "shoe", "hat"]
    assert merged.select("customer_id", "shoe", "hat").rows() == [("a", "37", None), ("b", None, "L")]


@pytest.mark.parametrize("table", schema.SIDE_TABLES.values(), ids=lambda table: table.name)
def test_nothing_merged_with_nothing_is_the_empty_table(table: Table) -> None:
    assert_frame_equal(merge(table, [table.empty(), table.empty()]), table.empty())
    assert_frame_equal(merge(table, []), table.empty())


@given(FEEDS, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_twice_is_once_and_the_order_within_a_feed_does_not_matter(
    feeds: list[list[tuple[str, str | None, str | None]]], chance: object
) -> None:
    once = merge(schema.STORES, [stores(*feed) for feed in feeds])
    assert once["store_id"].is_unique().all()
    assert set(once["store_id"]) == {row[0] for feed in feeds for row in feed}
    shuffled = [sorted(feed, key=lambda _: chance.random()) for feed in feeds]  # type: ignore[attr-defined]
    assert_frame_equal(merge(schema.STORES, [stores(*feed) for feed in shuffled]), once)
    one_by_one = schema.STORES.empty()
    for feed in feeds:
        one_by_one = merge(schema.STORES, [one_by_one, stores(*feed)])
    assert_frame_equal(one_by_one, once)
    assert_frame_equal(merge(schema.STORES, [once, stores(*feeds[-1])]), once)
