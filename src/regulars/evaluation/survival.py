"""Metrics of a forecast of the next purchase's day.

Every function takes what happened and what was forecast, one row a customer:

``duration``  int in 1..H, the day of the next purchase (day 1 is the day of ``as_of``), or the last
              day seen without one
``observed``  bool, True = the purchase happened on that day, False = none up to and including it
``survival``  (n_customers, H), column t - 1 is S(t) = P(no purchase in [as_of, as_of + t days))

A customer who was seen to the end of the window without a purchase has ``duration`` H and
``observed`` False. A False row with a shorter duration is censored early; metrics that need the whole
window refuse such rows.
"""

import numpy as np
import numpy.typing as npt
from sksurv.metrics import concordance_index_censored

from regulars import curves
from regulars.curves import FloatArray, IntArray
from regulars.errors import ConfigError, DataError
from regulars.evaluation import classification

BoolArray = npt.NDArray[np.bool_]


def _outcome(duration: npt.ArrayLike, observed: npt.ArrayLike) -> tuple[IntArray, BoolArray]:
    """Return duration and observed as arrays of one length.

    Raises:
        DataError: the lengths differ, there is no row, or a duration is below one day.
    """
    days, seen = np.asarray(duration, dtype=np.int64), np.asarray(observed, dtype=np.bool_)
    if days.ndim != 1 or days.shape != seen.shape:
        raise DataError(f"duration {days.shape} and observed {seen.shape} must be of one length")
    if len(days) == 0:
        raise DataError("there is no customer to evaluate; look at the snapshot and its filters")
    if days.min() < 1:
        raise DataError("duration counts from 1, the day of as_of; a value below 1 is none")
    return days, seen


def _checked(
    duration: npt.ArrayLike, observed: npt.ArrayLike, survival: npt.ArrayLike
) -> tuple[IntArray, BoolArray, FloatArray]:
    """Return what happened and the curves, one row a customer, every duration within the curves."""
    days, seen = _outcome(duration, observed)
    forecast = curves.validated(survival)
    if len(forecast) != len(days):
        raise DataError(f"{len(days)} durations but {len(forecast)} survival curves; give one each")
    if days.max() > forecast.shape[1]:
        raise DataError(f"a duration of {days.max()} days is beyond curves of {forecast.shape[1]} days")
    return days, seen, forecast


def no_purchase_within(duration: npt.ArrayLike, observed: npt.ArrayLike, days: int) -> BoolArray:
    """Return per customer whether there was no purchase in [as_of, as_of + days).

    >>> no_purchase_within([3, 9, 9], [True, True, False], days=5).tolist()
    [False, True, True]

    Raises:
        DataError: a customer was censored before that day, so nobody knows.
    """
    last, seen = _outcome(duration, observed)
    if np.any(~seen & (last < days)):
        raise DataError(f"some customers are censored before day {days}; evaluate a complete window")
    return ~seen | (last > days)


def crps_values(duration: npt.ArrayLike, observed: npt.ArrayLike, survival: npt.ArrayLike) -> FloatArray:
    """Return per customer the continuous ranked probability score, in days, in [0, H].

    The sum over the days t = 1..H of (S(t) - 1{T > t})^2: 0 is a certain and right forecast; a
    certain and wrong one pays a day for each day it was off.

    >>> crps_values([2, 3], [True, False], [[1.0, 0.0, 0.0], [0.5, 0.5, 0.5]]).tolist()
    [0.0, 0.75]

    References: Gneiting & Raftery (2007), whose score has the opposite sign and no horizon.

    Raises:
        DataError: a row is censored before H, whose score is unknown.
    """
    last, seen, forecast = _checked(duration, observed, survival)
    horizon = forecast.shape[1]
    if np.any(~seen & (last < horizon)):
        raise DataError(f"CRPS needs all {horizon} days; leave out customers censored before the end")
    still_away = (last[:, None] > np.arange(1, horizon + 1)) | ~seen[:, None]
    squared: FloatArray = np.square(forecast - still_away).sum(axis=1)
    return squared


def crps(duration: npt.ArrayLike, observed: npt.ArrayLike, survival: npt.ArrayLike) -> float:
    """Return the mean of :func:`crps_values` over customers, in days; lower is better."""
    return float(crps_values(duration, observed, survival).mean())


def c_index(duration: npt.ArrayLike, observed: npt.ArrayLike, survival: npt.ArrayLike) -> float:
    """Return Harrell's concordance, in [0, 1]; 0.5 is chance, higher is better.

    The share of comparable pairs whose earlier buyer was forecast the sooner, ties counting half. The
    risk is minus the restricted mean E[min(T, H + 1)], which ranks customers whose medians both lie
    beyond the horizon, as the median itself would not. A pair is comparable if the earlier of the two
    was observed; two purchases on one day are not. NaN where no pair is. Censored rows are welcome.
    Time grows with the square of the rows: 30,000 take about two seconds.

    References: Harrell et al. (1996), as computed by scikit-survival.
    """
    last, seen, forecast = _checked(duration, observed, survival)
    if not seen.any():
        return float("nan")
    first = last[seen].min()
    if not np.any((last > first) | (~seen & (last == first))):
        return float("nan")
    return float(concordance_index_censored(seen, last, -curves.expected_days(forecast))[0])


