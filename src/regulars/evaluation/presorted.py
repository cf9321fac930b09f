"""Metrics that sort, prepared once, so that a bootstrap repeats them in one pass over the rows.

Each function returns what :mod:`regulars.evaluation.intervals` calls a metric: a function of how often each row
counts. Values are those of the functions of the same name in ``classification`` and ``spend``, which check what
they are given and sort it on each call.
"""

import numpy as np
import numpy.typing as npt

from regulars.evaluation.intervals import FloatArray, Metric

NAN = float("nan")


def auc(churned: npt.ArrayLike, probability: npt.ArrayLike) -> Metric:
    """Return the area under the ROC curve as a metric; NaN where only one outcome carries weight.

    >>> auc([True, False, False], [0.9, 0.9, 0.1])(np.ones(3))
    0.75
    """
    outcome, score = np.asarray(churned, dtype=np.bool_), np.asarray(probability, dtype=np.float64)
    order = np.argsort(score, kind="stable")
    positive = outcome[order].astype(np.float64)
    starts = np.flatnonzero(np.diff(score[order], prepend=-np.inf))
    tied = len(starts) < len(order)

    def metric(weights: FloatArray) -> float:
        sorted_weights = weights[order]
        churners = sorted_weights * positive
        others = sorted_weights - churners
        if tied:
            churners, others = np.add.reduceat(churners, starts), np.add.reduceat(others, starts)
        pairs = float(churners.sum() * others.sum())
        below = np.cumsum(others) - others / 2.0
        return float(churners @ below) / pairs if pairs > 0.0 else NAN

    return metric


def ece(churned: npt.ArrayLike, probability: npt.ArrayLike, bins: int = 10) -> Metric:
    """Return the expected calibration error over equal-width bins as a metric; NaN where nothing carries weight.

    >>> round(ece([True, False, True, True], [0.65, 0.65, 0.95, 0.95])(np.ones(4)), 4)
    0.1
    """
    score = np.asarray(probability, dtype=np.float64)
    index = np.minimum(np.floor(score * bins), bins - 1).astype(np.int64)
    off = score - np.asarray(churned, dtype=np.float64)

    def metric(weights: FloatArray) -> float:
        total = float(weights.sum())
        return float(np.abs(np.bincount(index, weights=weights * off)).sum()) / total if total > 0.0 else NAN

    return metric


def spearman(actual: npt.ArrayLike, expected: npt.ArrayLike) -> Metric:
    """Return Spearman's rank correlation as a metric; NaN where everybody spent or expects the same.

    >>> round(spearman([0, 0, 30, 20], [1, 2, 9, 8])(np.ones(4)), 4)
    0.9487
    """
    places = [np.unique(np.asarray(values, dtype=np.float64), return_inverse=True)[1] for values in (actual, expected)]

    def ranks(place: npt.NDArray[np.intp], weights: FloatArray) -> FloatArray:
        count = np.bincount(place, weights=weights)
        rank = (np.cumsum(count) - count / 2.0)[place]
        return np.asarray(rank - (weights @ rank) / weights.sum(), dtype=np.float64)

    def metric(weights: FloatArray) -> float:
        if weights.sum() <= 0.0:
            return NAN
        one, other = (ranks(place, weights) for place in places)
        scale = float(np.sqrt((weights @ one**2) * (weights @ other**2)))
        return float((weights * one) @ other) / scale if scale > 0.0 else NAN

    return metric


def gini(actual: npt.ArrayLike, expected: npt.ArrayLike) -> Metric:
    """Return the normalised Gini coefficient as a metric; NaN where the total is not above 0 or all spent the same.

    >>> gini([0, 0, 30, 10], [1, 2, 9, 8])(np.ones(4))
    1.0
    """
    spent = np.asarray(actual, dtype=np.float64)
    scores = (np.asarray(expected, dtype=np.float64), spent)
    by_forecast, by_spend = (np.unique(-score, return_inverse=True)[1] for score in scores)

    def area(place: npt.NDArray[np.intp], weights: FloatArray, total: float) -> float:
        customers = np.bincount(place, weights=weights) / weights.sum()
        amounts = np.cumsum(np.bincount(place, weights=weights * spent)) / total
        before = np.concatenate([[0.0], amounts[:-1]])
        return float((customers * (amounts + before) / 2.0).sum() - 0.5)

    def metric(weights: FloatArray) -> float:
        total, counted = float(weights @ spent), spent[weights > 0.0]
        if total <= 0.0 or np.ptp(counted) == 0.0:
            return NAN
        return area(by_forecast, weights, total) / area(by_spend, weights, total)

    return metric
