"""The shop's level: by how much an honest forecast would have missed before, and so by how much to correct it.

The same model is fitted as of earlier days, on what was known then, and its total is compared with what the
customers then spent. What recurs is corrected for: a miss that lasts, and the miss of a year ago.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from regulars.estimators.base import Bools, Floats, Ints

YEAR = 365
"""Days after which a season is back."""
NEAR_DAYS = 20
"""How far from a year ago a window may have begun to count as the same season; nearer ones weigh more."""
YOUNG_DAYS = 180.0
"""The miss of a year ago is corrected for by half where the shop's history was so long by then, by more later."""
DOUBT = 4.0
"""A lasting miss seen over so many horizons is corrected for by half."""


@dataclass(frozen=True)
class Level:
    """What earlier forecasts missed; without any, nothing is corrected."""

    horizon_days: int
    """Length of the windows."""
    day: tuple[int, ...]
    """First day of each window, in days since 1970-01-01."""
    history: tuple[int, ...]
    """Days of history before each window."""
    log_ratio: tuple[float, ...]
    """Logarithm of what was spent in it over what was forecast; above 0 where the forecast was too low."""

    @classmethod
    def seen(cls, horizon_days: int, missed: Sequence[tuple[int, int, float]]) -> Self:
        """Return the level that saw (day, history, log_ratio) of some windows."""
        day, history, log_ratio = zip(*missed, strict=True) if missed else ((), (), ())
        return cls(horizon_days, day, history, log_ratio)

    def factor(self, as_of: Ints) -> Floats:
        """Return what to multiply a forecast of each as_of (in days since 1970-01-01) by, > 0."""
        days, place = np.unique(as_of, return_inverse=True)
        factors = np.array([math.exp(self._log_factor(int(day))) for day in days], dtype=np.float64)
        return np.asarray(factors[place], dtype=np.float64)

    def lasting(self, as_of: int) -> float:
        """Return the part of the factor that is for a miss that lasts, > 0: the factor but for last year's season."""
        return math.exp(self._log_lasting(as_of))

    def _log_factor(self, as_of: int) -> float:
        return self._log_lasting(as_of) + self._log_season(as_of)

    def _log_lasting(self, as_of: int) -> float:
        age, lately, near = self._windows(as_of)
        if not lately.any():
            return 0.0
        # Where nobody looked a year back though there was something to see, a season would pass for a lasting miss.
        reach = (age + np.array(self.history, np.int64)).max()
        if not near.any() and reach >= YEAR + NEAR_DAYS + self.horizon_days:
            return 0.0
        horizons = 1 + float(np.ptp(age[lately])) / self.horizon_days
        return self._usual(lately) * horizons / (horizons + DOUBT)

    def _log_season(self, as_of: int) -> float:
        age, lately, near = self._windows(as_of)
        if not near.any():
            return 0.0
        miss, history = np.array(self.log_ratio, np.float64)[near], np.array(self.history, np.float64)[near]
        weights = NEAR_DAYS + 1 - np.abs(age[near] - YEAR)
        trust = np.average(history / (history + YOUNG_DAYS), weights=weights)
        return float(trust * (np.average(miss, weights=weights) - self._usual(lately)))

    def _windows(self, as_of: int) -> tuple[Ints, Bools, Bools]:
        """Return the age of each window in days, whether it counts, and whether it is of the season a year ago."""
        age = as_of - np.array(self.day, np.int64)
        lately = (age >= self.horizon_days) & (age <= YEAR + self.horizon_days)
        return age, lately, lately & (np.abs(age - YEAR) <= NEAR_DAYS)

    def _usual(self, lately: Bools) -> float:
        return float(np.median(np.array(self.log_ratio, np.float64)[lately]))

    def state(self) -> dict[str, Any]:
        """Return the fields as JSON keeps them."""
        return asdict(self)

    @classmethod
    def of(cls, state: dict[str, Any]) -> Self:
        """Return what :meth:`state` told."""
        return cls(state["horizon_days"], *(tuple(state[name]) for name in ("day", "history", "log_ratio")))
