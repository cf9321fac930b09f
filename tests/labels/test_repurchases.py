"""What counts as bought again: any item of the unit, days from 1, windows half open, nothing seen beyond them."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from regulars import labels
from regulars.errors import ConfigError
from regulars.labels.repurchases import next_repurchase
from regulars.windows import Snapshot
from tests.features.log import log, logs

AS_OF = dt.date(2024, 3, 1)
TEN = Snapshot(AS_OF, 10)
"""1 to 10 March."""
UNITS = pl.DataFrame({"item_id": ["tea-a", "tea-b", "milk"], "unit": ["tea", "tea", "milk"]})


def bought(customer: str, item: str, at: str, quantity: float = 1.0) -> tuple[object, ...]:
    return (customer, f"{customer}-{at}", item, at, quantity, 100, 0, None)


LOG = log(
    bought("anna", "tea-a", "2024-02-01"), bought("anna", "tea-b", "2024-03-01T00:00"),  # its like, on the day of as_of
    bought("anna", "milk", "2024-02-03"), bought("anna", "milk", "2024-03-10T23:59:59"),  # the last day of the window
    bought("bert", "milk", "2024-02-29T23:59"), bought("bert", "milk", "2024-03-11T00:00"),  # the day after it
    bought("bert", "tea-a", "2024-02-01"), bought("bert", "tea-a", "2024-03-04", quantity=-1.0),  # only brought back
    bought("bert", "tea-b", "2024-03-20"),
    bought("cleo", "milk", "2024-03-02"),  # not known yet
    bought("cleo", "rope", "2024-02-02"), bought("cleo", "rope", "2024-03-03"),  # no unit: one of its own
)  # fmt: skip


def waits(found: pl.DataFrame) -> dict[tuple[str, str], tuple[int, bool]]:
    return {(customer, unit): (duration, observed) for customer, unit, _, duration, observed in found.iter_rows()}


def test_the_day_of_as_of_is_day_one_and_the_end_is_excluded() -> None:
    assert waits(next_repurchase(LOG, UNITS, [TEN])) == {
        ("anna", "tea"): (1, True),
        ("anna", "milk"): (10, True),
        ("bert", "milk"): (10, False),
        ("bert", "tea"): (10, False),
        ("cleo", "rope"): (3, True),
    }


@pytest.mark.parametrize(
    ("until", "watched", "seen"),
    [("2024-03-02", 1, {"tea"}), ("2024-03-10", 9, {"tea", "rope"}), ("2024-03-11", 10, {"tea", "rope", "milk"})],
)
def test_what_nobody_has_seen_yet_is_censored(until: str, watched: int, seen: set[str]) -> None:
    found = next_repurchase(LOG, UNITS, [TEN], dt.date.fromisoformat(until))
    assert set(found.filter("observed")["unit"]) == seen
    assert found.filter(~pl.col("observed"))["duration"].unique().to_list() == [watched]


def test_a_snapshot_that_nobody_watched_gives_no_rows() -> None:
    found = next_repurchase(LOG, UNITS, [TEN, Snapshot(dt.date(2024, 2, 10), 10)], AS_OF)
    assert found["as_of"].unique().to_list() == [dt.date(2024, 2, 10)]
    assert next_repurchase(LOG, UNITS, [TEN], AS_OF).schema == found.schema


def test_rows_are_ordered_and_an_instant_is_given_once() -> None:
    found = next_repurchase(LOG, UNITS, [TEN, Snapshot(dt.date(2024, 2, 10), 10)])
    assert found.columns == ["customer_id", "unit", "as_of", "duration", "observed"]
    assert found.rows() == found.sort("as_of", "customer_id", "unit").rows()
    with pytest.raises(ConfigError, match="share their as_of"):
        next_repurchase(LOG, UNITS, [TEN, TEN])


@given(logs)
@settings(max_examples=40)
def test_one_unit_for_everything_is_the_next_purchase(rows: pl.DataFrame) -> None:
    snapshots = [Snapshot(dt.date(2024, 7, 5), 15), Snapshot(dt.date(2025, 1, 1), 15)]
    until = dt.date(2025, 1, 9)
    one = rows.select("item_id").unique().with_columns(unit=pl.lit("all"))
    expected = labels.next_purchase(rows, snapshots, until)
    assert_frame_equal(next_repurchase(rows, one, snapshots, until).drop("unit"), expected)
    assert_frame_equal(
        next_repurchase(rows.reverse(), one, snapshots, until), next_repurchase(rows, one, snapshots, until)
    )
