"""Person-periods of pairs: a wait cut into the periods in which the hazard of a re-purchase is level."""

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import ndtr

from regulars.estimators.base import Bools, Floats, Ints
from regulars.estimators.periods import Grid
from regulars.features import repurchase
from regulars.features.repurchase import Population
from regulars.features.repurchase.household import LOADS, WEEKDAYS
from regulars.features.repurchase.population import bin_of

OWN = (
    "day", "width", "elapsed", "elapsed_over_gap_shrunk", "elapsed_over_gap_median", "elapsed_over_gap_smoothed",
    "elapsed_over_gap_typical", "weekday", "weekday_share", "unit_hazard", "prior_hazard",
    "renewal_hazard", "trip_hazard", "pair_hazard", "season_sin", "season_cos", "weekday_load", "load_hazard",
)  # fmt: skip
"""What a period adds: its first day (1 = as_of) and width; days since the last purchase by then, also over the typical
gaps; its weekday (0 for several) and the customer's share of purchase days on it; the unit's hazard that long after a
purchase; the daily hazard of the pair by BG/NBD, and by a log-normal renewal of its shrunk gaps; purchase days expected
of the customer on such a weekday, and of the pair; and the day of the year as an angle (unknown
unless training spans a year)."""
_GAPS = ("gap_shrunk", "gap_median", "gap_smoothed", "gap_typical")
_STATIC = tuple(name for name in repurchase.NAMES if name not in {*WEEKDAYS, *LOADS, "as_of_weekday"})
NAMES = (*OWN, *_STATIC)
"""The columns of the hazard's input; a period's own weekday stands for that of as_of."""


@dataclass(frozen=True)
class Pairs:
    """A table of features, and what its periods are computed from."""

    static: npt.NDArray[np.float32]
    """(n, static features)."""
    hazard: npt.NDArray[np.float32]
    """(n, bins) of each pair's unit, by days since the last purchase."""
    prior: npt.NDArray[np.float32]
    """(n, periods) daily hazard by the parametric model."""
    weekday: Ints
    """(n, periods) ISO weekday of a period of one day, else 0."""
    weekday_share: npt.NDArray[np.float32]
    """(n, periods) mean share of its weekdays."""
    weekday_load: npt.NDArray[np.float32]
    """(n, periods) mean share of the units bought on its weekdays."""
    season: Floats
    """(2, periods) sine and cosine of the middle of a period in the year; NaN where the season is not known."""
    grid: Grid

    @classmethod
    def of(
        cls, rows: pl.DataFrame, population: Population, prior: Floats, grid: Grid, season: dt.date | None
    ) -> "Pairs":
        """Prepare pairs of one as_of.

        Args:
            rows: a table of features.
            population: the shop's statistics.
            prior: (n, horizon) survival by the parametric model.
            grid: the periods.
            season: the day of as_of, whose season then counts; None to leave it unknown.
        """
        units = rows["unit"].unique().sort()
        at = np.searchsorted(units.to_numpy().astype(str), rows["unit"].to_numpy().astype(str))
        hazard = population.hazards(units)[at].astype(np.float32)
        weekday, share = _weekdays(rows, grid, WEEKDAYS)
        load = _weekdays(rows, grid, LOADS)[1]
        static = rows.select(_STATIC).to_numpy()
        return cls(
            static=static,
            hazard=hazard,
            prior=_daily(prior, grid).astype(np.float32),
            weekday=weekday,
            weekday_share=share.astype(np.float32),
            weekday_load=load.astype(np.float32),
            season=_season(season, grid),
            grid=grid,
        )

    def periods(self, row: Ints, period: Ints) -> npt.NDArray[np.float32]:
        """Return the input rows of some (pair, period): (len(row), len(NAMES))."""
        out = np.empty((len(row), len(NAMES)), np.float32)
        out[:, len(OWN) :] = self.static[row]
        first, width = self.grid.first[period], self.grid.width[period]
        lag = self.static[row, _STATIC.index("lag")]
        out[:, 0], out[:, 1] = first, width
        elapsed = lag + first - 1
        out[:, 2] = elapsed
        for at, name in enumerate(_GAPS):
            out[:, 3 + at] = elapsed / self.static[row, _STATIC.index(name)]
        out[:, 7], out[:, 8] = self.weekday[row, period], self.weekday_share[row, period]
        middle = (elapsed + (width - 1) // 2).astype(np.int64)
        out[:, 9] = self.hazard[row, bin_of(middle)]
        out[:, 10] = self.prior[row, period]
        out[:, 11] = _renewal(elapsed, self._of("gap_typical", row), self._of("gap_spread", row))
        out[:, 12] = self._of("trip_rate", row) * 7.0 * self.weekday_share[row, period]
        out[:, 13] = out[:, 12] * self._of("late_trip_share", row)
        out[:, 14], out[:, 15] = self.season[:, period]
        out[:, 16] = self.weekday_load[row, period]
        out[:, 17] = out[:, 16] * 7.0 * self._of("pair_rate", row)
        return out

    def _of(self, name: str, row: Ints) -> npt.NDArray[np.float32]:
        values: npt.NDArray[np.float32] = self.static[row, _STATIC.index(name)]
        return values

    def expand(
        self, duration: Ints, observed: Bools, watched: int, negatives: float, rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.float32], Floats, Floats]:
        """Return the periods that were watched, whether the purchase fell into each, and their weights.

        Of the periods without a purchase a share ``negatives`` is kept, each as heavy as those it stands for. A
        period that was not watched to its end, ``watched`` days from as_of, counts for nobody: of the pairs that
        reached it only those bought again early would be in it, and the hazard would look certain.
        """
        full = int((self.grid.first + self.grid.width - 1 <= watched).sum())
        counts = np.minimum(self.grid.count(duration), full)
        row = np.repeat(np.arange(len(counts)), counts)
        period = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        target = observed[row] & (period == self.grid.index(duration)[row])
        kept = target | (rng.random(len(row)) < negatives)
        weight = np.where(target[kept], 1.0, 1.0 / negatives)
        return self.periods(row[kept], period[kept]), target[kept].astype(np.float64), weight

    def every(self, rows: slice) -> npt.NDArray[np.float32]:
        """Return all periods of some pairs, period fastest."""
        number = np.arange(len(self.static))[rows]
        row = np.repeat(number, self.grid.n)
        return self.periods(row, np.tile(np.arange(self.grid.n), len(number)))


