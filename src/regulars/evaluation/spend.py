"""Metrics of a forecast of net spend in the horizon: who spends most, and does the sum come out right.

Every function takes ``actual`` (net amount spent, below 0 where more came back than was bought) and
``expected`` (>= 0), both of shape (n_customers,) in minor units. Those that a bootstrap repeats also take
``weights`` (n_customers,), how often each row counts; without it each counts once.
"""

import numpy as np
import numpy.typing as npt

from regulars.errors import ConfigError, DataError

FloatArray = npt.NDArray[np.float64]


def _column(name: str, values: npt.ArrayLike, like: FloatArray) -> FloatArray:
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1 or column.shape != like.shape:
        raise DataError(f"{name} {column.shape} and actual {like.shape} must be one-dimensional and of one length")
    if not np.all(np.isfinite(column)):
        raise DataError(f"{name} must be a number everywhere; look for missing values")
    return column


def _checked(
    actual: npt.ArrayLike, expected: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the three as arrays of one length, the weights filled in.

    Raises:
        DataError: the shapes differ, there is no row, or something is no number.
    """
    spent = np.asarray(actual, dtype=np.float64)
    spent, forecast = _column("actual", spent, spent), _column("expected", expected, spent)
    weight = np.ones(spent.shape) if weights is None else _column("weights", weights, spent)
    if weight.sum() <= 0.0:
        raise DataError("there is no customer to evaluate; look at the snapshot and its filters")
    if np.any(forecast < 0.0):
        raise DataError("expected spend must not be negative")
    return spent, forecast, weight


def _ranks(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the mean rank of each value, as if each row stood there as often as it counts."""
    _, place = np.unique(values, return_inverse=True)
    count = np.bincount(place, weights=weight)
    return np.asarray((np.cumsum(count) - count / 2)[place], dtype=np.float64)


def spearman(actual: npt.ArrayLike, expected: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return Spearman's rank correlation, in [-1, 1]; 0 is chance, higher is better.

    The correlation of mean ranks, so the many who spend nothing share one; NaN where everybody spent or
    expects the same.

    >>> round(spearman([0, 0, 30, 20], [1, 2, 9, 8]), 4)
    0.9487
    """
    spent, forecast, weight = _checked(actual, expected, weights)
    ranks = [_ranks(values, weight) for values in (spent, forecast)]
    one, other = (rank - np.average(rank, weights=weight) for rank in ranks)
    scale = np.sqrt((weight * one**2).sum() * (weight * other**2).sum())
    return float((weight * one * other).sum() / scale) if scale > 0.0 else float("nan")


def _caught(spent: FloatArray, score: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the points of the curve: the share of customers from the top, and of the spend that they make up."""
    _, place = np.unique(-score, return_inverse=True)
    customers, amounts = (np.bincount(place, weights=weight * values) for values in (np.ones(len(spent)), spent))
    points = [np.concatenate([[0.0], np.cumsum(each)]) / each.sum() for each in (customers, amounts)]
    return points[0], points[1]


def gini(actual: npt.ArrayLike, expected: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return the normalised Gini coefficient, at most 1; 0 is chance, higher is better.

    Sort customers by expected spend, highest first, and draw the share of all spend over the share of
    customers: the area between that curve and the diagonal, over the same area when sorted by what they did
    spend. Customers who tie count in proportion. NaN where the customers' total is not above 0 or all spent
    the same.

    >>> gini([0, 0, 30, 10], [1, 2, 9, 8])
    1.0

    References: Wang, Liu & Miao (2019), A Deep Probabilistic Model for Customer Lifetime Value Prediction,
    arXiv:1912.07753, section 4.
    """
    spent, forecast, weight = _checked(actual, expected, weights)
    if (weight * spent).sum() <= 0.0 or np.ptp(spent[weight > 0.0]) == 0.0:
        return float("nan")
    area, best = (_area(*_caught(spent, score, weight)) for score in (forecast, spent))
    return area / best


def _area(customers: FloatArray, amounts: FloatArray) -> float:
    return float((np.diff(customers) * (amounts[1:] + amounts[:-1]) / 2).sum() - 0.5)


def capture(
    actual: npt.ArrayLike, expected: npt.ArrayLike, weights: npt.ArrayLike | None = None, share: float = 0.1
) -> float:
    """Return the part of all spend that the top ``share`` of customers by expected spend makes up.

    ``share`` itself is chance, higher is better; above 1 only where the others' returns outweigh what they
    bought. Where customers tie at the edge, or a fraction of one is left, they count in proportion. NaN where
    the customers' total is not above 0.

    >>> capture([50] + [10] * 5 + [0] * 4, [9, 1, 1, 1, 1, 1, 0, 0, 0, 0])
    0.5
    """
    spent, forecast, weight = _checked(actual, expected, weights)
    if (weight * spent).sum() <= 0.0:
        return float("nan")
    customers, amounts = _caught(spent, forecast, weight)
    return float(np.interp(share, customers, amounts))


def aggregate_error(actual: npt.ArrayLike, expected: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return the sum expected over the sum spent, less 1; 0 is right, 0.1 is a tenth too much.

    NaN where the customers' total is not above 0.

    >>> round(aggregate_error([0, 100], [40, 70]), 4)
    0.1
    """
    spent, forecast, weight = _checked(actual, expected, weights)
    total = float((weight * spent).sum())
    return float((weight * forecast).sum() / total - 1.0) if total > 0.0 else float("nan")


def mean_absolute_error(actual: npt.ArrayLike, expected: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return the mean distance of expected and spent, minor units; lower is better.

    It rewards expecting a median, which for most customers is 0, rather than a mean: read it beside the others.

    >>> mean_absolute_error([0, 100], [40, 70])
    35.0
    """
    spent, forecast, weight = _checked(actual, expected, weights)
    return float(np.average(np.abs(spent - forecast), weights=weight))


def coverage(
    actual: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    nothing: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    level: float = 0.8,
) -> float:
    """Return the share of customers whose spend lies in [low, high], in [0, 1]; ``level`` is right.

    The mean of :func:`coverage_values`.

    >>> coverage([5, 50], [0, 0], [10, 10])
    0.5
    """
    spent, _, weight = _checked(actual, np.zeros(np.shape(actual)), weights)
    return float(np.average(coverage_values(spent, low, high, nothing, level), weights=weight))


def coverage_values(
    actual: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    nothing: npt.ArrayLike | None = None,
    level: float = 0.8,
) -> FloatArray:
    """Return per customer whether the spend lies in [low, high], 0 or 1 (or the part of a tie that does).

    Most customers may spend nothing, and then no interval covers exactly ``level``: [0, 0] holds all of them.
    With ``nothing``, P(net spend <= 0) per customer, those who spent 0 therefore count by the randomised rule:
    their place among the forecast's quantiles is uniform on [0, nothing], and they count for the part of it
    within ``level`` around the middle. Without, ties count as covered.

    >>> coverage_values([0, 7], [0, 0], [0, 0], nothing=[0.95, 0.95]).round(4).tolist()  # (0.9 - 0.1) / 0.95 and 0
    [0.8421, 0.0]

    References: Czado, Gneiting & Held (2009), Predictive model assessment for count data, Biometrics 65(4).
    """
    spent, _, _ = _checked(actual, np.zeros(np.shape(actual)))
    bottom, top = _column("low", low, spent), _column("high", high, spent)
    if not 0.0 < level < 1.0:
        raise ConfigError(f"the level of an interval is a share between 0 and 1, not {level}")
    covered = ((spent >= bottom) & (spent <= top)).astype(np.float64)
    if nothing is not None:
        chance, tail = _column("nothing", nothing, spent), (1.0 - level) / 2
        if not np.all((chance >= 0.0) & (chance <= 1.0)):
            raise DataError("nothing must lie in [0, 1] everywhere; it is a probability")
        inside = np.maximum(np.minimum(chance, 1.0 - tail) - tail, 0.0)
        part = np.divide(inside, chance, out=np.zeros(len(spent)), where=chance > 0.0)
        covered = np.where(spent == 0.0, part, covered)
    return covered


def spend_metrics(
    actual: npt.ArrayLike,
    expected: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    nothing: npt.ArrayLike | None = None,
) -> dict[str, float]:
    """Return all spend metrics of one forecast by name.

    ``spearman``, ``gini``, ``capture_at_10`` (top tenth): higher is better, NaN in the cases that each names;
    ``aggregate_error``: 0 is right; ``mean_absolute_error``: lower is better; ``coverage_80`` of the 80% interval:
    0.8 is right; ``mean_spend``: what customers spent on average. Money is in minor units.

    Raises:
        DataError: no rows, lengths that differ, or values that are no numbers.
    """
    spent, forecast, _ = _checked(actual, expected)
    return {
        "spearman": spearman(spent, forecast),
        "gini": gini(spent, forecast),
        "capture_at_10": capture(spent, forecast),
        "aggregate_error": aggregate_error(spent, forecast),
        "mean_absolute_error": mean_absolute_error(spent, forecast),
        "coverage_80": coverage(spent, low, high, nothing),
        "mean_spend": float(spent.mean()),
    }
