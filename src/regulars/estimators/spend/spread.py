"""How far what is spent lies from what was expected: the quantiles of their ratio among the train rows."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from regulars.errors import ConfigError
from regulars.estimators.base import Floats, Ints

_SHARES = np.linspace(0.01, 0.99, 99)
_LEAST = 1.0
"""Minor units: what expects less is compared with this much."""
_BINS, _ROWS = 20, 200
"""Most groups, and fewest train rows in each."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Quantiles of what was spent over what was expected, by groups of equal size of what was expected."""

    edges: Floats
    """(groups - 1,) of the expected spend, minor units."""
    quantiles: Floats
    """(groups, 99): the ratio that 1%, 2%, ... of a group stayed at or below."""
    nothing: Floats
    """(groups,) share of the group that spent nothing or got money back."""

    @classmethod
    def fit(cls, expected: Floats, actual: Floats) -> Self:
        """Learn from train rows whose windows are over; there is at least one."""
        n_bins = max(1, min(_BINS, len(expected) // _ROWS))
        edges = np.unique(np.quantile(expected, np.linspace(0, 1, n_bins + 1)[1:-1]))
        group = np.searchsorted(edges, expected, side="left")
        filled = np.unique(group)
        edges = edges[filled[:-1]]
        ratio = actual / np.maximum(expected, _LEAST)
        quantiles = [np.quantile(ratio[group == each], _SHARES, method="inverted_cdf") for each in filled]
        nothing = [np.mean(actual[group == each] <= 0) for each in filled]
        return cls(edges, np.array(quantiles), np.array(nothing))

    def interval(self, expected: Floats, level: float) -> tuple[Floats, Floats]:
        """Return (low, high) of each row, minor units.

        Raises:
            ConfigError: the level is not a share between 0.02 and 0.98.
        """
        if not 0.02 <= level <= 0.98:
            raise ConfigError(f"the level of an interval must lie between 0.02 and 0.98, not at {level}")
        group, scale = self.group(expected), np.maximum(expected, _LEAST)
        low, high = (self._quantile(share)[group] * scale for share in ((1 - level) / 2, (1 + level) / 2))
        return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)

    def group(self, expected: Floats) -> Ints:
        """Return the group of each row."""
        return np.asarray(np.searchsorted(self.edges, expected, side="left"), dtype=np.int64)

    def _quantile(self, share: float) -> Floats:
        return np.array([np.interp(share, _SHARES, row) for row in self.quantiles], dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """Return the fields as JSON keeps them."""
        return {name: getattr(self, name).tolist() for name in ("edges", "quantiles", "nothing")}

    @classmethod
    def of(cls, state: dict[str, Any]) -> Self:
        """Return what :meth:`state` told."""
        return cls(*(np.array(state[name], np.float64) for name in ("edges", "quantiles", "nothing")))