def coverage(duration: npt.ArrayLike, observed: npt.ArrayLike, survival: npt.ArrayLike, level: float = 0.8) -> float:
    """Return the mean of :func:`coverage_values`: the share of outcomes inside; ``level`` is perfect."""
    return float(coverage_values(duration, observed, survival, level).mean())


def coverage_values(
    duration: npt.ArrayLike, observed: npt.ArrayLike, survival: npt.ArrayLike, level: float = 0.8
) -> FloatArray:
    """Return per customer how far the outcome lies inside the central ``level`` interval, in [0, 1].

    Days are ties and windows end, so the share is the expected one of the randomised probability
    integral transform: u is uniform on [F(T - 1), F(T)] for an observed T and on [F(duration), 1] for
    a censored one, F = 1 - S, and the share of that stretch inside [(1 - level)/2, (1 + level)/2]
    counts. No random number is drawn. Above ``level``: intervals too wide; below: too narrow.

    >>> coverage_values([1], [True], [[0.5, 0.25]]).round(4).tolist()
    [0.8]

    References: Czado, Gneiting & Held (2009) for the transform of counts.

    Raises:
        ConfigError: ``level`` is not inside (0, 1).
    """
    if not 0.0 < level < 1.0:
        raise ConfigError(f"the level of an interval lies inside (0, 1), not at {level}")
    last, seen, forecast = _checked(duration, observed, survival)
    cumulative = np.column_stack([np.zeros(len(last)), 1.0 - forecast])  # column t is F(t), t = 0..H
    rows = np.arange(len(last))
    start = cumulative[rows, np.where(seen, last - 1, last)]
    stop = np.where(seen, cumulative[rows, last], 1.0)
    low, high = (1.0 - level) / 2.0, (1.0 + level) / 2.0
    width = stop - start
    inside = np.minimum(stop, high) - np.maximum(start, low)
    point = (start >= low) & (start <= high)  # where the forecast gave that day no probability at all
    share = np.where(width > 0.0, inside / np.where(width > 0.0, width, 1.0), point)
    return np.clip(share, 0.0, 1.0)


def median_errors(duration: npt.ArrayLike, observed: npt.ArrayLike, survival: npt.ArrayLike) -> FloatArray:
    """Return per customer |median - day of the next purchase|, in days, both restricted to H.

    A median beyond the horizon counts as H, and so does a customer who did not buy in the window.

    >>> median_errors([1, 3], [True, False], [[0.9, 0.4, 0.3], [1.0, 1.0, 0.9]]).tolist()
    [1.0, 0.0]

    Raises:
        DataError: a row is censored before H, whose error is unknown.
    """
    last, seen, forecast = _checked(duration, observed, survival)
    horizon = forecast.shape[1]
    if np.any(~seen & (last < horizon)):
        raise DataError(f"the error needs all {horizon} days; leave out customers censored before the end")
    median = np.minimum(curves.quantile_days(forecast, 0.5), horizon)
    return np.abs(median - last).astype(np.float64)


def mae_days(
    duration: npt.ArrayLike, observed: npt.ArrayLike, survival: npt.ArrayLike, *, buyers_only: bool = False
) -> float:
    """Return the mean of :func:`median_errors`, in days; lower is better.

    Over all customers, or over those who bought in the window only, where naive rules look good. NaN
    where ``buyers_only`` and nobody bought.
    """
    errors = median_errors(duration, observed, survival)
    kept = errors[np.asarray(observed, dtype=np.bool_)] if buyers_only else errors
    return float(kept.mean()) if len(kept) else float("nan")


def timing_metrics(duration: npt.ArrayLike, observed: npt.ArrayLike, survival: npt.ArrayLike) -> dict[str, float]:
    """Return all timing metrics of one forecast by name.

    ``crps``, ``mae_median``, ``mae_median_buyers`` (days), ``brier_30``, ``brier_<H>``: lower is
    better; ``c_index``, ``auc_30``, ``auc_<H>``: higher is better; ``coverage_80``: 0.8 is perfect.
    AUC and Brier judge S(h) as the probability of no purchase within h days; 30 is left out where H is
    shorter. What has no value (see each function) is NaN.

    Raises:
        DataError: shapes that differ, values that are none, or a row censored before H.
    """
    last, seen, forecast = _checked(duration, observed, survival)
    horizon = forecast.shape[1]
    result = {
        "crps": crps(last, seen, forecast),
        "c_index": c_index(last, seen, forecast),
        "coverage_80": coverage(last, seen, forecast),
        "mae_median": mae_days(last, seen, forecast),
        "mae_median_buyers": mae_days(last, seen, forecast, buyers_only=True),
    }
    for days in sorted({days for days in (30, horizon) if days <= horizon}):
        away = no_purchase_within(last, seen, days)
        result[f"auc_{days}"] = classification.auc(away, forecast[:, days - 1])
        result[f"brier_{days}"] = classification.brier(away, forecast[:, days - 1])
    return result
