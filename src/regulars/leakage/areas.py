"""AUCs of many columns: by ranks, with the variance of one and of the difference of two on the same customers."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def ranks(values: npt.ArrayLike) -> Floats:
    """Return the ranks from 1 on, ties sharing their mean; NaN is lower than every number.

    >>> ranks([0.5, float("nan"), 0.5]).tolist()
    [2.5, 1.0, 2.5]
    """
    array = np.asarray(values, np.float64)
    ranked: Any = stats.rankdata(np.where(np.isnan(array), -np.inf, array))
    return np.asarray(ranked, np.float64)


@dataclass(frozen=True)
class Area:
    """The AUC of a score and what each customer adds to it."""

    value: float
    """Share of (churned, returned) pairs that the score orders rightly, ties counting half, in [0, 1]."""
    gone: Floats
    """(n_churned,) share of the returned that each churned customer scores above."""
    back: Floats
    """(n_returned,) share of the churned that score above each returned customer."""

    def flipped(self) -> "Area":
        """Return the area of the score with its sign changed."""
        return Area(1 - self.value, 1 - self.gone, 1 - self.back)

    def raised(self, share: float) -> "Area":
        """Return the area with that share of what is missing to 1."""
        kept = 1 - share
        return Area(share + kept * self.value, share + kept * self.gone, share + kept * self.back)


def area(churned: Bools, score: npt.ArrayLike) -> Area:
    """Return the area of ``score`` (higher is more at risk); both outcomes must be there.

    >>> area(np.array([True, False, False]), [0.9, 0.9, 0.1]).value
    0.75
    """
    ranked = ranks(score)
    n_gone, n_back = int(churned.sum()), int((~churned).sum())
    gone = (ranked[churned] - ranks(ranked[churned])) / n_back
    back = 1 - (ranked[~churned] - ranks(ranked[~churned])) / n_gone
    return Area(float(gone.mean()), gone, back)


@dataclass(frozen=True)
class Lead:
    """By how much one area is larger than another on the same customers."""

    value: float
    """The difference."""
    low: float
    """Lower bound of its interval."""
    high: float
    """Upper bound."""


def lead(one: Area, other: Area, level: float) -> Lead:
    """Return ``one`` minus ``other`` with its interval, normal and paired.

    It agrees with a bootstrap over customers and costs no resamples, however far out the level.

    References:
        DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44(3).
    """
    parts = (one.gone - other.gone, one.back - other.back)
    sd = float(np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts)))
    reach = NormalDist().inv_cdf((1 + level) / 2) * sd
    value = one.value - other.value
    return Lead(value, value - reach, value + reach)
