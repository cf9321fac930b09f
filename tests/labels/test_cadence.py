"""What counts as gone by one's own rhythm: the gap known at as_of, the wait after it, nothing beyond the horizon."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from regulars import features, labels
from regulars.errors import ConfigError
from regulars.labels import cadence
from regulars.labels.cadence import Cadence
from regulars.windows import Snapshot
from tests.features.log import days, log, logs

AS_OF = dt.date(2024, 4, 1)
HUNDRED = Snapshot(AS_OF, 100)
"""1 April to 9 July."""


def bought(customer: str, *at: str, quantity: float = 1.0) -> list[tuple[object, ...]]:
    return [(customer, f"{customer}-{day}", "tea", day, quantity, 100, 0, None) for day in at]


LOG = log(
    *bought("weekly", "2024-03-01", "2024-03-08T09:00", "2024-03-08T18:00", "2024-03-15", "2024-03-22"),
    *bought("weekly", "2024-03-25", quantity=-1.0),  # bringing back is no purchase
    *bought("monthly", "2024-01-01", "2024-01-31", "2024-03-01"),
    *bought("twice", "2024-03-01", "2024-03-04"),  # one gap of 3 days is no rhythm
    *bought("once", "2024-03-30"),
    *bought("new", "2024-04-02"),  # not known yet
)  # fmt: skip
"""The shop's typical gap is the median of 7, 30 and 3 days: 7."""


def known(found: pl.DataFrame, column: str) -> dict[str, object]:
    return dict(found.select("customer_id", column).iter_rows())


def waiting(cadence_: Cadence, snapshot: Snapshot = HUNDRED) -> dict[str, object]:
    return known(cadence.patience(cadence.rhythms(LOG, [snapshot]), [snapshot], cadence_), "patience_days")


def test_a_rhythm_is_the_median_gap_before_as_of() -> None:
    found = cadence.rhythms(LOG, [HUNDRED])
    assert known(found, "frequency") == {"monthly": 2, "once": 0, "twice": 1, "weekly": 3}
    assert known(found, "gap_median") == {"monthly": 30.0, "once": None, "twice": 3.0, "weekly": 7.0}


def test_patience_is_so_many_own_gaps_or_the_shops() -> None:
    assert waiting(Cadence(2.2, 1, 90)) == {"monthly": 66, "once": 16, "twice": 16, "weekly": 16}
    assert waiting(Cadence(2.0, 1, 90, min_gaps=1)) == {"monthly": 60, "once": 14, "twice": 6, "weekly": 14}
    found = cadence.patience(cadence.rhythms(LOG, [HUNDRED]), [HUNDRED])
    assert known(found, "own") == {"monthly": True, "once": False, "twice": False, "weekly": True}


@pytest.mark.parametrize(
    ("shortest", "longest", "horizon", "monthly", "weekly"),
    [(1, 365, 100, 60, 14), (20, 365, 100, 60, 20), (1, 50, 100, 50, 14), (1, 365, 40, 40, 14), (30, 60, 20, 20, 20)],
    ids=["unbounded", "shortest", "longest", "horizon", "horizon below the shortest"],
)
def test_patience_is_bounded(shortest: int, longest: int, horizon: int, monthly: int, weekly: int) -> None:
    found = waiting(Cadence(2.0, shortest, longest), Snapshot(AS_OF, horizon))
    assert (found["monthly"], found["weekly"]) == (monthly, weekly)


def test_a_whole_number_of_days_is_not_rounded_up() -> None:
    rhythm = pl.DataFrame({"customer_id": ["a"], "as_of": [AS_OF], "frequency": [3], "gap_median": [25.0]})
    assert 2.2 * 25 > 55  # by a rounding error
    assert cadence.patience(rhythm, [HUNDRED], Cadence(2.2, 1, 90))["patience_days"].to_list() == [55]


def test_where_nobody_came_twice_all_wait_longest() -> None:
    lines = log(*bought("a", "2024-03-01"), *bought("b", "2024-03-02"))
    found = cadence.patience(cadence.rhythms(lines, [HUNDRED]), [HUNDRED], Cadence(longest_days=60))
    assert found["patience_days"].to_list() == [60, 60]
    assert found["own"].to_list() == [False, False]


