"""The probability models of the literature, as they are: purchases to come x the value of one."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import polars as pl

from regulars.errors import DataError
from regulars.estimators.base import Floats, Ints, Labels, Source, fitted, read_state, write_state
from regulars.estimators.spend import hindsight
from regulars.estimators.spend.hindsight import Hindsight
from regulars.estimators.spend.level import Level
from regulars.estimators.spend.protocol import check
from regulars.estimators.spend.purchases import Purchases, Repeat
from regulars.estimators.spend.spread import Spread


@dataclass
class GammaGammaSpend:
    """Gamma-Gamma x a buy-till-you-die model, on the shop's level.

    Fitted on the customers as they are at the training cut. Earlier cuts say what such forecasts missed: the
    level is corrected for what recurs, and the interval is as wide as what came of them lay apart.

    References: Fader, Hardie & Lee (2005), RFM and CLV, Journal of Marketing Research 42(4).
    """

    horizon_days: int = 90
    """Length of the window."""
    repeat: Repeat = "ParetoNBD"
    """Which model counts the purchases."""
    purchases_: Purchases | None = field(default=None, init=False, repr=False)
    level_: Level | None = field(default=None, init=False, repr=False)
    spread_: Spread | None = field(default=None, init=False, repr=False)

    source: ClassVar[Source] = "model"
    learns_from: ClassVar[Labels] = "censored"

    def fit(self, features: pl.DataFrame, spend_ahead: Ints, days_watched: Ints) -> Self:
        """Fit both models on the rows of the latest as_of, and learn level and interval from the windows over.

        Raises:
            DataError: there are no rows or none with a whole window, nobody bought twice, or nobody spent anything.
        """
        past, spent = self._fit_purchases(features, spend_ahead, days_watched)
        self.spread_ = Spread.fit(past.expected * past.lasting, spent[past.rows])
        return self

    def _fit_purchases(self, features: pl.DataFrame, spend_ahead: Ints, days_watched: Ints) -> tuple[Hindsight, Floats]:
        """Learn purchases and level; return what earlier forecasts said, and (rows,) what was spent."""
        over = check(features, spend_ahead, days_watched, self.horizon_days)
        spent = np.asarray(spend_ahead, dtype=np.float64)
        self.purchases_ = Purchases.fit(hindsight.latest(features), self.repeat)
        past = hindsight.look_back(features, spent, over, self.horizon_days, self.repeat)
        if not len(past.rows):
            raise DataError("at no earlier as_of had anybody bought twice; use a longer history")
        self.level_ = past.level
        return past, spent

    def predict(self, features: pl.DataFrame) -> Floats:
        """Return the expected net spend in the horizon per row, minor units, >= 0."""
        purchases, level = fitted(self.purchases_, type(self).__name__), fitted(self.level_, type(self).__name__)
        factor = level.factor(hindsight.days(features))
        return np.asarray(purchases.expected(features, self.horizon_days) * factor, dtype=np.float64)

    def interval(self, features: pl.DataFrame, level: float = 0.8) -> tuple[Floats, Floats]:
        """Return (low, high) per row, minor units: the net spend lies between them with probability ``level``."""
        low, high = fitted(self.spread_, type(self).__name__).interval(self.predict(features), level)
        return low, high

    def nothing(self, features: pl.DataFrame) -> Floats:
        """Return P(net spend in the horizon <= 0) per row, in [0, 1]."""
        spread = fitted(self.spread_, type(self).__name__)
        return np.asarray(spread.nothing[spread.group(self.predict(features))], dtype=np.float64)

    def save(self, folder: Path) -> None:
        """Write parameters and what was learned into ``folder``."""
        write_state(folder, self, self._learned())

    def _learned(self) -> dict[str, object]:
        name = type(self).__name__
        parts = {"purchases": self.purchases_, "level": self.level_, "spread": self.spread_}
        return {key: fitted(part, name).state() for key, part in parts.items()}

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        parameters, learned = read_state(folder)
        model = cls(**parameters)
        model.purchases_ = Purchases.of(learned["purchases"])
        model.level_, model.spread_ = Level.of(learned["level"]), Spread.of(learned["spread"])
        return model
