"""Customer x unit features: worked out by hand, deaf to the future, and the same alone and in a batch."""

import datetime as dt
from typing import Any

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from regulars import schema
from regulars.features import repurchase
from regulars.features.repurchase import Log, Population, Units
from regulars.features.repurchase.units import size
from tests.features.log import ITEMS, days, log, logs

AS_OF = dt.date(2024, 4, 1)
GOODS = schema.ITEMS.conform(
    pl.DataFrame(
        {
            "item_id": ["earl grey", "green tea", "oat milk"],
            "product_type": ["tea", "tea", None],
            "category": ["drinks", "drinks", "drinks"],
            "package_size": ["4 OZ", "8 OZ", None],
        }
    )
)
ANNA = log(
    ("anna", "1", "earl grey", "2024-01-01T10:00", 1.0, 300, 0, None),
    ("anna", "2", "oat milk", "2024-01-08T10:00", 1.0, 150, 0, None),
    ("anna", "3", "earl grey", "2024-01-11T09:00", 1.0, 300, 100, None),
    ("anna", "3", "green tea", "2024-01-11T09:00", 1.0, 300, 0, None),
    ("anna", "4", "green tea", "2024-02-20T18:00", 2.0, 600, 200, None),
    ("anna", "5", "green tea", "2024-02-21T18:00", -1.0, -300, 0, None),
    ("anna", "6", "oat milk", "2024-03-12T10:00", 1.0, 150, 0, None),
    ("anna", "7", "earl grey", "2024-04-01T00:00", 9.0, 900, 0, None),
)
"""Tea on 1 and 11 January and 20 February (gaps of 10 and 40 days), 41 days before AS_OF; five purchase days."""


def table(lines: pl.DataFrame, as_of: dt.date = AS_OF, items: pl.DataFrame | None = GOODS) -> pl.DataFrame:
    purchases = repurchase.build(lines, Units.of(items))
    return repurchase.table(purchases, Population.of(purchases, as_of), as_of)


@pytest.fixture(scope="module")
def tea() -> dict[str, Any]:
    return table(ANNA).filter(unit="tea").row(0, named=True)


def test_keys(tea: dict[str, Any]) -> None:
    assert {name: tea[name] for name in repurchase.KEYS} == {
        "customer_id": "anna",
        "unit": "tea",
        "item_id": "green tea",
        "last_bought": dt.date(2024, 2, 20),
        "n_purchases": 3,
    }
    assert table(ANNA)["unit"].to_list() == ["oat milk", "tea"]  # an item without a type is a unit of its own


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", 3),
        ("lag", 41),
        ("age", 91),
        ("span", 50),
        ("gap_mean", 25),
        ("gap_median", 25),
        ("gap_last", 40),
        ("gap_before", 10),
        ("gap_longest", 40),
        ("gap_smoothed", (40 + 0.6 * 10) / 1.6),
        ("gap_cv", 15 / 25),
        ("lag_over_median", 41 / 25),
        ("trips_since", 1),  # on 12 March
        ("trips_lag", 1 * 2 / 3),  # three purchase days from the first tea to the last, two gaps
        ("late_28", 0),
        ("late_56", 1),
        ("late_112", 3),
        ("quantity_ratio", 2 * 3 / 5),
        ("content_ratio", 16 / ((4 + 12 + 16) / 3)),
        ("amount_ratio", 600 * 3 / 1500),
        ("amount_usual", 500),
        ("discount_last", 200 / 800),
        ("discount_usual", 300 / 1800),
        ("last_weekday", 2),
        ("customer_trips", 5),
        ("recency", 20),
        ("tenure", 91),
        ("trip_gap", (71 + 14) / 5),
        ("trip_gap_longest", 40),
        ("trips_28", 1),
        ("weekday_2", (2 + 1 / 7) / 6),  # 20 February and 12 March
        ("basket_units", 1),
        ("pair_share", 3 / 5),
        ("customer_pairs", 2),
        ("customer_repeat", 1),
        ("customer_pace", 1 / 2),
        ("category_lag", 20),
        ("category_n", 5),
        ("category_part", 3 / 5),
        ("category_between", 1),
        ("unit_customers", 1),
        ("unit_gaps", 2),
        ("unit_sold_days", 41),
        ("as_of_weekday", 1),
    ],
)
def test_by_hand(tea: dict[str, Any], name: str, value: float) -> None:
    assert tea[name] == pytest.approx(value, rel=1e-5)


