"""Metrics of a churn forecast: how well probabilities of "no purchase in the horizon" came true.

Every function takes ``churned`` (bool, True = no purchase in the horizon) and ``probability`` (of
churning, in [0, 1]; higher is more at risk), both of shape (n_customers,). Those that a bootstrap
repeats also take ``weights`` (n_customers,), how often each row counts; without it each counts once.
"""

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn import metrics

from regulars.errors import DataError

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def _checked(
    churned: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Return the three as arrays of one length, the weights filled in.

    Raises:
        DataError: the shapes differ, there is no row, or something is no outcome or no probability.
    """
    outcome, score = np.asarray(churned), np.asarray(probability, dtype=np.float64)
    weight = np.ones(outcome.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    if outcome.ndim != 1 or not outcome.shape == score.shape == weight.shape:
        raise DataError(
            f"churned {outcome.shape}, probability {score.shape} and weights {weight.shape} "
            "must be one-dimensional and of one length"
        )
    if weight.sum() <= 0.0:
        raise DataError("there is no customer to evaluate; look at the snapshot and its filters")
    if not np.all((score >= 0.0) & (score <= 1.0)):  # NaN fails both comparisons
        raise DataError("probability must lie in [0, 1] everywhere; look for missing values")
    if not np.all((outcome == 0) | (outcome == 1)):
        raise DataError("churned must be True or False everywhere; look for missing values")
    return outcome.astype(np.bool_), score, weight


def _has_both(outcome: BoolArray, weight: FloatArray) -> bool:
    """Return whether both outcomes carry weight."""
    positive = weight[outcome].sum()
    return bool(positive > 0.0 and weight[~outcome].sum() > 0.0)


def auc(churned: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return the area under the ROC curve, in [0, 1]; 0.5 is chance, higher is better.

    It is the share of (churned, returned) pairs that the forecast orders rightly, ties counting half;
    NaN where all customers churned or none did, since there is no pair then.

    >>> auc([True, False, False], [0.9, 0.9, 0.1])
    0.75
    """
    outcome, score, weight = _checked(churned, probability, weights)
    if not _has_both(outcome, weight):
        return float("nan")
    # What roc_auc_score does inside; its checks would take most of the time of a bootstrap.
    false_rate, true_rate, _ = metrics.roc_curve(outcome, score, sample_weight=weight, drop_intermediate=False)
    return float(metrics.auc(false_rate, true_rate))


def average_precision(
    churned: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """Return the average precision, in [0, 1]; the base rate is chance, higher is better.

    The step-wise area under precision over recall (no interpolation); NaN where nobody churned.

    >>> round(average_precision([True, False, True], [0.9, 0.8, 0.7]), 4)
    0.8333
    """
    outcome, score, weight = _checked(churned, probability, weights)
    if weight[outcome].sum() <= 0.0:
        return float("nan")
    return float(metrics.average_precision_score(outcome, score, sample_weight=weight))


def brier(churned: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return the mean squared distance of probability and outcome, in [0, 1]; lower is better.

    >>> round(brier([True, False], [0.8, 0.4]), 4)
    0.1
    """
    outcome, score, weight = _checked(churned, probability, weights)
    return float(metrics.brier_score_loss(outcome, score, sample_weight=weight, labels=[False, True]))


def log_loss(churned: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return the mean negative log-likelihood in nats, >= 0; lower is better.

    Probabilities are kept one float64 rounding step away from 0 and 1, so that a certain and wrong
    forecast costs about 36 nats and not infinitely many.

    >>> round(log_loss([True, False], [0.5, 0.5]), 4)
    0.6931
    """
    outcome, score, weight = _checked(churned, probability, weights)
    return float(metrics.log_loss(outcome, score, sample_weight=weight, labels=[False, True]))


def calibration_table(
    churned: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None = None, bins: int = 10
) -> pl.DataFrame:
    """Return forecast against outcome in equal-width bins [0, 1/bins), ..., [1 - 1/bins, 1].

    One row per bin that holds a customer, from low to high:

    ``mean_probability``  mean forecast of the bin
    ``churn_rate``        share of its customers that churned
    ``n``                 number of its customers (the sum of their weights)
    """
    outcome, score, weight = _checked(churned, probability, weights)
    index = np.minimum(np.floor(score * bins), bins - 1).astype(np.int64)
    n, forecast, happened = (
        np.bincount(index, weights=weight * value, minlength=bins)
        for value in (np.ones(len(score)), score, outcome.astype(np.float64))
    )
    filled = n > 0.0
    return pl.DataFrame(
        {
            "mean_probability": forecast[filled] / n[filled],
            "churn_rate": happened[filled] / n[filled],
            "n": n[filled],
        }
    )


def ece(churned: npt.ArrayLike, probability: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return the expected calibration error over ten equal-width bins, in [0, 1]; lower is better.

    The mean over customers of |mean forecast - churn rate| of their bin: 0.03 says that forecasts are
    off by three percentage points on average, in either direction. It says nothing of sharpness.

    >>> round(ece([True, False, True, True], [0.65, 0.65, 0.95, 0.95]), 4)
    0.1
    """
    table = calibration_table(churned, probability, weights)
    gap = np.abs(table["mean_probability"].to_numpy() - table["churn_rate"].to_numpy())
    return float(np.average(gap, weights=table["n"].to_numpy()))


def lift(churned: npt.ArrayLike, probability: npt.ArrayLike, share: float = 0.1) -> float:
    """Return the churn rate of the top ``share`` by probability over the base rate; 1 is chance.

    The top slice holds ceil(share * n) customers. Where customers tie at its edge, each counts in
    proportion, so the order of the rows does not matter. NaN where nobody churned.

    >>> lift([True] + [False] * 9, [0.9] + [0.1] * 9)
    10.0
    """
    outcome, score, _ = _checked(churned, probability)
    if not outcome.any():
        return float("nan")
    size = max(1, int(np.ceil(share * len(score) - 1e-9)))
    edge = np.sort(score)[-size]
    above, tied = score > edge, score == edge
    caught = outcome[above].sum() + outcome[tied].mean() * (size - above.sum())
    return float(caught / size / outcome.mean())


def churn_metrics(churned: npt.ArrayLike, probability: npt.ArrayLike) -> dict[str, float]:
    """Return all churn metrics of one forecast by name.

    ``auc``, ``average_precision``, ``lift_at_10`` (top tenth): higher is better; ``brier``,
    ``log_loss``, ``ece``: lower is better; ``base_rate``: the share that churned. Where all customers
    churned or none did, ``auc`` is NaN; where none did, ``average_precision`` and ``lift_at_10`` too.

    Raises:
        DataError: no rows, lengths that differ, or values that are no outcome or no probability.
    """
    outcome, score, _ = _checked(churned, probability)
    return {
        "auc": auc(outcome, score),
        "average_precision": average_precision(outcome, score),
        "brier": brier(outcome, score),
        "log_loss": log_loss(outcome, score),
        "ece": ece(outcome, score),
        "base_rate": float(outcome.mean()),
        "lift_at_10": lift(outcome, score),
    }
