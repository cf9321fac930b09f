"""Which metrics a task is judged by, which way they point, and how each comes out of values a row."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.artefact import Task
from regulars.errors import ConfigError, did_you_mean
from regulars.evaluation import classification, intervals, spend
from regulars.judging.exam import Exam
from regulars.judging.verdict import Verdict

Array = npt.NDArray[Any]
Values = Mapping[str, Array]
"""What a verdict keeps a row, by name."""

HIGHER_IS_BETTER: Mapping[str, bool] = {
    "auc": True, "brier": False,
    "crps": False, "auc_30": True, "auc_7": True,
    "spearman": True, "gini": True,
    "ndcg_at_10": True, "recall_at_10": True, "hit_at_10": True, "mrr_at_10": True,
    "recall_repeat_at_10": True, "recall_new_at_10": True,
}  # fmt: skip
"""Which way each metric points that can decide an experiment."""

KEY_METRICS: Mapping[Task, tuple[str, ...]] = {
    "churn": ("auc", "brier", "ece"),
    "timing": ("crps", "auc_30", "coverage_80", "ece"),
    "replenish": ("crps", "auc_7", "coverage_80"),
    "spend": ("spearman", "gini", "coverage_80"),
    "recommend": (
        "ndcg_at_10", "recall_at_10", "hit_at_10", "mrr_at_10", "recall_repeat_at_10", "recall_new_at_10",
    ),
}  # fmt: skip
"""The metrics that get intervals; those of a task that also are in HIGHER_IS_BETTER can decide on it."""

_DAYS: Mapping[str, int] = {"auc_7": 7, "auc_30": 30}
"""Days that a metric looks ahead."""


def _back_within(days: int) -> Callable[[Values, Array], float]:
    return lambda values, weights: classification.auc(values[f"back_{days}"], values[f"within_{days}"], weights)


_WHOLE: Mapping[str, Callable[[Values, Array], float]] = {
    "auc": lambda values, weights: classification.auc(values["churned"], values["probability"], weights),
    "ece": lambda values, weights: classification.ece(values["churned"], values["probability"], weights),
    "auc_7": _back_within(7),
    "auc_30": _back_within(30),
    "spearman": lambda values, weights: spend.spearman(values["spent"], values["expected"], weights),
    "gini": lambda values, weights: spend.gini(values["spent"], values["expected"], weights),
}
"""Metrics of all rows together; every other one is the mean of the rows' own values, kept under its name."""


def key_metrics(task: Task, horizon_days: int) -> tuple[str, ...]:
    """Return the key metrics of ``task`` that a horizon is long enough for: no AUC of 30 days within 14."""
    return tuple(name for name in KEY_METRICS[task] if _DAYS.get(name, 0) <= horizon_days)


def check_metric(metric: str, task: Task, horizon_days: int) -> None:
    """Raise ConfigError unless ``metric`` can decide an experiment on ``task`` over ``horizon_days``."""
    known = [name for name in key_metrics(task, horizon_days) if name in HIGHER_IS_BETTER]
    if metric not in known:
        raise ConfigError(
            f"metric {metric!r} cannot decide on {task}{did_you_mean(metric, known)}; use {', '.join(known)}"
        )


def statistic(metric: str, exams: list[Exam], verdicts: list[Verdict]) -> intervals.Metric:
    """Return ``metric`` of one model as a function of how often each row counts.

    The rows are those of the exams, one after the other; a snapshot's value is the mean over the seeds, and
    the whole is the mean over the snapshots. A row where the metric is NaN (recall of new items for whoever
    bought none) does not count.
    """
    as_of = np.concatenate([np.full(len(exam.customers), i) for i, exam in enumerate(exams)])
    seeds = sorted({verdict.seed for verdict in verdicts})
    by_seed = [_stacked(metric, [_of(verdicts, exam, seed) for exam in exams]) for seed in seeds]
    if metric in _WHOLE:
        whole = _WHOLE[metric]
        return intervals.mean_over(
            as_of,
            lambda rows, weights: float(
                np.mean([whole({name: column[rows] for name, column in v.items()}, weights) for v in by_seed])
            ),
        )
    mean = np.mean([values[metric] for values in by_seed], axis=0)
    return intervals.mean_over(as_of, lambda rows, weights: intervals.mean_of(mean[rows])(weights))


_NEEDS: Mapping[str, tuple[str, ...]] = {
    "auc": ("churned", "probability"),
    "ece": ("churned", "probability"),
    "auc_7": ("back_7", "within_7"),
    "auc_30": ("back_30", "within_30"),
    "spearman": ("spent", "expected"),
    "gini": ("spent", "expected"),
}


def _stacked(metric: str, verdicts: list[Verdict]) -> dict[str, Array]:
    """Return the columns that the metric needs, of all exams one after the other."""
    names = _NEEDS.get(metric, (metric,))
    return {name: np.concatenate([verdict.values[name] for verdict in verdicts]) for name in names}


def _of(verdicts: list[Verdict], exam: Exam, seed: int) -> Verdict:
    return next(v for v in verdicts if v.seed == seed and v.as_of == exam.snapshot.as_of)
