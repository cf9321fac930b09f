"""What an experiment found as one JSON document."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from regulars.evaluation import intervals
from regulars.evaluation.intervals import Interval
from regulars.experiment import Outcome
from regulars.judging import HIGHER_IS_BETTER, Exam, key_metrics
from regulars.ledger import Ledger
from regulars.report import rule
from regulars.report.comparison import Comparison, Lead
from regulars.report.draws import Key

Report = dict[str, Any]

_DIGITS = 6


def build(outcome: Outcome, ledger: Ledger) -> Report:
    """Return the report: candidates with intervals and slices, their leads, and the winner by :mod:`.rule`.

    Every interval is a 95% percentile interval of a bootstrap over customers; leads are paired. A lead also has
    ``over_snapshots``: its mean, standard deviation and 95% interval (Student's t) over the snapshots.
    """
    experiment, found = outcome.experiment, Comparison(outcome)
    others = [name for name in experiment.models if name != experiment.baseline]
    winner, why = rule.choose(rule.standings(found), experiment.baseline, experiment.metric, found.lead)
    report = {
        "experiment": experiment.name,
        "task": experiment.task,
        "question": experiment.question,
        "shop": experiment.shop,
        "metric": experiment.metric,
        "higher_is_better": HIGHER_IS_BETTER[experiment.metric],
        "baseline": experiment.baseline,
        "baselines": found.baselines,
        "winner": winner,
        "why": why,
        "candidates": {name: _candidate(found, name) for name in experiment.models},
        "against_baseline": {name: _lead(found, name, experiment.baseline) for name in others},
        "winner_against": {name: _lead(found, winner, name) for name in experiment.models if name != winner},
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
    return _clean(report)  # type: ignore[no-any-return]


def write(report: Mapping[str, Any], file: Path) -> None:
    """Write ``report`` as JSON, replacing an older one in one step."""
    draft = file.with_suffix(".tmp")
    draft.write_text(json.dumps(report, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    draft.replace(file)


def _snapshot(exam: Exam) -> dict[str, Any]:
    return {
        "as_of": str(exam.snapshot.as_of),
        "rows": len(exam.customers),
        "customers": len(np.unique(exam.customers)),
    }


def _candidate(found: Comparison, name: str) -> dict[str, Any]:
    outcome = found.outcome
    verdicts = outcome.of(name)
    keys = key_metrics(outcome.experiment.task, outcome.experiment.training.horizon_days)
    return {
        "metrics": {metric: _spread(outcome, name, metric) for metric in verdicts[0].metrics},
        "intervals": {metric: _interval(found.draws[Key(metric, name)].interval()) for metric in keys},
        "slices": {label: _slice(found, name, number) for number, label in enumerate(found.slices)},
        "seeds": len({verdict.seed for verdict in verdicts}),
    }


def _spread(outcome: Outcome, name: str, metric: str) -> dict[str, Any]:
    """Mean over snapshots and seeds, the value of each snapshot, and how far seeds move it."""
    by_snapshot = [
        [v.metrics[metric] for v in outcome.of(name) if v.as_of == exam.snapshot.as_of] for exam in outcome.exams
    ]
    means = [float(np.mean(values)) for values in by_snapshot]
    spread = intervals.spread(means)
    return {
        "mean": spread.mean,
        "snapshots": means,
        "snapshot_sd": spread.sd,
        "seed_sd": float(np.mean([np.std(values) for values in by_snapshot])),
    }


def _lead(found: Comparison, name: str, other: str) -> dict[str, Any]:
    lead = found.lead(name, other)
    over = lead.over_snapshots
    return {
        "metric": found.outcome.experiment.metric,
        **_better(lead),
        "beyond_doubt": lead.beyond_doubt,
        "snapshots_won": lead.snapshots_won,
        "snapshots": lead.snapshots,
        "by_snapshot": [_interval(each) for each in lead.by_snapshot],
        "over_snapshots": {"mean": over.value, "sd": lead.sd, "low": over.low, "high": over.high},
    }


def _slice(found: Comparison, name: str, number: int) -> dict[str, Any]:
    """The deciding metric among one slice of the customers, and the lead over the best baseline where it counts."""
    exams, metric = found.outcome.exams, found.outcome.experiment.metric
    customers = np.concatenate([exam.customers[exam.slice_of == number] for exam in exams])
    interval = found.draws[Key(metric, name, number)].interval()
    best, lead = found.against_baselines(name).get(found.slices[number], (None, None))
    return {
        "rows": len(customers),
        "customers": len(np.unique(customers)),
        "counts": found.counts(number),
        metric: interval.value,
        "low": interval.low,
        "high": interval.high,
        "against": {"baseline": best, **_better(lead), "behind": lead.behind} if lead else None,
    }


def _better(lead: Lead) -> dict[str, float]:
    return {"better_by": lead.interval.value, "low": lead.interval.low, "high": lead.interval.high}


def _interval(found: Interval) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}


def _clean(value: Any) -> Any:
    """Round, and turn what JSON cannot say (NaN) into null."""
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, float | np.floating):
        return round(float(value), _DIGITS) if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
