"""One optimiser for all: positive parameters, found on the log scale within bounds."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from regulars.estimators.base import Floats

Score = Callable[[Floats], tuple[Floats, Floats]]
"""From parameters (k,) to each row's log-likelihood (n,) and its gradient by parameter (k, n)."""


class Range(NamedTuple):
    """Where the search for a parameter starts, and how far it may go."""

    start: float
    again: float
    """Where a second search starts, if the first one ended at a bound."""
    low: float
    high: float

    def times(self, unit: float) -> "Range":
        """Return the range in another unit."""
        return Range(self.start * unit, self.again * unit, self.low * unit, self.high * unit)


def maximise(score: Score, ranges: list[Range], weights: npt.ArrayLike) -> Floats:
    """Return the parameters (k,) with the highest weighted log-likelihood within their ranges.

    A shop may not hold what a parameter needs: without anyone lost, the rate of loss goes to zero. The bounds
    make such a fit end in a finite answer. A likelihood with an optimum inside may be level towards a bound as
    well, so that a search that ends there is made again from elsewhere, and the better end is taken.
    """
    share = np.asarray(weights, dtype=np.float64) / np.sum(weights)
    bounds = [(math.log(each.low), math.log(each.high)) for each in ranges]

    def loss(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        values, gradient = score(parameters)
        return -float((share * values).sum()), -(gradient * share).sum(axis=1) * parameters

    def search(starts: list[float]) -> tuple[float, Floats]:
        found = minimize(
            loss,
            np.log(np.array(starts)),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 500, "maxfun": 1000, "ftol": 1e-14, "gtol": 1e-7},
        )
        return float(found.fun), np.asarray(found.x, dtype=np.float64)

    best = search([each.start for each in ranges])
    if _at_a_bound(best[1], bounds):
        best = min(best, search([each.again for each in ranges]), key=lambda end: end[0])
    return np.asarray(np.exp(best[1]), dtype=np.float64)


def _at_a_bound(logs: Floats, bounds: list[tuple[float, float]]) -> bool:
    return any(min(value - low, high - value) < _NEAR for value, (low, high) in zip(logs, bounds, strict=True))


_NEAR = 0.01
