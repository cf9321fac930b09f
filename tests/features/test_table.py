"""What holds for the features of any log and whatever the shop knows beside it."""

import dataclasses
import datetime as dt
import random

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from polars.testing import assert_frame_equal

from regulars import features
from regulars.errors import ConfigError
from regulars.features import Columns, Past, Side
from regulars.windows import Snapshot
from tests.features.log import ANNA, AS_OF, NAMES, SIDE, days, logs, sides, table


def same(one: pl.DataFrame, other: pl.DataFrame) -> None:
    """Hold two tables against each other, to the last bit."""
    assert_frame_equal(one, other, check_exact=True)


def each(side: Side, change: dict[str, pl.Expr], among: tuple[str, ...] = ("items", "stores", "events")) -> Side:
    """Return the side with the rows of its tables chosen by a condition a table."""
    tables = {name: getattr(side, name) for name in among}
    kept = {name: rows.filter(change[name]) for name, rows in tables.items() if rows is not None and name in change}
    return dataclasses.replace(side, **kept, events_since=side.since)


def shuffled(rows: pl.DataFrame | None, rng: random.Random) -> pl.DataFrame | None:
    """Return the rows in another order."""
    if rows is None:
        return None
    order = list(range(rows.height))
    rng.shuffle(order)
    return rows[order]


@given(logs, days, sides)
@example(ANNA, dt.date(2024, 1, 31), SIDE)  # she buys on that very day
@settings(max_examples=60)
def test_rows_at_or_after_as_of_change_nothing(lines: pl.DataFrame, as_of: dt.date, side: Side) -> None:
    """Neither lines nor events from as_of on, nor what purchases from then on tell of items."""
    known = each(side, {"events": pl.col("at") < as_of, "items": (pl.col("known_since") < as_of).fill_null(True)})
    past = lines.filter(pl.col("purchased_at") < as_of)
    same(table(lines, as_of, side=side), table(past, as_of, side=known))


@given(logs, days, sides, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_row_order_changes_nothing(lines: pl.DataFrame, as_of: dt.date, side: Side, rng: random.Random) -> None:
    other = Side(*(shuffled(rows, rng) for rows in (side.items, side.stores, side.events)))
    lines_again = shuffled(lines, rng)
    assert lines_again is not None
    same(table(lines_again, as_of, side=other), table(lines, as_of, side=side))


@given(logs, days, sides, st.permutations(["10", "9", "Zoe", "ävid", "eve"]))
@settings(max_examples=40)
def test_names_of_customers_change_nothing(lines: pl.DataFrame, as_of: dt.date, side: Side, names: list[str]) -> None:
    told = dict(zip((*NAMES, "eve"), names, strict=True))
    new = pl.col("customer_id").replace_strict(told)
    events = None if side.events is None else side.events.with_columns(new)
    renamed = table(lines.with_columns(new), as_of, side=dataclasses.replace(side, events=events))
    same(renamed, table(lines, as_of, side=side).with_columns(new).sort("as_of", "customer_id"))


@given(logs, days, sides)
@settings(max_examples=20)
def test_names_of_items_and_orders_change_nothing(lines: pl.DataFrame, as_of: dt.date, side: Side) -> None:
    new = pl.col("item_id").replace_strict({"bread": "9", "tea": "10", "rope": "Zopf", "soap": ""})
    items = None if side.items is None else side.items.with_columns(new)
    renamed = lines.with_columns(new, order_id=pl.col("order_id").str.reverse())
    same(table(renamed, as_of, side=dataclasses.replace(side, items=items)), table(lines, as_of, side=side))


@given(logs, days, sides)
@settings(max_examples=40)
def test_no_customer_depends_on_another(lines: pl.DataFrame, as_of: dt.date, side: Side) -> None:
    together = table(lines, as_of, side=side)
    alone = [
        table(part, as_of, side=each(side, {"events": pl.col("customer_id") == part["customer_id"][0]}))
        for part in lines.sort("customer_id").partition_by("customer_id")
    ]
    same(pl.concat(alone), together)


@given(logs, days, sides)
@settings(max_examples=20)
def test_what_nobody_bought_changes_nothing(lines: pl.DataFrame, as_of: dt.date, side: Side) -> None:
    """A customer's own items and stores are enough, as where one row is made online."""
    bought = each(
        side,
        {
            "items": pl.col("item_id").is_in(lines["item_id"].unique().implode()),
            "events": pl.col("customer_id").is_in(lines["customer_id"].unique().implode()),
        },
    )
    same(table(lines, as_of, side=bought), table(lines, as_of, side=side))


def test_who_is_in_the_table() -> None:
    """Whoever bought before as_of, by as_of and customer."""
    lines = pl.concat(
        [ANNA, ANNA.with_columns(customer_id=pl.lit("abe"), purchased_at=pl.lit(dt.datetime(2024, 2, 9)))]
    )
    found = table(lines, dt.date(2024, 2, 9), AS_OF, dt.date(2024, 1, 1), dt.date(2024, 1, 2))
    assert found.select(features.KEYS).rows() == [
        ("anna", dt.date(2024, 1, 2)),
        ("anna", dt.date(2024, 2, 9)),
        ("abe", AS_OF),
        ("anna", AS_OF),
    ]


def test_the_table_is_typed_named_and_in_order() -> None:
    found = table(ANNA, AS_OF)
    assert tuple(found.columns) == (*features.KEYS, *features.NAMES)
    assert len(set(features.NAMES)) == len(features.NAMES) >= 70
    assert tuple(name for family in features.FAMILIES for name in features.names([family])) == features.NAMES
    assert found.schema["customer_id"] == pl.String
    assert found.schema["as_of"] == pl.Date
    assert set(found.select(features.NAMES).dtypes) == {pl.Float64}
    assert table(ANNA, dt.date(2024, 1, 1)).schema == found.schema  # nobody is known yet
    assert table(ANNA.clear(), AS_OF).schema == found.schema


def test_some_families_are_columns_of_all() -> None:
    two = features.FAMILIES[3:1:-1]
    found = features.table(ANNA, SIDE, [Snapshot(AS_OF)], two)
    same(found, table(ANNA, AS_OF).select(*features.KEYS, *features.names(two)))


def test_a_name_is_given_once() -> None:
    def again(past: Past) -> Columns:
        return {"recency": past.days.age()}

    with pytest.raises(ConfigError, match="two features are called 'recency'; rename the one of again"):
        features.table(ANNA, SIDE, [Snapshot(AS_OF)], (*features.FAMILIES, again))


def test_an_instant_is_given_once() -> None:
    with pytest.raises(ConfigError, match="give each instant once"):
        table(ANNA, AS_OF, AS_OF)


def test_a_matrix_has_nan_for_what_is_not_known() -> None:
    found = features.matrix(table(ANNA, AS_OF), ("recency", "trend_90", "year_sin"), blank=["year_sin"])
    assert found.flags.c_contiguous
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [[10, np.nan, np.nan]])


def test_typical_is_the_median_where_there_is_one() -> None:
    found = features.typical(table(ANNA, AS_OF, dt.date(2024, 2, 20)))
    assert found["recency"] == 15
    assert "trend_90" not in found


def test_a_year_must_be_spanned_to_be_learned() -> None:
    year = table(ANNA, dt.date(2024, 2, 1), dt.date(2025, 1, 31))
    assert features.spans_a_year(year)
    assert not features.spans_a_year(table(ANNA, dt.date(2024, 2, 1), dt.date(2025, 1, 30)))
    assert not features.spans_a_year(year.clear())
