"""Waits cut into periods, by hand."""

import datetime as dt

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import given

from regulars import features
from regulars.estimators import periods
from regulars.estimators.periods import Grid
from regulars.windows import Snapshot
from tests.features.log import ANNA, AS_OF, ITEMS

WEEKLY = Grid.build(14, 3, 7)
"""Days 1, 2, 3, then 4-10 and 11-14."""


def customer() -> pl.DataFrame:
    return features.table(ANNA, features.Side(ITEMS), [Snapshot(AS_OF)])


HALVES = np.array([np.linspace(1, 0.5, 15)[1:]])
"""A forecast that falls from 1 to one half in fourteen equal steps."""


def targets(duration: int, *, observed: bool, watched: int | None = None) -> list[float]:
    waits = periods.Waits(np.array([duration]), np.array([observed]), np.array([watched or duration]))
    expanded = periods.expand(customer(), waits, HALVES, WEEKLY, season=True)
    assert expanded.rows.shape == (len(expanded.target), len(periods.NAMES))
    assert expanded.wait.tolist() == [0] * len(expanded.target)
    found: list[float] = expanded.target.tolist()
    return found


def test_a_grid_by_hand() -> None:
    assert WEEKLY.first.tolist() == [1, 2, 3, 4, 11]
    assert WEEKLY.width.tolist() == [1, 1, 1, 7, 4]
    assert WEEKLY.index(np.array([1, 3, 4, 10, 11, 14])).tolist() == [0, 2, 3, 3, 4, 4]
    assert WEEKLY.count(np.array([1, 4, 14])).tolist() == [1, 4, 5]


@given(st.integers(1, 200), st.integers(1, 60), st.integers(1, 30))
def test_periods_fill_the_horizon(horizon: int, daily: int, period: int) -> None:
    grid = Grid.build(horizon, daily, period)
    assert grid.width.sum() == horizon
    assert (grid.width >= 1).all()
    np.testing.assert_array_equal(grid.first[1:], grid.first[:-1] + grid.width[:-1])
    hazard = np.full((2, grid.n), 0.5)
    curves = grid.survival(hazard)
    assert curves.shape == (2, horizon)
    np.testing.assert_allclose(curves[0, -1], 0.5**grid.n)
    np.testing.assert_allclose(curves[:, grid.first + grid.width - 2], [0.5 ** np.arange(1, grid.n + 1)] * 2)


def test_a_purchase_ends_the_wait_in_its_period() -> None:
    assert targets(1, observed=True, watched=14) == [1]
    assert targets(3, observed=True, watched=14) == [0, 0, 1]
    assert targets(6, observed=True, watched=14) == [0, 0, 0, 1]
    assert targets(14, observed=True, watched=14) == [0, 0, 0, 0, 1]


def test_a_period_that_was_not_watched_to_its_end_counts_for_nobody() -> None:
    for watched in (6, 9):
        assert targets(watched, observed=False) == [0, 0, 0]
        assert targets(6, observed=True, watched=watched) == [0, 0, 0]  # else it would look as if everybody bought
    assert targets(6, observed=True, watched=10) == [0, 0, 0, 1]
    assert targets(12, observed=True, watched=13) == [0, 0, 0, 0]
    assert targets(2, observed=True, watched=6) == [0, 1]


def test_how_long_a_snapshot_was_watched() -> None:
    days = [dt.date(2024, 1, 1)] * 3 + [dt.date(2024, 2, 1)] * 2 + [dt.date(2024, 3, 1)]
    duration = np.array([3, 20, 7, 4, 9, 0])
    observed = np.array([True, False, True, True, True, False])
    waits = periods.Waits.of(pl.DataFrame({"as_of": days}), duration, observed)
    assert waits.watched.tolist() == [20, 20, 20, 9, 9, 0]
    assert waits[np.array([1, 3])].watched.tolist() == [20, 9]


