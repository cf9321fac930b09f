"""Train snapshots never see the window they are judged on."""

import datetime as dt

import hypothesis.strategies as st
import pytest
from hypothesis import given

from regulars import splits
from regulars.errors import DataError
from regulars.splits import Plan
from regulars.windows import Window

YEAR = Window(dt.date(2017, 1, 1), dt.date(2018, 1, 1))


few, many = st.integers(1, 5), st.integers(1, 90)


@given(horizon=many, step=many, n=few, history=many, n_tests=few, test_step=many)
def test_what_is_learned_ends_before_what_is_asked(
    horizon: int, step: int, n: int, history: int, n_tests: int, test_step: int
) -> None:
    plan = Plan(horizon, step, n, history)
    try:
        found = splits.rolling_splits(YEAR, splits.Tests(n_tests, test_step), plan)
    except DataError:
        return
    assert len(found) == n_tests
    assert found[-1].test.future.end == YEAR.end
    for split in found:
        assert 1 <= len(split.complete) <= n
        assert all(train.future.end <= split.test.as_of for train in split.complete)
        assert all(train.as_of < split.test.as_of for train in split.censored)
        for trains in (split.complete, split.censored):
            assert list(trains) == sorted(set(trains))
            assert all((train.as_of - YEAR.start).days >= history for train in trains)
            assert all(train.horizon_days == horizon for train in trains)


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
