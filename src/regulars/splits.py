"""Rolling train and test snapshots with the gap that the horizon demands."""

import datetime as dt
from dataclasses import dataclass

from regulars import windows
from regulars.errors import DataError
from regulars.windows import Snapshot, Window

_YEAR = 365
_SETTLED = 180
"""Days of history before a snapshot whose window shows the season: before that, every customer looks new."""


@dataclass(frozen=True)
class Plan:
    """Which snapshots a model learns from."""

    horizon_days: int
    """Length of every label window."""
    step_days: int
    """Days between train snapshots."""
    n_snapshots: int
    """Most train snapshots of either kind."""
    min_history_days: int
    """Days of data before the first of them."""
    n_seasonal: int = 0
    """Most train snapshots around the day a year before, which know how the season went then."""


@dataclass(frozen=True)
class Tests:
    """Which snapshots it is judged on."""

    n: int
    """How many; the last window ends with the data."""
    step_days: int
    """Days between them."""


@dataclass(frozen=True)
class Split:
    """One test snapshot and what a model judged on it may learn from."""

    test: Snapshot
    """The snapshot whose window is predicted."""
    complete: tuple[Snapshot, ...]
    """Train snapshots whose whole window ends by the test as_of; earliest first."""
    censored: tuple[Snapshot, ...]
    """Train snapshots before the test as_of, to be labelled with ``observed_until=test.as_of``; earliest first."""


def train_snapshots(
    as_of: dt.date, first_day: dt.date, plan: Plan
) -> tuple[tuple[Snapshot, ...], tuple[Snapshot, ...]]:
    """Return the (complete, censored) train snapshots of a model that may know rows before ``as_of``.

    Complete ones are ``plan.step_days`` apart, the latest a horizon before ``as_of``, and so are those around the
    day a year before; censored ones as well, the latest one step before ``as_of``. None lies within
    ``plan.min_history_days`` of ``first_day``, none of those a year before within half a year.

    >>> complete, censored = train_snapshots(dt.date(2017, 10, 3), dt.date(2016, 1, 1), Plan(90, 10, 2, 14, 3))
    >>> [str(s.as_of) for s in complete]
    ['2016-09-23', '2016-10-03', '2016-10-13', '2017-06-25', '2017-07-05']
    >>> [str(s.as_of) for s in censored]
    ['2017-09-13', '2017-09-23']
    """
    earliest = Snapshot(first_day, plan.horizon_days).moved(plan.min_history_days)
    now = Snapshot(as_of, plan.horizon_days)

    def back(days: int, n: int) -> list[Snapshot]:
        return [s for s in windows.rolling(now.moved(-days), n, plan.step_days) if s >= earliest]

    latest = now.moved(-plan.horizon_days)
    settled = Snapshot(first_day, plan.horizon_days).moved(_SETTLED)
    season = back(_YEAR - plan.n_seasonal // 2 * plan.step_days, plan.n_seasonal) if plan.n_seasonal else []
    complete = {*back(plan.horizon_days, plan.n_snapshots), *(s for s in season if settled <= s <= latest)}
    return tuple(sorted(complete)), tuple(back(plan.step_days, plan.n_snapshots))


def rolling_splits(data: Window, tests: Tests, plan: Plan) -> list[Split]:
    """Return a split per test, earliest first; the last test window ends with the data.

    Raises:
        DataError: the data is too short for the earliest test to have a complete train snapshot.
    """
    last = Snapshot(data.end, plan.horizon_days).moved(-plan.horizon_days)
    splits = [
        Split(t, *train_snapshots(t.as_of, data.start, plan)) for t in windows.rolling(last, tests.n, tests.step_days)
    ]
    if not splits[0].complete:
        raise DataError(
            f"the data ({data.start} to {data.end}) is too short for {tests.n} tests {tests.step_days} days apart with "
            f"a horizon of {plan.horizon_days} days; lower horizon_days or n_tests in experiment.toml"
        )
    return splits