def test_the_last_day_of_patience_still_counts_as_back() -> None:
    fortnight = Cadence(2.0, 1, 90)  # 14 days for the weekly customer: until 14 April
    in_time, late = (pl.concat([LOG, log(*bought("weekly", day))]) for day in ("2024-04-14T23:59", "2024-04-15T00:00"))
    assert known(cadence.churned_by_cadence(in_time, [HUNDRED], fortnight), "churned")["weekly"] is False
    assert known(cadence.churned_by_cadence(late, [HUNDRED], fortnight), "churned")["weekly"] is True
    assert known(labels.churned(late, [HUNDRED]), "churned")["weekly"] is False


def test_what_nobody_has_seen_to_its_end_is_unknown() -> None:
    found = cadence.churned_by_cadence(LOG, [HUNDRED], Cadence(2.0, 1, 90), dt.date(2024, 4, 15))
    assert known(found, "churned") == {"monthly": None, "once": True, "twice": True, "weekly": True}
    a_day_less = cadence.churned_by_cadence(LOG, [HUNDRED], Cadence(2.0, 1, 90), dt.date(2024, 4, 14))
    assert a_day_less["churned"].to_list() == [None] * 4


def test_each_snapshot_knows_its_own_past() -> None:
    early = Snapshot(dt.date(2024, 3, 10), 20)
    both = cadence.patience(cadence.rhythms(LOG, [early, HUNDRED]), [early, HUNDRED])
    for snapshot in (early, HUNDRED):
        alone = cadence.patience(cadence.rhythms(LOG, [snapshot]), [snapshot])
        assert_frame_equal(both.filter(as_of=snapshot.as_of), alone)
    assert both["as_of"].is_sorted()


@pytest.mark.parametrize(
    "wrong",
    [
        {"factor": 0.0}, {"factor": float("nan")}, {"shortest_days": 0}, {"longest_days": 13}, {"min_gaps": 0},
    ],
)  # fmt: skip
def test_a_definition_that_makes_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Cadence(**wrong)  # type: ignore[arg-type]


@given(logs, days)
@settings(max_examples=30)
def test_the_gap_is_the_feature_of_its_name(lines: pl.DataFrame, as_of: dt.date) -> None:
    snapshot = Snapshot(as_of, 30)
    found = cadence.rhythms(lines, [snapshot])
    table = features.table(lines, features.Side(), [snapshot]).select(*labels.KEYS, "frequency", "gap_median")
    assert_frame_equal(found, table, check_dtypes=False, check_row_order=False)
    patience = cadence.patience(table, [snapshot])
    assert_frame_equal(cadence.patience(found, [snapshot]), patience, check_row_order=False)


@given(logs, days)
@settings(max_examples=30)
def test_patience_knows_nothing_of_what_comes(lines: pl.DataFrame, as_of: dt.date) -> None:
    snapshot = Snapshot(as_of, 30)
    past = lines.filter(pl.col("purchased_at") < as_of)
    assert_frame_equal(cadence.rhythms(lines, [snapshot]), cadence.rhythms(past, [snapshot]))
    found = cadence.patience(cadence.rhythms(lines, [snapshot]), [snapshot])
    assert found["patience_days"].is_between(14, 30).all()
    seen = lines.filter(pl.col("purchased_at") < snapshot.future.end)
    expected = cadence.churned_by_cadence(lines, [snapshot])
    assert_frame_equal(cadence.churned_by_cadence(seen, [snapshot]), expected)
    assert expected["churned"].null_count() == 0


@given(logs, days)
@settings(max_examples=30)
def test_one_patience_for_all_is_a_horizon(lines: pl.DataFrame, as_of: dt.date) -> None:
    same = Cadence(shortest_days=9, longest_days=9)
    found = cadence.churned_by_cadence(lines, [Snapshot(as_of, 30)], same)
    assert_frame_equal(found, labels.churned(lines, [Snapshot(as_of, 9)]))
