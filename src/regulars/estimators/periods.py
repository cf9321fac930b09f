"""Person-periods: a customer's wait, cut into the periods in which a hazard is level."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import features as ft
from regulars.estimators.base import Bools, Floats, Ints
from regulars.features.rollups import WEEKDAYS

OWN = (
    "day", "width", "elapsed", "elapsed_over_gap_shrunk", "elapsed_over_gap_median", "elapsed_over_gap_smoothed",
    "weekday_share", "weekday", "season_sin", "season_cos",
)  # fmt: skip
"""What a period adds: its first day (1 = as_of) and width, days since the last purchase by then, also over the typical
gaps, the customer's share of purchase days on its weekday(s), its weekday (0 for several), and its season."""

BEHIND = {
    "elapsed": "recency",
    "elapsed_over_gap_shrunk": "overdue",
    "elapsed_over_gap_median": "overdue",
    "elapsed_over_gap_smoothed": "overdue",
}
"""Which feature of the customer stands behind what a period adds; the rest is the calendar."""

_DROPPED = frozenset({*WEEKDAYS, "as_of_weekday", "year_sin", "year_cos"})
_STATIC = tuple(name for name in ft.NAMES if name not in _DROPPED)

NAMES = (*OWN, *_STATIC)
"""The columns of the hazard's input; the period's own weekday and season stand for those of as_of."""

_EPOCH_WEEKDAY = 3
"""1970-01-01 was a Thursday: weekday number 3 when Monday is 0."""


@dataclass(frozen=True)
class Grid:
    """The periods of a horizon: first days and widths, in days; day 1 is the day of as_of."""

    first: Ints
    width: Ints

    @classmethod
    def build(cls, horizon_days: int, daily_days: int, period_days: int) -> "Grid":
        """Return a period a day for ``daily_days`` days, then periods of ``period_days`` up to the horizon.

        >>> Grid.build(10, 4, 3).width.tolist()
        [1, 1, 1, 1, 3, 3]
        """
        first = [
            *range(1, min(daily_days, horizon_days) + 1),
            *range(daily_days + 1, horizon_days + 1, period_days),
        ]
        edges = np.array([*first, horizon_days + 1], np.int64)
        return cls(edges[:-1], edges[1:] - edges[:-1])

    @property
    def n(self) -> int:
        """Number of periods."""
        return len(self.first)

    def index(self, day: Ints) -> Ints:
        """Return the period that holds each day, from 0."""
        return np.searchsorted(self.first, day, side="right").astype(np.int64) - 1

    def count(self, duration: Ints) -> Ints:
        """Return how many periods a wait of ``duration`` days touches."""
        return self.index(duration) + 1

    def survival(self, hazard: Floats) -> Floats:
        """Turn (rows, n) hazards of periods into (rows, horizon) survival, level in hazard within a period."""
        daily = np.log1p(-np.clip(hazard, 1e-9, 1 - 1e-9)) / self.width
        return np.exp(np.cumsum(np.repeat(daily, self.width, axis=1), axis=1))


def sample(counts: Ints, max_rows: int, rng: np.random.Generator) -> Ints:
    """Return the train rows to keep, in order, so that their periods number about ``max_rows`` at most."""
    total = int(counts.sum())
    if total <= max_rows:
        return np.arange(len(counts), dtype=np.int64)
    keep = max(1, int(len(counts) * max_rows / total))
    return np.sort(rng.choice(len(counts), size=keep, replace=False)).astype(np.int64)


def expand(
    features: pl.DataFrame, duration: Ints, observed: Bools, grid: Grid, *, season: bool
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    """Return the person-periods of waits and whether the purchase fell into each.

    Without ``season`` the season of a period is left unknown.

    A censored wait that ends inside a longer period does not count there: nobody saw the rest of it.
    """
    counts = grid.count(duration)
    last = grid.first[counts - 1] + grid.width[counts - 1] - 1
    counts = np.where(observed | (duration >= last), counts, counts - 1)
    row = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    period = np.arange(len(row)) - np.repeat(starts, counts)
    target = (observed[row] & (period == grid.index(duration)[row])).astype(np.float64)
    return _rows(features, row, period, grid, season=season), target


def every(features: pl.DataFrame, grid: Grid, *, season: bool) -> npt.NDArray[np.float32]:
    """Return the rows of all periods of each customer: (customers * n, len(NAMES)), period fastest."""
    row = np.repeat(np.arange(features.height), grid.n)
    return _rows(features, row, np.tile(np.arange(grid.n), features.height), grid, season=season)


def _rows(features: pl.DataFrame, row: Ints, period: Ints, grid: Grid, *, season: bool) -> npt.NDArray[np.float32]:
    static = ft.matrix(features, _STATIC).astype(np.float32)
    out = np.empty((len(row), len(NAMES)), np.float32)
    out[:, len(OWN) :] = static[row]
    first, width = grid.first[period], grid.width[period]
    out[:, 0], out[:, 1] = first, width
    elapsed = ft.matrix(features, ("recency",))[row, 0] + first - 1
    out[:, 2] = elapsed
    gaps = ft.matrix(features, ("gap_shrunk", "gap_median", "gap_smoothed"))
    out[:, 3:6] = elapsed[:, None] / gaps[row]
    weekday_share, weekday = _weekday(features, grid)
    out[:, 6], out[:, 7] = weekday_share[row, period], weekday[row, period]
    if not season:
        out[:, 8:10] = np.nan
        return out
    angle = _angle(features)[row] + (first + (width - 1) / 2 - 1) * (2 * math.pi / 365.25)
    out[:, 8], out[:, 9] = np.sin(angle), np.cos(angle)
    return out


def _weekday(features: pl.DataFrame, grid: Grid) -> tuple[Floats, Ints]:
    """Return (rows, n): mean share of the period's weekdays, and its weekday (1..7; 0 where it spans several)."""
    shares = ft.matrix(features, WEEKDAYS)
    start = (features["as_of"].cast(pl.Int64).to_numpy() + _EPOCH_WEEKDAY) % 7
    horizon = int(grid.width.sum())
    number = (start[:, None] + np.arange(horizon)[None, :]) % 7
    daily = np.take_along_axis(shares, number, axis=1)
    mean = np.add.reduceat(daily, grid.first - 1, axis=1) / grid.width
    single = np.where(grid.width == 1, number[:, grid.first - 1] + 1, 0)
    return mean, single.astype(np.int64)


def _angle(features: pl.DataFrame) -> Floats:
    """Return the day of the year of as_of as an angle."""
    return features["as_of"].dt.ordinal_day().to_numpy().astype(np.float64) * (2 * math.pi / 365.25)
