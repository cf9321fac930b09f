"""How each task is judged: its truth, its answer, its metrics, and what an interval is taken of."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import labels, scale, scoring
from regulars.artefact import Fitted, Task
from regulars.errors import ConfigError, did_you_mean
from regulars.evaluation import classification, intervals, ranking, survival
from regulars.ledger import Ledger
from regulars.windows import Snapshot

Array = npt.NDArray[Any]

HIGHER_IS_BETTER: Mapping[str, bool] = {
    "auc": True, "brier": False, "crps": False, "mae_median": False,
    "ndcg_at_10": True, "recall_at_10": True, "hit_at_10": True,
}  # fmt: skip
"""Which way each metric points that can decide an experiment."""

K = 10
"""List length of the recommendation metrics."""

KEY_METRICS: Mapping[Task, tuple[str, ...]] = {
    "churn": ("auc", "brier"),
    "timing": ("crps", "mae_median"),
    "recommend": ("ndcg_at_10", "recall_at_10", "hit_at_10"),
}
"""The metrics that get intervals."""

SLICES = ("one purchase", "2-4 purchases", "5 or more")
"""Customers by purchase days before as_of."""


@dataclass(frozen=True)
class Exam:
    """One snapshot's questions and their truth, a row a customer; the same for every candidate."""

    snapshot: Snapshot
    features: pl.DataFrame
    """A feature table of the customers known at the snapshot (recommend: of those who bought in the window)."""
    duration: Array
    """(rows,) days to the next purchase; the horizon where there was none."""
    observed: Array
    """(rows,) whether there was one."""
    lines: pl.DataFrame = field(default_factory=pl.DataFrame)
    """The customers' purchases before as_of (recommend only)."""
    baskets: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Their next baskets (recommend only)."""

    @property
    def customers(self) -> Array:
        """(rows,) customer ids."""
        ids: Array = self.features["customer_id"].to_numpy()
        return ids

    @property
    def slices(self) -> Array:
        """(rows,) the slice of each customer, as an index into SLICES."""
        found: Array = np.digitize(self.features["frequency"].to_numpy() + 1, [2, 5])
        return found


@dataclass(frozen=True)
class Verdict:
    """What one fitted model scored on one exam."""

    model: str
    as_of: dt.date
    seed: int
    metrics: Mapping[str, float]
    values: Mapping[str, Array]
    """Per customer: the metrics that are means; and for churn the ``probability``."""
    answer: Any = None
    """The survival curves (timing), for plots."""


def exam(ledger: Ledger, task: Task, snapshot: Snapshot) -> Exam:
    """Return the questions of ``task`` at ``snapshot`` with their truth; the window must lie in the data."""
    table = scale.feature_table(ledger, [snapshot])
    end = snapshot.future.end
    truth = scale.map_buckets(ledger, end, lambda lines: labels.next_purchase(lines, [snapshot]))
    rows = table.join(truth, on=labels.KEYS, how="inner").sort("customer_id")
    questions = rows.drop("duration", "observed")
    if task != "recommend":
        return Exam(snapshot, questions, rows["duration"].to_numpy(), rows["observed"].to_numpy())
    baskets = scale.map_buckets(ledger, end, lambda lines: labels.next_basket(lines, [snapshot])).sort("customer_id")
    rows = rows.join(baskets.select("customer_id"), on="customer_id", how="semi").sort("customer_id")
    lines = ledger.transactions(before=snapshot.as_of).join(baskets.lazy(), on="customer_id", how="semi").collect()
    return Exam(
        snapshot,
        rows.drop("duration", "observed"),
        rows["duration"].to_numpy(),
        rows["observed"].to_numpy(),
        lines,
        baskets,
    )


def judge(fitted: Fitted, on: Exam) -> Verdict:
    """Ask ``fitted`` the questions of ``on`` and hold its answers against the truth."""
    examine = {"churn": _churn, "timing": _timing, "recommend": _recommend}[fitted.meta.task]
    metrics, values, answer = examine(fitted, on)
    return Verdict(fitted.meta.model, on.snapshot.as_of, fitted.meta.seed, metrics, values, answer)


def statistic(metric: str, exams: list[Exam], verdicts: list[Verdict]) -> intervals.Metric:
    """Return ``metric`` of one model as a function of how often each customer row counts.

    The rows are those of the exams, one after the other; a snapshot's value is the mean over the seeds, and
    the whole is the mean over the snapshots.
    """
    as_of = np.concatenate([np.full(len(exam.customers), i) for i, exam in enumerate(exams)])
    by_seed = [
        np.concatenate([v.values[_stored(metric)] for v in _in_order(exams, verdicts, seed)])
        for seed in sorted({v.seed for v in verdicts})
    ]
    if metric != "auc":
        mean = np.mean(by_seed, axis=0)
        return intervals.mean_over(as_of, lambda rows, weights: _weighted_mean(mean[rows], weights))
    churned = ~np.concatenate([exam.observed for exam in exams])
    return intervals.mean_over(
        as_of,
        lambda rows, weights: float(
            np.mean([classification.auc(churned[rows], probability[rows], weights) for probability in by_seed])
        ),
    )


def check_metric(metric: str, task: Task) -> None:
    """Raise ConfigError unless ``metric`` can decide an experiment on ``task``."""
    if metric not in KEY_METRICS[task]:
        known = KEY_METRICS[task]
        raise ConfigError(
            f"metric {metric!r} cannot decide on {task}{did_you_mean(metric, known)}; use {', '.join(known)}"
        )


def _stored(metric: str) -> str:
    return "probability" if metric == "auc" else metric


def _in_order(exams: list[Exam], verdicts: list[Verdict], seed: int) -> list[Verdict]:
    found = {verdict.as_of: verdict for verdict in verdicts if verdict.seed == seed}
    return [found[exam.snapshot.as_of] for exam in exams]


def _weighted_mean(values: Array, weights: Array) -> float:
    total = weights.sum()
    return float((values * weights).sum() / total) if total else float("nan")


def _churn(fitted: Fitted, on: Exam) -> tuple[dict[str, float], dict[str, Array], None]:
    churned, probability = ~on.observed, fitted.estimator.predict(on.features)
    values = {"probability": probability, "brier": (probability - churned) ** 2}
    return classification.churn_metrics(churned, probability), values, None


def _timing(fitted: Fitted, on: Exam) -> tuple[dict[str, float], dict[str, Array], Array]:
    curves = fitted.estimator.survival(on.features)
    values = {
        "crps": survival.crps_values(on.duration, on.observed, curves),
        "mae_median": survival.median_errors(on.duration, on.observed, curves),
    }
    return survival.timing_metrics(on.duration, on.observed, curves), values, curves


def _recommend(fitted: Fitted, on: Exam) -> tuple[dict[str, float], dict[str, Array], None]:
    offered = scoring.recommend(scoring.Champions({"recommend": fitted}), on.lines, on.snapshot.as_of, K)
    owned = on.lines.filter(pl.col("quantity") > 0).select("customer_id", "item_id").unique()
    truth = on.baskets.select("customer_id", "item_ids")
    table = ranking.ranking_values(offered, truth, owned, k=K).sort("customer_id")
    values = {f"{name}_at_{K}": table[name].to_numpy() for name in ("ndcg", "recall", "hit")}
    return ranking.ranking_metrics(offered, truth, owned, k=K), values, None