def _renewal(
    elapsed: npt.NDArray[np.float64], typical: npt.NDArray[np.float32], spread: npt.NDArray[np.float32]
) -> Floats:
    """Return the chance a day of a log-normal gap to end in the day that starts ``elapsed`` days after it began."""
    score = (np.log(elapsed) - np.log(typical)) / spread
    density = np.exp(-0.5 * score**2) / (spread * elapsed * np.sqrt(2 * np.pi))
    result: Floats = density / np.maximum(ndtr(-score), 1e-6)
    return result


def _daily(survival: Floats, grid: Grid) -> Floats:
    """Return (n, periods) mean daily hazard of curves."""
    logs = np.log(np.clip(survival, 1e-12, 1.0))
    ends = grid.first + grid.width - 2
    start = np.where(grid.first > 1, logs[:, np.maximum(grid.first - 2, 0)], 0.0)
    result: Floats = 1.0 - np.exp((logs[:, ends] - start) / grid.width)
    return result


def _season(as_of: dt.date | None, grid: Grid) -> Floats:
    if as_of is None:
        return np.full((2, grid.n), np.nan)
    middle = as_of.timetuple().tm_yday + grid.first - 1 + (grid.width - 1) / 2
    angle = middle * (2 * math.pi / 365.25)
    return np.stack([np.sin(angle), np.cos(angle)])


def _weekdays(rows: pl.DataFrame, grid: Grid, names: tuple[str, ...]) -> tuple[Ints, Floats]:
    shares = rows.select(names).to_numpy().astype(np.float64)
    today = int(rows["as_of_weekday"][0]) - 1
    number = (today + np.arange(int(grid.width.sum()))) % 7
    mean = np.add.reduceat(shares[:, number], grid.first - 1, axis=1) / grid.width
    single = np.where(grid.width == 1, number[grid.first - 1] + 1, 0)
    return np.broadcast_to(single, mean.shape), mean
