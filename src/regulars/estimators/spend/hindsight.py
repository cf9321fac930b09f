"""What the same model would have said at earlier days, and what came of it."""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import polars as pl

from regulars.errors import DataError
from regulars.estimators.base import Bools, Floats, Ints
from regulars.estimators.spend.level import Level
from regulars.estimators.spend.purchases import NEEDED, Purchases, Repeat


@dataclass(frozen=True, eq=False)
class Hindsight:
    """Forecasts of the train rows whose windows are over, each by a model fitted on its own as_of."""

    rows: Ints
    """The train rows that have one."""
    expected: Floats
    """(len(rows),) what was expected of each, minor units."""
    level: Level
    """What their totals missed."""
    lasting: float
    """What a forecast as of the latest as_of is multiplied by for a miss that lasts. An interval that is learned
    from what these forecasts missed and stands around corrected ones must not count that miss again."""

    def among(self, rows: Ints) -> Self:
        """Return the forecasts of those rows alone."""
        kept = np.isin(self.rows, rows)
        return replace(self, rows=self.rows[kept], expected=self.expected[kept])


def days(features: pl.DataFrame) -> Ints:
    """Return the as_of of each row in days since 1970-01-01."""
    return features["as_of"].cast(pl.Date).to_physical().cast(pl.Int64).to_numpy()


def latest(features: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the latest as_of: the customers as they are now."""
    return features.filter(pl.col("as_of") == pl.col("as_of").max())


def look_back(features: pl.DataFrame, spend_ahead: Floats, over: Bools, horizon_days: int, repeat: Repeat) -> Hindsight:
    """Return what a model fitted at each earlier as_of expected of the horizon after it.

    An as_of at which no model can be fitted is left out. The level heeds those with a horizon of history before
    them and a total above 0: in a shop's first days, its customers look alike.
    """
    as_of, found = days(features), []
    needed = features.select(NEEDED)
    missed: list[tuple[int, int, float]] = []
    for day in np.unique(as_of[over]):
        rows = np.flatnonzero(over & (as_of == day))
        then = needed[rows]
        try:
            expected = Purchases.fit(then, repeat).expected(then, horizon_days)
        except DataError:
            continue
        found.append((rows, expected))
        history = int(then["tenure"].to_numpy().max())
        spent, forecast = float(spend_ahead[rows].sum()), float(expected.sum())
        if history >= horizon_days and spent > 0 and forecast > 0:
            missed.append((int(day), history, math.log(spent / forecast)))
    level = Level.seen(horizon_days, missed)
    none: tuple[Ints, Floats] = (np.empty(0, np.int64), np.empty(0, np.float64))
    rows_of, expected_of = zip(*found or [none], strict=True)
    return Hindsight(np.concatenate(rows_of), np.concatenate(expected_of), level, level.lasting(int(as_of.max())))


def scaled(amounts: Floats, like: Floats, as_of: Ints) -> Floats:
    """Return positive ``amounts`` (rows,) with the total of each as_of scaled to that of ``like``."""
    _, place = np.unique(as_of, return_inverse=True)
    scale = np.bincount(place, weights=like) / np.bincount(place, weights=amounts)
    return np.asarray(amounts * scale[place], dtype=np.float64)