def test_statistics_of_a_unit_by_hand() -> None:
    # Category and shop are the same two units: 3 gaps of 10, 40 and 64 days by the two pairs of one customer.
    stats = Population.of(repurchase.build(ANNA, Units.of(GOODS)), AS_OF).units.filter(unit="tea").row(0, named=True)
    shop = (114 + 30) / (3 + 1)
    category = (114 + 10 * shop) / (3 + 10)
    assert stats["unit_gap"] == pytest.approx((50 + 10 * category) / (2 + 10))
    shop = (2 + 0.5) / (2 + 1)
    category = (2 + 10 * shop) / (2 + 10)
    assert stats["unit_repeat"] == pytest.approx((1 + 10 * category) / (1 + 10))
    assert stats["unit_by_90"] < stats["unit_by_220"] < 1


def test_unknown_units_get_the_statistics_of_the_shop() -> None:
    population = Population.of(repurchase.build(ANNA, Units.of(GOODS)), AS_OF)
    found = population.stats(pl.Series(["rope", "tea"]))
    assert_frame_equal(found.head(1), population.units.tail(1).select(found.columns))
    assert found["unit_gap"][0] != found["unit_gap"][1]


def test_a_pair_bought_once_has_no_row() -> None:
    assert table(ANNA.head(2)).is_empty()
    assert table(schema.TRANSACTIONS.empty()).schema == table(ANNA).schema


@pytest.mark.parametrize(
    ("printed", "ounces"),
    [("16 OZ", 16.0), ("1.5 lb", 24.0), ("2,5KG", 88.25), ("12CT", 12.0), ("0 OZ", None), ("N/A", None), (None, None)],
)
def test_sizes_of_packs(printed: str | None, ounces: float | None) -> None:
    frame = pl.DataFrame({"printed": [printed]}, schema={"printed": pl.String})
    assert frame.select(size(pl.col("printed"))).item() == (None if ounces is None else pytest.approx(ounces))


def typed(items: pl.DataFrame = ITEMS) -> pl.DataFrame:
    """Bread and tea are one product type, so that units span items."""
    return items.with_columns(product_type=pl.Series(["staple", "staple", None]))


@given(logs, days)
@settings(max_examples=60)
def test_the_future_changes_nothing(lines: pl.DataFrame, as_of: dt.date) -> None:
    past = lines.filter(pl.col("purchased_at") < as_of)
    assert_frame_equal(table(lines, as_of, typed()), table(past, as_of, typed()), check_exact=True)


@given(logs, days, st.randoms())
@settings(max_examples=40)
def test_a_customer_alone_gets_the_row_of_the_batch(lines: pl.DataFrame, as_of: dt.date, rng: Any) -> None:
    units = Units.of(typed())
    everybody = repurchase.build(lines, units)
    population = Population.of(everybody, as_of)
    rows = repurchase.table(everybody, population, as_of)
    customer = rng.choice(lines["customer_id"].unique().sort().to_list())
    alone = repurchase.build(lines.filter(pl.col("customer_id") == customer).reverse(), units)
    assert_frame_equal(
        repurchase.table(alone, population, as_of), rows.filter(pl.col("customer_id") == customer), check_exact=True
    )


@given(logs, days)
@settings(max_examples=40)
def test_a_log_cut_later_is_the_log_of_the_cut_lines(lines: pl.DataFrame, as_of: dt.date) -> None:
    whole = repurchase.build(lines, Units.of(None)).before(as_of)
    cut = repurchase.build(lines.filter(pl.col("purchased_at") < as_of), Units.of(None))
    for one, other in ((named(whole), named(cut)), (whole.trips.drop("customer"), cut.trips.drop("customer"))):
        assert_frame_equal(one, other)


def named(purchases: Log) -> pl.DataFrame:
    """Return the lines with names in the place of numbers, which depend on who else is there."""
    rows = purchases.lines
    return rows.select(
        purchases.customer_ids[rows["customer"]].alias("customer"),
        purchases.unit_ids[rows["unit"]].alias("unit"),
        purchases.item_ids[rows["item"]].alias("item"),
        pl.exclude("customer", "unit", "item"),
    )


@given(logs, days)
@settings(max_examples=40)
def test_values_are_finite_and_in_range(lines: pl.DataFrame, as_of: dt.date) -> None:
    rows = table(lines, as_of, typed())
    values = rows.select(repurchase.NAMES)
    assert values.select(pl.all().is_finite().all()).row(0) == (True,) * len(repurchase.NAMES)
    for name in ("lag", "gap_mean", "gap_median", "gap_shrunk", "gap_typical", "rate", "recency", "unit_gap"):
        assert (rows[name] > 0).all()
    for name in ("trip_share", "discount_last", "customer_repeat", "unit_repeat", "unit_by_90", "late_trip_share"):
        assert rows[name].is_between(0, 1).all()
    assert (rows["n"] == rows["n_purchases"]).all()
    assert (rows["lag"] + rows["span"] == rows["age"]).all()