def test_a_censored_wait_counts_the_periods_that_were_seen_whole() -> None:
    assert targets(14, observed=False) == [0, 0, 0, 0, 0]
    assert targets(13, observed=False) == [0, 0, 0, 0]  # nobody saw the last day of 11-14
    assert targets(10, observed=False) == [0, 0, 0, 0]
    assert targets(9, observed=False) == [0, 0, 0]  # nobody saw day 10 of 4-10
    assert targets(1, observed=False) == [0]


def test_each_row_knows_its_period() -> None:
    rows = periods.every(customer(), HALVES, WEEKLY, season=True)
    found = {name: rows[:, column] for column, name in enumerate(periods.NAMES)}
    assert found["day"].tolist() == [1, 2, 3, 4, 11]
    assert found["width"].tolist() == [1, 1, 1, 7, 4]
    assert found["elapsed"].tolist() == [10, 11, 12, 13, 20]  # Anna bought ten days ago
    np.testing.assert_allclose(found["elapsed_over_gap_median"], np.array([10, 11, 12, 13, 20]) / 15, rtol=1e-6)
    # as_of is a Saturday; then come Sunday, Monday, a whole week, and four days from Tuesday on.
    assert found["weekday"].tolist() == [6, 7, 1, 0, 0]
    bought, not_bought = (1 + 1 / 7) / 4, (1 / 7) / 4
    shares = [not_bought, not_bought, bought, 1 / 7, (2 * bought + 2 * not_bought) / 4]
    np.testing.assert_allclose(found["weekday_share"], shares, rtol=1e-6)
    assert found["recency"].tolist() == [10] * 5
    assert "as_of_weekday" not in found


def test_each_period_knows_what_the_forecast_says_of_it() -> None:
    rows = periods.every(customer(), HALVES, WEEKLY, season=True)
    found = {name: rows[:, column] for column, name in enumerate(periods.NAMES)}
    step = 0.5 / 14
    before = 1 - step * np.array([0, 1, 2, 3, 10])
    np.testing.assert_allclose(found["btyd_survival"], before, rtol=1e-6)
    np.testing.assert_allclose(found["btyd_hazard"], step * np.array([1, 1, 1, 7, 4]) / before, rtol=1e-5)
    unknown = periods.every(customer(), np.full((1, 14), np.nan), WEEKLY, season=True)
    assert np.isnan(unknown[:, 10]).all()
    assert np.isnan(unknown[1:, 11]).all()


def test_the_season_is_that_of_the_middle_of_the_period() -> None:
    rows = periods.every(customer(), HALVES, WEEKLY, season=True)
    angle = 2 * np.pi * (41 + np.array([0, 1, 2, 6, 11.5])) / 365.25
    np.testing.assert_allclose(rows[:, 8], np.sin(angle), rtol=1e-5)
    np.testing.assert_allclose(rows[:, 9], np.cos(angle), rtol=1e-5)
    assert np.isnan(periods.every(customer(), HALVES, WEEKLY, season=False)[:, 8:10]).all()


@pytest.mark.parametrize("day", range(7))
def test_weekdays_follow_the_calendar(day: int) -> None:
    as_of = AS_OF + dt.timedelta(days=day)
    table = features.table(ANNA, features.Side(ITEMS), [Snapshot(as_of)])
    rows = periods.every(table, HALVES[:, :3], Grid.build(3, 3, 7), season=False)
    expected = [(as_of + dt.timedelta(days=ahead)).isoweekday() for ahead in range(3)]
    assert rows[:, periods.NAMES.index("weekday")].tolist() == expected


def test_sampling_keeps_whole_waits_in_order() -> None:
    counts = np.full(100, 10)
    everything = periods.sample(counts, 1000, np.random.default_rng(0))
    assert everything.tolist() == list(range(100))
    some = periods.sample(counts, 200, np.random.default_rng(0))
    assert len(some) == 20
    assert np.all(np.diff(some) > 0)
