"""What counts as spent: net of returns, in the window, by customers known before it."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from regulars import features
from regulars.labels import KEYS, spends
from regulars.windows import Snapshot
from tests.features.log import NAMES, days, log, logs

AS_OF = dt.date(2024, 3, 1)
TEN = Snapshot(AS_OF, 10)
"""1 to 10 March."""


def line(customer: str, at: str, amount: int, quantity: float = 1.0) -> tuple[object, ...]:
    return (customer, f"{customer}-{at}", "tea", at, quantity, amount, 0, None)


LOG = log(
    line("first", "2024-02-01", 5), line("first", "2024-03-01T00:00", 300),  # on the day of as_of
    line("last", "2024-02-01", 5), line("last", "2024-03-10T23:59:59", 40), line("last", "2024-03-10T09:00", 2),
    line("late", "2024-02-29T23:59", 5), line("late", "2024-03-11T00:00", 70),  # the day after the window
    line("gone", "2024-02-01", 5),
    line("back", "2024-02-01", 500), line("back", "2024-03-04", -120, -1.0),  # bought before, brought back in it
    line("both", "2024-02-01", 5), line("both", "2024-03-04", 90), line("both", "2024-03-05", -90, -1.0),
    line("gift", "2024-02-01", 5), line("gift", "2024-03-04", 999, 0.0),  # neither bought nor brought back
    line("new", "2024-03-02", 80),  # not known yet
    line("only returns", "2024-02-01", -5, -1.0), line("only returns", "2024-03-02", 80),
)  # fmt: skip


def amounts(found: pl.DataFrame) -> dict[str, int]:
    return {customer: amount for customer, _, amount, _ in found.iter_rows()}


def test_what_is_spent_is_net_of_what_comes_back_within_the_window() -> None:
    found = spends.spend(LOG, [TEN])
    assert found.columns == ["customer_id", "as_of", "spend_ahead", "days_watched"]
    assert found.schema["spend_ahead"] == found.schema["days_watched"] == pl.Int64
    assert amounts(found) == {"back": -120, "both": 0, "first": 300, "gift": 0, "gone": 0, "last": 42, "late": 0}
    assert found["days_watched"].unique().to_list() == [10]


@pytest.mark.parametrize(("until", "watched", "last"), [("2024-03-10", 9, 0), ("2024-03-11", 10, 42)])
def test_what_nobody_has_seen_yet_is_not_spent(until: str, watched: int, last: int) -> None:
    found = spends.spend(LOG, [TEN], observed_until=dt.date.fromisoformat(until))
    assert amounts(found)["last"] == last
    assert found["days_watched"].unique().to_list() == [watched]


def test_a_snapshot_on_the_last_day_has_been_watched_for_none() -> None:
    found = spends.spend(LOG, [TEN, Snapshot(dt.date(2024, 3, 2), 10)], observed_until=AS_OF)
    assert found["as_of"].unique().to_list() == [AS_OF]
    assert found.height == 7
    assert found.select("spend_ahead", "days_watched").unique().rows() == [(0, 0)]


def test_each_snapshot_has_its_own_horizon() -> None:
    found = spends.spend(LOG, [Snapshot(dt.date(2024, 2, 29), 2), Snapshot(AS_OF, 11)])
    assert amounts(found.filter(pl.col("as_of") < AS_OF))["first"] == 300
    assert amounts(found.filter(pl.col("as_of") == AS_OF))["late"] == 70
    assert found["as_of"].is_sorted()


@pytest.mark.parametrize("lines", [LOG.clear(), LOG.filter(pl.col("quantity") < 0)], ids=["empty", "only returns"])
def test_a_log_without_purchases_has_no_labels(lines: pl.DataFrame) -> None:
    assert_frame_equal(spends.spend(lines, [TEN]), spends.spend(LOG, [TEN]).clear())


@given(logs, days)
@settings(max_examples=30)
def test_what_follows_the_window_changes_nothing(lines: pl.DataFrame, as_of: dt.date) -> None:
    snapshot = Snapshot(as_of, 30)
    seen = lines.filter(pl.col("purchased_at") < snapshot.future.end)
    assert_frame_equal(spends.spend(lines, [snapshot]), spends.spend(seen, [snapshot]))


@given(logs, days)
@settings(max_examples=30)
def test_being_cut_is_not_having_the_data(lines: pl.DataFrame, as_of: dt.date) -> None:
    until = as_of + dt.timedelta(days=12)
    seen = lines.filter(pl.col("purchased_at") < until)
    found = spends.spend(lines, [Snapshot(as_of, 30)], observed_until=until)
    assert_frame_equal(found, spends.spend(seen, [Snapshot(as_of, 30)], observed_until=until))
    assert_frame_equal(found, spends.spend(lines, [Snapshot(as_of, 12)]))


@given(logs, days)
@settings(max_examples=30)
def test_those_with_labels_are_those_with_features(lines: pl.DataFrame, as_of: dt.date) -> None:
    table = features.table(lines, features.Side(), [Snapshot(as_of)])
    assert_frame_equal(spends.spend(lines, [Snapshot(as_of)]).select(KEYS), table.select(features.KEYS))


@given(logs, days, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_row_order_names_and_laziness_change_nothing(lines: pl.DataFrame, as_of: dt.date, rng: object) -> None:
    order = list(range(lines.height))
    rng.shuffle(order)  # type: ignore[attr-defined]
    new = pl.col("customer_id").replace_strict(dict(zip(NAMES, ["10", "9", "Zoe", ""], strict=True)))
    expected = spends.spend(lines, [Snapshot(as_of, 30)])
    assert_frame_equal(spends.spend(lines[order].lazy(), [Snapshot(as_of, 30)]), expected)
    renamed = spends.spend(lines.with_columns(new), [Snapshot(as_of, 30)])
    assert_frame_equal(renamed, expected.with_columns(new).sort("as_of", "customer_id"))


@given(logs, st.lists(days, min_size=2, max_size=4, unique=True))
@settings(max_examples=20)
def test_several_snapshots_at_once_equal_one_at_a_time(lines: pl.DataFrame, as_of: list[dt.date]) -> None:
    one_at_a_time = [spends.spend(lines, [Snapshot(day, 30)]) for day in sorted(as_of)]
    found = spends.spend(lines, [Snapshot(day, 30) for day in as_of])
    assert_frame_equal(found, pl.concat(one_at_a_time))
