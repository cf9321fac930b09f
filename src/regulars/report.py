"""report.json: what an experiment found, in numbers that the same command gives again."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from regulars import judging
from regulars.evaluation import intervals
from regulars.experiment import Outcome
from regulars.judging import HIGHER_IS_BETTER, KEY_METRICS, SLICES
from regulars.ledger import Ledger

Report = dict[str, Any]

_DIGITS = 6


def build(outcome: Outcome, ledger: Ledger) -> Report:
    """Return the report: candidates with intervals, their difference to the baseline, slices and the winner.

    Intervals are 95% percentile intervals of a bootstrap over customers; a customer's rows in all snapshots
    are drawn together, so they do not pass for independent.
    """
    experiment = outcome.experiment
    candidates = {name: _candidate(outcome, name) for name in experiment.models}
    against = {
        name: _against(outcome, name, experiment.baseline) for name in experiment.models if name != experiment.baseline
    }
    winner, why = _winner(outcome, candidates, against)
    found = {
        "experiment": experiment.name,
        "task": experiment.task,
        "question": experiment.question,
        "metric": experiment.metric,
        "higher_is_better": HIGHER_IS_BETTER[experiment.metric],
        "baseline": experiment.baseline,
        "winner": winner,
        "why": why,
        "candidates": candidates,
        "against_baseline": against,
        "winner_against": {n: _against(outcome, winner, n) for n in experiment.models if n != winner},
        "snapshots": [_snapshot(exam) for exam in outcome.exams],
        "protocol": experiment.protocol.model_dump(mode="json"),
        "training": experiment.training.model_dump(mode="json"),
        "data": {
            "fingerprint": ledger.fingerprint,
            "first_day": str(ledger.manifest.first_day),
            "last_day": str(ledger.manifest.last_day),
            "lines": ledger.manifest.n_lines,
            "customers": ledger.manifest.n_customers,
        },
    }
    return _clean(found)  # type: ignore[no-any-return]


def write(report: Mapping[str, Any], file: Path) -> None:
    """Write ``report`` as JSON, replacing an older one in one step."""
    draft = file.with_suffix(".tmp")
    draft.write_text(json.dumps(report, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    draft.replace(file)


def _snapshot(exam: judging.Exam) -> dict[str, Any]:
    return {
        "as_of": str(exam.snapshot.as_of),
        "customers": len(exam.customers),
        "came_back": float(exam.observed.mean()),
    }


def _candidate(outcome: Outcome, name: str) -> dict[str, Any]:
    verdicts = outcome.of(name)
    keys = KEY_METRICS[outcome.experiment.task]
    return {
        "metrics": {metric: _spread(outcome, name, metric) for metric in verdicts[0].metrics},
        "intervals": {metric: _interval(outcome, name, metric) for metric in keys},
        "slices": {label: _slice(outcome, name, number) for number, label in enumerate(SLICES)},
        "seeds": len({verdict.seed for verdict in verdicts}),
    }


def _spread(outcome: Outcome, name: str, metric: str) -> dict[str, Any]:
    """Mean over snapshots and seeds, the value of each snapshot, and how far seeds move it."""
    by_snapshot = [
        [v.metrics[metric] for v in outcome.of(name) if v.as_of == exam.snapshot.as_of] for exam in outcome.exams
    ]
    means = [float(np.mean(values)) for values in by_snapshot]
    return {
        "mean": float(np.mean(means)),
        "snapshots": means,
        "snapshot_sd": intervals.spread(means).sd,
        "seed_sd": float(np.mean([np.std(values) for values in by_snapshot])),
    }


def _interval(outcome: Outcome, name: str, metric: str) -> dict[str, float]:
    found = intervals.bootstrap(
        judging.statistic(metric, outcome.exams, outcome.of(name)),
        _customers(outcome), _rng(), n_resamples=outcome.experiment.protocol.n_resamples,
    )  # fmt: skip
    return {"value": found.value, "low": found.low, "high": found.high}


def _against(outcome: Outcome, name: str, other: str) -> dict[str, Any]:
    """The lead of one candidate over another on the same customers: positive is better for any metric."""
    experiment = outcome.experiment
    sign = 1.0 if HIGHER_IS_BETTER[experiment.metric] else -1.0
    mine = judging.statistic(experiment.metric, outcome.exams, outcome.of(name))
    theirs = judging.statistic(experiment.metric, outcome.exams, outcome.of(other))
    found = intervals.paired_difference(
        lambda weights: sign * mine(weights),
        lambda weights: sign * theirs(weights),
        _customers(outcome), _rng(), n_resamples=experiment.protocol.n_resamples,
    )  # fmt: skip
    pairs = zip(
        _spread(outcome, name, experiment.metric)["snapshots"],
        _spread(outcome, other, experiment.metric)["snapshots"],
        strict=True,
    )
    return {
        "metric": experiment.metric,
        "better_by": found.value,
        "low": found.low,
        "high": found.high,
        "beyond_doubt": found.low > 0,
        "snapshots_won": sum(sign * a > sign * b for a, b in pairs),
        "snapshots": len(outcome.exams),
    }


def _slice(outcome: Outcome, name: str, number: int) -> dict[str, Any]:
    """The deciding metric among one slice of the customers, and how many rows it holds."""
    chosen = np.concatenate([exam.slices == number for exam in outcome.exams]).astype(np.float64)
    value = judging.statistic(outcome.experiment.metric, outcome.exams, outcome.of(name))(chosen)
    return {"rows": int(chosen.sum()), outcome.experiment.metric: value}


def _winner(outcome: Outcome, candidates: Mapping[str, Any], against: Mapping[str, Any]) -> tuple[str, str]:
    """The best of those that beat the baseline beyond doubt, else the baseline."""
    experiment = outcome.experiment
    proven = [name for name, versus in against.items() if versus["beyond_doubt"]]
    if not proven:
        return experiment.baseline, f"no candidate beats it on {experiment.metric} with 95% confidence"
    sign = 1.0 if HIGHER_IS_BETTER[experiment.metric] else -1.0
    best = max(proven, key=lambda name: sign * candidates[name]["metrics"][experiment.metric]["mean"])
    versus = against[best]
    return best, (
        f"better than {experiment.baseline} on {experiment.metric} by {versus['better_by']:.4f} "
        f"[{versus['low']:.4f}, {versus['high']:.4f}], in {versus['snapshots_won']} of {versus['snapshots']} snapshots"
    )


def _customers(outcome: Outcome) -> judging.Array:
    return np.concatenate([exam.customers for exam in outcome.exams])


def _rng() -> np.random.Generator:
    """The same resamples for every candidate, so that differences are paired."""
    return np.random.default_rng(0)


def _clean(value: Any) -> Any:
    """Round, and turn what JSON cannot say (NaN) into null."""
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, float | np.floating):
        return round(float(value), _DIGITS) if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
