"""Arithmetic of survival curves: quantiles, probabilities, and one curve made to end elsewhere.

A set of curves is an array ``survival`` of shape (n_customers, horizon_days). Day 1 is the day of
``as_of``; column t - 1 holds S(t) = P(no purchase in [as_of, as_of + t days)) = P(T > t), where T is
the day of the next purchase. So S lies in [0, 1] and never rises along a row.
"""

import numpy as np
import numpy.typing as npt

from regulars.errors import ConfigError, DataError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Rounding of a long product of (1 - hazard) may lift a curve, or miss a quantile, by this much.
TOLERANCE = 1e-9
# Smallest survival whose logarithm is taken: about 28 times the hazard that takes S from 1 to 1/e.
FLOOR = 1e-12


def validated(survival: npt.ArrayLike) -> FloatArray:
    """Return the curves as float64 of shape (n_customers, horizon_days).

    Raises:
        DataError: they are not two-dimensional, have no day, leave [0, 1], or rise.
    """
    curves = np.asarray(survival, dtype=np.float64)
    if curves.ndim != 2 or curves.shape[1] == 0:
        raise DataError(f"survival must have shape (n_customers, horizon_days >= 1), not {curves.shape}")
    if not np.all((curves >= 0.0) & (curves <= 1.0)):  # NaN fails both comparisons
        raise DataError("survival must lie in [0, 1] everywhere; look for missing values in the curves")
    if np.any(np.diff(curves, axis=1) > TOLERANCE):
        raise DataError("survival must never rise from one day to the next; column t - 1 is P(T > t)")
    return curves


def quantile_days(survival: npt.ArrayLike, q: float) -> IntArray:
    """Return per customer the first day t with P(T <= t) >= q, in 1..H + 1.

    H + 1 means "beyond the horizon": the curve of H days does not reach ``q``. ``q=0.5`` is the
    median, ``q=0.1`` and ``q=0.9`` bound the 80% interval.

    >>> quantile_days([[0.9, 0.5, 0.2], [1.0, 0.9, 0.8]], 0.5).tolist()
    [2, 4]

    Raises:
        ConfigError: ``q`` is not inside (0, 1).
        DataError: these are no survival curves.
    """
    if not 0.0 < q < 1.0:
        raise ConfigError(f"a quantile lies inside (0, 1), not at {q}")
    curves = validated(survival)
    reached = curves <= 1.0 - q + TOLERANCE
    first = reached.argmax(axis=1) + 1
    days: IntArray = np.where(reached.any(axis=1), first, curves.shape[1] + 1).astype(np.int64)
    return days


def probability_within(survival: npt.ArrayLike, days: int) -> FloatArray:
    """Return per customer P(a purchase in [as_of, as_of + days)) = 1 - S(days); higher is sooner.

    >>> probability_within([[0.75, 0.5]], 2).tolist()
    [0.5]

    Raises:
        ConfigError: ``days`` is not in 1..horizon_days.
        DataError: these are no survival curves.
    """
    curves = validated(survival)
    if not 1 <= days <= curves.shape[1]:
        raise ConfigError(f"the curves tell 1..{curves.shape[1]} days, not {days}; ask within them")
    return 1.0 - curves[:, days - 1]


def expected_days(survival: npt.ArrayLike) -> FloatArray:
    """Return per customer the restricted mean E[min(T, H + 1)] = 1 + S(1) + ... + S(H), in days.

    >>> expected_days([[0.5, 0.0], [1.0, 1.0]]).tolist()
    [1.5, 3.0]

    Raises:
        DataError: these are no survival curves.
    """
    total: FloatArray = validated(survival).sum(axis=1)
    return 1.0 + total


def reconcile(survival: npt.ArrayLike, end: npt.ArrayLike) -> FloatArray:
    """Return the curves rescaled by proportional hazards so that S(H) becomes ``end``.

    S(t) becomes S(t) ** (log end / log S(H)): each day keeps its share of the cumulative hazard, so
    the curve keeps its shape, never rises, and tells the same churn probability as the model that
    gave ``end``. A curve that is flat at 1 has no shape to keep; its hazard is spread evenly over the
    days. Survival and ``end`` below 1e-12 count as 1e-12, so that their logarithms exist.

    >>> reconcile([[0.9, 0.81]], [0.9**4]).round(4).tolist()
    [[0.81, 0.6561]]

    Args:
        survival: (n_customers, horizon_days), column t - 1 is S(t).
        end: (n_customers,), the probability of no purchase within the horizon, in [0, 1].

    Raises:
        DataError: these are no survival curves, or ``end`` is not one probability per customer.
    """
    curves = validated(survival)
    target = np.asarray(end, dtype=np.float64)
    if target.shape != curves.shape[:1] or not np.all((target >= 0.0) & (target <= 1.0)):
        raise DataError(f"end must hold one probability in [0, 1] for each of the {len(curves)} curves")
    hazard = -np.log(np.clip(curves, FLOOR, 1.0))
    total = hazard[:, -1:]
    flat = total <= TOLERANCE
    evenly = np.arange(1, curves.shape[1] + 1) / curves.shape[1]
    share = np.where(flat, evenly, hazard / np.where(flat, 1.0, total))
    rescaled = np.clip(target, FLOOR, 1.0)[:, None] ** share
    return np.minimum.accumulate(rescaled, axis=1)
