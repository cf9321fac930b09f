"""The probability integral transform of a forecast of the next purchase's day: whether it is as sure as it should be.

Where a forecast says what it knows, the place of what happened among its quantiles is uniform on [0, 1]. Days are
ties and windows end, so the place is a stretch: [F(T - 1), F(T)] for a purchase on day T, [F(duration), 1] for none
so far, F = 1 - S. It counts for each tenth of [0, 1] by the part of the stretch that lies there; no random number is
drawn.

References: Czado, Gneiting & Held (2009), Predictive model assessment for count data, Biometrics 65(4).
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from regulars import curves
from regulars.errors import DataError

FloatArray = npt.NDArray[np.float64]


def stretch(duration: npt.ArrayLike, observed: npt.ArrayLike, survival: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return per customer where the stretch starts and ends, each in [0, 1].

    >>> low, high = stretch([2, 2], [True, False], [[0.75, 0.25], [0.75, 0.25]])
    >>> low.tolist(), high.tolist()
    ([0.25, 0.75], [0.75, 1.0])

    Args:
        duration: (n_customers,), 1..H, the day of the next purchase, or the last day seen without one.
        observed: (n_customers,), True = the purchase was seen.
        survival: (n_customers, H), column t - 1 is S(t).

    Raises:
        DataError: the lengths differ, these are no survival curves, or a duration is outside 1..H.
    """
    days, seen, forecast = np.asarray(duration, np.int64), np.asarray(observed, np.bool_), curves.validated(survival)
    if not days.shape == seen.shape == forecast.shape[:1]:
        raise DataError(f"{days.shape} durations, {seen.shape} flags and {len(forecast)} curves; give one each")
    if len(days) and not 1 <= days.min() <= days.max() <= forecast.shape[1]:
        raise DataError(f"durations must lie in 1..{forecast.shape[1]}, the days of the curves")
    rows = np.arange(len(days))
    until = 1.0 - forecast[rows, days - 1]
    before = np.where(days > 1, 1.0 - forecast[rows, np.maximum(days - 2, 0)], 0.0)
    return np.where(seen, before, until), np.where(seen, until, 1.0)


def shares(low: npt.ArrayLike, high: npt.ArrayLike, bins: int = 10) -> FloatArray:
    """Return the share of outcomes in each of ``bins`` equal parts of [0, 1]; 1 / bins each is perfect.

    More in the outer parts: the forecast is too sure; more in the middle: not sure enough; more on the left: people
    come sooner than it says. A stretch without length, where the forecast gave that day no probability at all, counts
    where it lies.

    >>> shares([0.0, 0.5], [0.5, 0.5], bins=2).tolist()
    [0.5, 0.5]

    Raises:
        DataError: there is no row, or the lengths differ.
    """
    start, stop = np.asarray(low, np.float64), np.asarray(high, np.float64)
    if start.shape != stop.shape or start.ndim != 1 or len(start) == 0:
        raise DataError(f"a histogram needs one stretch a customer, not {start.shape} and {stop.shape}")
    width = stop - start
    long = width > 0.0
    edges = np.arange(bins + 1) / bins
    inside = [
        float((np.clip(stop[long], a, b) - np.clip(start[long], a, b)) @ (1.0 / width[long]))
        for a, b in pairwise(edges)
    ]
    points = np.bincount(np.minimum((start[~long] * bins).astype(np.int64), bins - 1), minlength=bins)
    return np.asarray((np.array(inside) + points) / len(start), dtype=np.float64)
