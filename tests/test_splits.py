"""Train snapshots never see the window they are judged on."""

import datetime as dt

import hypothesis.strategies as st
import pytest
from hypothesis import given

from regulars import splits
from regulars.errors import DataError
from regulars.splits import Plan
from regulars.windows import Snapshot, Window

YEAR = Window(dt.date(2017, 1, 1), dt.date(2018, 1, 1))
YEARS = Window(dt.date(2015, 1, 1), dt.date(2018, 1, 1))


few, many = st.integers(1, 5), st.integers(1, 90)


@given(
    data=st.sampled_from([YEAR, YEARS]), horizon=many, step=many, n=few, history=many, season=st.integers(0, 5),
    n_tests=few, test_step=many,
)  # fmt: skip
def test_what_is_learned_ends_before_what_is_asked(
    data: Window, *, horizon: int, step: int, n: int, history: int, season: int, n_tests: int, test_step: int
) -> None:
    plan = Plan(horizon, step, n, history, season)
    try:
        found = splits.rolling_splits(data, splits.Tests(n_tests, test_step), plan)
    except DataError:
        return
    assert len(found) == n_tests
    assert found[-1].test.future.end == data.end
    for split in found:
        assert 1 <= len(split.complete) <= n + season
        assert all(train.future.end <= split.test.as_of for train in split.complete)
        assert all(train.as_of < split.test.as_of for train in split.censored)
        for trains in (split.complete, split.censored):
            assert list(trains) == sorted(set(trains))
            assert all((train.as_of - data.start).days >= history for train in trains)
            assert all(train.horizon_days == horizon for train in trains)


def test_last_year_at_this_time_is_learned_from_where_the_shop_was_settled_by_then() -> None:
    as_of, plan = dt.date(2017, 10, 3), Plan(90, 20, 1, 14, 3)
    around = ["2016-09-13", "2016-10-03", "2016-10-23"]
    assert _days(splits.train_snapshots(as_of, YEARS.start, plan)[0]) == [*around, "2017-07-05"]
    opened = dt.date(2016, 4, 10)  # half a year before the middle one, and a little
    assert _days(splits.train_snapshots(as_of, opened, plan)[0]) == ["2016-10-23", "2017-07-05"]
    assert _days(splits.train_snapshots(as_of, YEAR.start, plan)[0]) == ["2017-07-05"]


def _days(snapshots: tuple[Snapshot, ...]) -> list[str]:
    return [str(snapshot.as_of) for snapshot in snapshots]


def test_a_year_with_ninety_days_ahead() -> None:
    found = splits.rolling_splits(YEAR, splits.Tests(3, 30), Plan(90, 20, 10, 14))
    assert [str(split.test.as_of) for split in found] == ["2017-08-04", "2017-09-03", "2017-10-03"]
    first = found[0]
    assert [str(s.as_of) for s in first.complete] == [
        "2017-01-26", "2017-02-15", "2017-03-07", "2017-03-27", "2017-04-16", "2017-05-06",
    ]  # fmt: skip
    assert first.complete[-1].future.end == first.test.as_of
    assert [str(s.as_of) for s in (first.censored[0], first.censored[-1])] == ["2017-01-16", "2017-07-15"]


def test_too_little_history_leaves_no_snapshot() -> None:
    assert splits.train_snapshots(dt.date(2017, 1, 20), YEAR.start, Plan(90, 20, 10, 14)) == ((), ())


def test_data_that_are_too_short_are_refused() -> None:
    short = Window(YEAR.start, dt.date(2017, 7, 1))
    with pytest.raises(DataError, match="too short for 3 tests 30 days apart with a horizon of 90 days"):
        splits.rolling_splits(short, splits.Tests(3, 30), Plan(90, 20, 10, 14))
