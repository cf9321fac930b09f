"""How each task's answers are held against the truth."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import scoring
from regulars.artefact import Fitted, Task
from regulars.estimators.base import Floats
from regulars.evaluation import classification, pit, ranking, spend, survival
from regulars.judging.exam import Exam
from regulars.judging.verdict import Verdict

Array = npt.NDArray[Any]
Judged = tuple[dict[str, float], dict[str, Array], Any]

K = 10
"""List length of the recommendation metrics."""
_PAIRS_RANKED = 20_000
"""Pairs that the concordance is taken of; its time grows with the square."""


def judge(fitted: Fitted, on: Exam) -> Verdict:
    """Ask ``fitted`` the questions of ``on`` and hold its answers against the truth."""
    judges: Mapping[Task, Callable[[Fitted, Exam], Judged]] = {
        "churn": _churn, "timing": _timing, "spend": _spend, "recommend": _recommend, "replenish": _replenish,
    }  # fmt: skip
    metrics, values, answer = judges[fitted.meta.task](fitted, on)
    return Verdict(fitted.meta.model, on.snapshot.as_of, fitted.meta.seed, metrics, values, answer)


def _churn(fitted: Fitted, on: Exam) -> Judged:
    churned, probability = ~on.observed, fitted.estimator.predict(on.features)
    values = {"churned": churned, "probability": probability, "brier": (probability - churned) ** 2}
    return classification.churn_metrics(churned, probability), values, None


def _timing(fitted: Fitted, on: Exam) -> Judged:
    curves = fitted.estimator.survival(on.features)
    away = {"churned": ~on.observed, "probability": curves[:, -1]}
    metrics = survival.timing_metrics(on.duration, on.observed, curves)
    metrics["ece"] = classification.ece(away["churned"], away["probability"])
    return metrics, _by_row(on, curves) | away, curves


def _by_row(on: Exam, curves: Floats) -> dict[str, Array]:
    found: dict[str, Array] = {
        "crps": survival.crps_values(on.duration, on.observed, curves),
        "mae_median": survival.median_errors(on.duration, on.observed, curves),
        "coverage_80": survival.coverage_values(on.duration, on.observed, curves),
    }
    for days in (7, 30):
        if days <= curves.shape[1]:
            found[f"back_{days}"] = ~survival.no_purchase_within(on.duration, on.observed, days)
            found[f"within_{days}"] = 1.0 - curves[:, days - 1]
    return found


def _replenish(fitted: Fitted, on: Exam) -> Judged:
    forecast = fitted.estimator.forecast(on.lines, on.snapshot.as_of)
    place = forecast.pairs.select("customer_id", "unit").with_row_index("place")
    asked = on.features.join(place, on=["customer_id", "unit"], how="left", maintain_order="left")
    curves = forecast.survival[asked["place"].to_numpy()]
    values = _by_row(on, curves)
    values["pit_low"], values["pit_high"] = pit.stretch(on.duration, on.observed, curves)
    some = np.linspace(0, len(curves) - 1, min(len(curves), _PAIRS_RANKED)).astype(np.int64)
    metrics = {name: float(np.mean(values[name])) for name in ("crps", "mae_median", "coverage_80")}
    metrics["c_index"] = survival.c_index(on.duration[some], on.observed[some], curves[some])
    for days in (7, 30):
        if f"back_{days}" in values:
            back, within = values[f"back_{days}"], np.clip(values[f"within_{days}"], 0.0, 1.0)
            metrics[f"auc_{days}"] = classification.auc(back, within)
            metrics[f"average_precision_{days}"] = classification.average_precision(back, within)
    return metrics, values, None


def _spend(fitted: Fitted, on: Exam) -> Judged:
    model = fitted.estimator
    expected, (low, high) = model.predict(on.features), model.interval(on.features)
    nothing = model.nothing(on.features)
    metrics = spend.spend_metrics(on.spent, expected, low, high, nothing)
    values = {
        "spent": on.spent,
        "expected": expected,
        "coverage_80": spend.coverage_values(on.spent, low, high, nothing),
    }
    return metrics, values, None


def _recommend(fitted: Fitted, on: Exam) -> Judged:
    offered = scoring.recommend(scoring.Champions({"recommend": fitted}), on.lines, on.snapshot.as_of, K)
    owned = on.lines.filter(pl.col("quantity") > 0).select("customer_id", "item_id").unique()
    truth = on.baskets.select("customer_id", "item_ids")
    table = ranking.ranking_values(offered, truth, owned, k=K)
    values = {f"{name}_at_{K}": table[name].to_numpy() for name in table.columns if name != "customer_id"}
    metrics = ranking.ranking_means(table, K) | ranking.list_metrics(offered, truth, owned, k=K)
    return metrics, values, None
