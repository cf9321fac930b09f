"""What a report says of one candidate by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from regulars import config
from regulars.evaluation import intervals
from regulars.experiment import Outcome
from regulars.judging import key_metrics
from regulars.report import top
from regulars.report.calibration import calibration
from regulars.report.comparison import Comparison
from regulars.report.draws import Key, first_seed
from regulars.report.pairs import better, ends

_INPUTS = 15
"""Inputs that a report names."""


def candidate(found: Comparison, name: str) -> dict[str, Any]:
    """Return a candidate's configuration, metrics, intervals and slices, inputs, calibration and the top of its list.

    Metrics, intervals and slices are means over seeds; ``calibration`` and ``top`` are of the first seed. The shares of
    ``top`` are means over snapshots; those of the top tenth have 95% intervals over customers. ``importance`` is the
    share of the gain that an input's splits made, the mean over fits; empty for a model without trees.
    """
    outcome = found.outcome
    verdicts, horizon = outcome.of(name), outcome.experiment.training.horizon_days
    firsts = [first_seed(outcome, name, exam) for exam in outcome.exams]
    keys = key_metrics(outcome.experiment.task, horizon)
    return {
        **_configured(outcome.experiment, name),
        "metrics": {metric: _spread(outcome, name, metric) for metric in verdicts[0].metrics},
        "intervals": {metric: ends(found.draws[Key(metric, name)].interval()) for metric in keys},
        "slices": {label: _slice(found, name, number) for number, label in enumerate(found.slices)},
        "seeds": len({verdict.seed for verdict in verdicts}),
        "importance": _importance([verdict.importance for verdict in verdicts]),
        "calibration": calibration(outcome.experiment.task, horizon, firsts),
        "top": [
            {
                "share": share,
                **top.held(outcome.experiment.task, outcome.exams, firsts, share),
                **_sure(found, name, share),
            }
            for share in (top.SHARES if top.lists(outcome.experiment.task, outcome.exams[0], firsts[0]) else ())
        ],
    }


def _configured(experiment: config.Experiment, name: str) -> dict[str, Any]:
    """Return what a candidate is: its estimator, its parameters, and of a variant where it differs and from what."""
    spec = config.spec_of(experiment, name)
    told = {"kind": spec.kind, "summary": spec.summary, "parameters": dict(spec.parameters)}
    if name in experiment.variants:
        variant = experiment.variants[name]
        told |= {"of": variant.of, "training": dict(variant.training)}
    return told


def _importance(shares: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the largest mean shares of the gain, largest first; an input that a fit did not have gained it nothing."""
    names = dict.fromkeys(name for each in shares for name in each)
    mean = {name: float(np.mean([each.get(name, 0.0) for each in shares])) for name in names}
    return dict(sorted(mean.items(), key=lambda item: (-item[1], item[0]))[:_INPUTS])


def _sure(found: Comparison, name: str, share: float) -> Mapping[str, float]:
    """Return the bounds of what the top tenth holds."""
    told: dict[str, float] = {}
    for amount in ("churners", "money") if share == top.SURE else ():
        if (key := Key(f"top_{amount}", name)) in found.draws:
            interval = found.draws[key].interval()
            told |= {f"{amount}_low": interval.low, f"{amount}_high": interval.high}
    return told


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
        "against": {"baseline": best, **better(lead), "behind": lead.behind} if lead else None,
    }
