"""Person-periods: a customer's wait, cut into the periods in which a hazard is level."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import curves
from regulars import features as ft
from regulars.estimators.base import Bools, Floats, Ints
from regulars.features.rollups import WEEKDAYS

OWN = (
    "day", "width", "elapsed", "elapsed_over_gap_shrunk", "elapsed_over_gap_median", "elapsed_over_gap_smoothed",
    "weekday_share", "weekday", "season_sin", "season_cos", "btyd_hazard", "btyd_survival",
)  # fmt: skip
"""What a period adds: its first day (1 = as_of) and width, days since the last purchase by then, also over the typical
gaps, the customer's share of purchase days on its weekday(s), its weekday (0 for several), its season, and what a
buy-till-you-die forecast says: the chance of a purchase in it, and of none before it."""

BEHIND = {
    "elapsed": "recency",
    "elapsed_over_gap_shrunk": "overdue",
    "elapsed_over_gap_median": "overdue",
    "elapsed_over_gap_smoothed": "overdue",
    "btyd_hazard": "overdue",
    "btyd_survival": "overdue",
}
"""Which feature of the customer stands behind what a period adds; the rest is the calendar."""

_DROPPED = frozenset({*WEEKDAYS, "as_of_weekday", *ft.YEAR})
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

    def whole(self, days: Ints) -> Ints:
        """Return how many periods end within ``days`` days."""
        return np.searchsorted(self.first + self.width - 1, days, side="right").astype(np.int64)

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


@dataclass(frozen=True)
class Periods:
    """Person-periods to learn from."""

    rows: npt.NDArray[np.float32]
    """(n, len(NAMES))."""
    target: Floats
    """(n,) 1 where the purchase fell into the period, else 0."""
    wait: Ints
    """(n,) the row of the wait that each period is part of."""


@dataclass(frozen=True)
class Waits:
    """How long customers waited, and how long they were watched, (rows,) each."""

    duration: Ints
    """Days to the purchase, 1 being the day of as_of; where there was none, the days watched."""
    observed: Bools
    """Whether there was one."""
    watched: Ints
    """Days that everybody of the same as_of was watched: also those who bought before."""

    @classmethod
    def of(cls, features: pl.DataFrame, duration: Ints, observed: Bools) -> "Waits":
        """Read the days watched off those who waited for all of them, or off the longest wait where nobody did."""
        seen = pl.DataFrame({"as_of": features["as_of"], "duration": duration, "observed": observed})
        unfinished = pl.col("duration").filter(~pl.col("observed")).max().over("as_of")
        watched = seen.select(pl.coalesce(unfinished, pl.col("duration").max().over("as_of")))
        return cls(duration, observed, watched.to_series().to_numpy())

    def __getitem__(self, rows: Ints) -> "Waits":
        """Return some of the rows."""
        return Waits(self.duration[rows], self.observed[rows], self.watched[rows])


def expand(features: pl.DataFrame, waits: Waits, forecast: Floats, grid: Grid, *, season: bool) -> Periods:
    """Return the person-periods of waits.

    A period that was not watched to its end counts for nobody, not even for those who were seen to buy in it:
    kept for them and dropped for the others it would look as if everybody bought.

    Args:
        features: a feature table, a row a wait.
        waits: of the same rows.
        forecast: (rows, horizon) survival of each customer by a buy-till-you-die model; NaN where there is none.
        grid: the periods.
        season: without it, the season of a period is left unknown.
    """
    counts = np.minimum(grid.count(waits.duration), grid.whole(waits.watched))
    wait = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    period = np.arange(len(wait)) - np.repeat(starts, counts)
    target = (waits.observed[wait] & (period == grid.index(waits.duration)[wait])).astype(np.float64)
    return Periods(_rows(features, forecast, wait, period, grid, season=season), target, wait)


def every(features: pl.DataFrame, forecast: Floats, grid: Grid, *, season: bool) -> npt.NDArray[np.float32]:
    """Return the rows of all periods of each customer: (customers * n, len(NAMES)), period fastest."""
    row = np.repeat(np.arange(features.height), grid.n)
    return _rows(features, forecast, row, np.tile(np.arange(grid.n), features.height), grid, season=season)


def _rows(
    features: pl.DataFrame, forecast: Floats, row: Ints, period: Ints, grid: Grid, *, season: bool
) -> npt.NDArray[np.float32]:
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
    hazard, before = _btyd(forecast, grid)
    out[:, 10], out[:, 11] = hazard[row, period], before[row, period]
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


def _btyd(forecast: Floats, grid: Grid) -> tuple[Floats, Floats]:
    """Return (rows, n): the forecast's chance of a purchase in each period, and of none before it."""
    ends = grid.first + grid.width - 2
    after = np.maximum(forecast[:, ends], curves.FLOOR)
    before = np.column_stack([np.ones(len(forecast)), after[:, :-1]])
    return 1.0 - after / before, before


def _angle(features: pl.DataFrame) -> Floats:
    """Return the day of the year of as_of as an angle."""
    return features["as_of"].dt.ordinal_day().to_numpy().astype(np.float64) * (2 * math.pi / 365.25)
