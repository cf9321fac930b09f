"""What holds for the features of any log."""

import datetime as dt
import random
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from regulars import features, scale
from regulars.features import basket, price, recent, rfm, rhythm, season, store
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from tests import shops
from tests.features.log import ANNA, AS_OF, ITEMS, days, logs

FAMILIES = (rfm.rfm, rhythm.rhythm, recent.recent, basket.basket, price.price, season.season, store.store)
END = dt.date(2023, 10, 29)
"""The day after the last purchase of the simulated shop."""


def table(lines: pl.DataFrame, *as_of: dt.date) -> pl.DataFrame:
    return features.table(lines, ITEMS, [Snapshot(day) for day in as_of])


def same(one: pl.DataFrame, other: pl.DataFrame) -> None:
    assert_frame_equal(one, other, check_exact=True)


@given(logs, days)
@settings(max_examples=30)
def test_rows_at_or_after_as_of_change_nothing(lines: pl.DataFrame, as_of: dt.date) -> None:
    past = lines.filter(pl.col("purchased_at") < as_of)
    same(table(lines, as_of), table(past, as_of))


@given(logs, days, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_row_order_changes_nothing(lines: pl.DataFrame, as_of: dt.date, rng: random.Random) -> None:
    order = list(range(lines.height))
    rng.shuffle(order)
    same(table(lines[order], as_of), table(lines, as_of))


@given(logs, days)
@settings(max_examples=20)
def test_names_of_customers_change_nothing(lines: pl.DataFrame, as_of: dt.date) -> None:
    names = {"anna": "zoe", "bert": "yan", "cleo": "10", "dora": "9"}
    renamed = lines.with_columns(pl.col("customer_id").replace_strict(names))
    expected = table(lines, as_of).with_columns(pl.col("customer_id").replace_strict(names))
    same(table(renamed, as_of), expected.sort("as_of", "customer_id"))


@given(logs, days)
@settings(max_examples=20)
def test_no_customer_depends_on_another(lines: pl.DataFrame, as_of: dt.date) -> None:
    together = table(lines, as_of)
    alone = [table(part, as_of) for part in lines.sort("customer_id").partition_by("customer_id")]
    same(pl.concat(alone), together)


@given(logs, st.lists(days, min_size=2, max_size=4, unique=True))
@settings(max_examples=20)
def test_several_snapshots_at_once_equal_one_at_a_time(lines: pl.DataFrame, as_of: list[dt.date]) -> None:
    same(table(lines, *as_of), pl.concat([table(lines, day) for day in sorted(as_of)]))


@given(logs, days)
@settings(max_examples=30)
def test_features_stay_within_their_bounds(lines: pl.DataFrame, as_of: dt.date) -> None:
    found = table(lines, as_of)
    assert found.select(pl.col(features.NAMES).is_nan().any()).sum_horizontal().sum() == 0
    assert (found["recency"] >= 1).all()
    assert (found["tenure"] >= found["recency"]).all()
    assert (found["frequency"] <= found["tenure"] - found["recency"]).all()
    for name in (
        "weekend_share", "new_item_share", "top_department_share", "top_store_share",
        "discount_share", "discount_share_90",
    ):  # fmt: skip
        assert found[name].drop_nulls().is_between(0, 1).all(), name
    weekdays = found.select(pl.sum_horizontal(season.WEEKDAYS)).to_series()
    assert weekdays.to_list() == pytest.approx([1.0] * len(weekdays))
    assert found["hour"].is_between(0, 23).all()
    assert (found["gap_shrunk"] > 0).all()
    assert (found["overdue"] > 0).all()


def test_the_table_is_typed_named_and_in_order() -> None:
    found = table(ANNA, AS_OF)
    assert tuple(found.columns) == (*features.KEYS, *features.NAMES)
    assert len(set(features.NAMES)) == len(features.NAMES) >= 40
    assert found.schema["customer_id"] == pl.String
    assert found.schema["as_of"] == pl.Date
    assert set(found.select(features.NAMES).dtypes) == {pl.Float64}
    assert table(ANNA, dt.date(2024, 1, 1)).schema == found.schema  # nobody is known yet
    assert table(ANNA.clear(), AS_OF).schema == found.schema


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_every_feature_is_documented(family: object) -> None:
    module = __import__(family.__module__, fromlist=["NAMES"])
    text = family.__doc__ or ""
    for name in module.NAMES:
        stem, _, number = name.rpartition("_")
        first, last = f"``{stem}_", f".. {stem}_" if number.isdigit() else ""
        assert f"``{name}``" in text or (last and first in text and last in text), name


@pytest.mark.parametrize("buckets", [1, 7])
def test_the_number_of_buckets_changes_nothing(buckets: int, small_ledger: Ledger, tmp_path: Path) -> None:
    snapshots = [Snapshot(dt.date(2023, 6, 1)), Snapshot(END)]
    other = shops.ledger(shops.simulate(), tmp_path / "ledger", buckets)
    same(scale.feature_table(small_ledger, snapshots), scale.feature_table(other, snapshots))


def test_buckets_without_customers_do_not_disturb(tmp_path: Path) -> None:
    shop = shops.simulate(3, 100)
    book = shops.ledger(shop, tmp_path / "ledger", buckets=16)
    snapshot = Snapshot(END)
    same(scale.feature_table(book, [snapshot]), features.table(shop.transactions, shop.items, [snapshot]))


def test_one_customer_online_equals_the_row_in_the_batch(small_ledger: Ledger) -> None:
    snapshot, items = Snapshot(END), small_ledger.items()
    batch = scale.feature_table(small_ledger, [snapshot])
    assert batch.height > 140
    for customer in batch["customer_id"].gather_every(7):
        lines = small_ledger.customer(customer)
        bought = items.filter(pl.col("item_id").is_in(lines["item_id"].unique().implode()))
        same(features.table(lines, bought, [snapshot]), batch.filter(pl.col("customer_id") == customer))


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
