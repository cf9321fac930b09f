"""The rule to beat: everybody goes on as in the last year."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import polars as pl

from regulars.estimators.base import Floats, Ints, Labels, Source, fitted, read_state, write_state
from regulars.estimators.spend.protocol import check
from regulars.estimators.spend.spread import Spread

_YEAR = 365


@dataclass
class PaceSpend:
    """Spend a day in the last year x the horizon, scaled to what customers of the train windows spent.

    Who is known for less than a horizon is taken to have spent over a whole one, and who is known for less than
    a year over the days since the first purchase.
    """

    horizon_days: int = 90
    """Length of the window."""
    factor_: float | None = field(default=None, init=False, repr=False)
    spread_: Spread | None = field(default=None, init=False, repr=False)

    source: ClassVar[Source] = "baseline"
    learns_from: ClassVar[Labels] = "complete"

    def fit(self, features: pl.DataFrame, spend_ahead: Ints, days_watched: Ints) -> Self:
        """Learn the factor and the interval from the rows whose window is over.

        Raises:
            DataError: there are no rows, or none with a whole window.
        """
        over = check(features, spend_ahead, days_watched, self.horizon_days)
        spent = np.asarray(spend_ahead, dtype=np.float64)[over]
        pace = self._pace(features.filter(over))
        total, forecast = float(spent.sum()), float(pace.sum())
        self.factor_ = max(total, 0.0) / forecast if forecast > 0 else 1.0
        self.spread_ = Spread.fit(pace * self.factor_, spent)
        return self

    def predict(self, features: pl.DataFrame) -> Floats:
        """Return the expected net spend in the horizon per row, minor units, >= 0."""
        return np.asarray(self._pace(features) * fitted(self.factor_, "PaceSpend"), dtype=np.float64)

    def interval(self, features: pl.DataFrame, level: float = 0.8) -> tuple[Floats, Floats]:
        """Return (low, high) per row, minor units: the net spend lies between them with probability ``level``."""
        low, high = fitted(self.spread_, "PaceSpend").interval(self.predict(features), level)
        return low, high

    def nothing(self, features: pl.DataFrame) -> Floats:
        """Return P(net spend in the horizon <= 0) per row, in [0, 1]."""
        spread = fitted(self.spread_, "PaceSpend")
        return np.asarray(spread.nothing[spread.group(self.predict(features))], dtype=np.float64)

    def _pace(self, features: pl.DataFrame) -> Floats:
        spent = features["spend_365"].fill_null(0.0).to_numpy().astype(np.float64)
        known = np.clip(features["tenure"].to_numpy().astype(np.float64), min(self.horizon_days, _YEAR), _YEAR)
        return np.asarray(np.maximum(spent, 0.0) / known * self.horizon_days, dtype=np.float64)

    def save(self, folder: Path) -> None:
        """Write parameters, factor and interval into ``folder``."""
        spread = fitted(self.spread_, "PaceSpend").state()
        write_state(folder, self, {"factor": self.factor_, "spread": spread})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        parameters, learned = read_state(folder)
        rule = cls(**parameters)
        rule.factor_, rule.spread_ = learned["factor"], Spread.of(learned["spread"])
        return rule
