"""An experiment's outcome in MLflow: a parent run with report, page and pictures, a child a candidate and a fit."""

from dataclasses import asdict
from typing import Any

import numpy as np

from regulars import comparing, config, passport, report
from regulars.comparing import Source
from regulars.experiment import Outcome
from regulars.judging import Cost, Verdict
from regulars.ledger import Ledger
from regulars.manifest import Section
from regulars.recording import courses
from regulars.recording.pictures import Pictures
from regulars.report import TITLES
from regulars.tracking import ParentRun, Tracker
from regulars.tracking.runs import KEY, WINNER

__all__ = ["LEVEL", "TITLES", "Pictures", "config_of", "record"]

LEVEL = "regulars.level"
"""Tag that tells runs apart: experiment, candidate, fit, champion."""


def config_of(outcome: Outcome) -> list[Section]:
    """Return everything configured that the outcome depends on."""
    return [outcome.experiment, *config.specs(outcome.experiment).values()]


def record(outcome: Outcome, found: report.Report, ledger: Ledger, tracker: Tracker, key: str) -> str:
    """Log ``outcome`` and its report; return the id of the parent run."""
    experiment = outcome.experiment
    tags = {
        **passport.tags(ledger, config_of(outcome)),
        KEY: key,
        WINNER: found["winner"],
        LEVEL: "experiment",
        "mlflow.note.content": _note(found),
    }
    with tracker.experiment(experiment.task, experiment.name, tags) as parent:
        costs = _costs(outcome)
        for verdict in outcome.verdicts:
            _fit(parent, experiment, verdict)
        for name in experiment.models:
            _candidate(parent, experiment, found, name, costs.get(name))
        parent.dataset(
            "ledger",
            ledger.fingerprint,
            {"lines": ledger.manifest.n_lines, "customers": ledger.manifest.n_customers},
        )
        parent.log({"models": ", ".join(experiment.models), **found["protocol"], **found["training"]})
        parent.json("report.json", found)
        parent.text("compare.html", comparing.page([Source(found, parent.run_id, costs)]))
        for file, figure in Pictures(outcome, found, ledger.manifest.currency).all().items():
            parent.figure(file, figure)
        _passport(parent, outcome, ledger)
    return parent.run_id


def _passport(parent: ParentRun, outcome: Outcome, ledger: Ledger) -> None:
    """Keep the whole configuration, and what differs from the commit where that is not too long."""
    parent.json(passport.CONFIG, passport.document(ledger, config_of(outcome)))
    diff = passport.checkout().diff
    if 0 < len(diff.encode()) < passport.MOST_OF_A_DIFF:
        parent.text(passport.DIFF, diff)


def _costs(outcome: Outcome) -> dict[str, Cost]:
    """Return what each candidate's fits took, their means, where that was measured."""
    told: dict[str, Cost] = {}
    for name in outcome.experiment.models:
        each = [list(asdict(verdict.cost).values()) for verdict in outcome.of(name) if verdict.cost]
        if each:
            told[name] = Cost(*map(float, np.mean(each, axis=0)))
    return told


def _fit(parent: ParentRun, experiment: config.Experiment, verdict: Verdict) -> None:
    cost = asdict(verdict.cost) if verdict.cost else {}
    parent.child(
        f"{verdict.model} {verdict.as_of} seed {verdict.seed}",
        {**_params(experiment, verdict.model), "as_of": verdict.as_of, "seed": verdict.seed},
        {**verdict.metrics, **cost},
        {
            LEVEL: "fit",
            "regulars.model": verdict.model,
            "regulars.as_of": str(verdict.as_of),
            "regulars.task": experiment.task,
        },
    )


def _candidate(
    parent: ParentRun, experiment: config.Experiment, found: report.Report, name: str, cost: Cost | None
) -> None:
    """Log a candidate as a whole, so that candidates stand side by side: means, intervals, lead, costs."""
    candidate = found["candidates"][name]
    values = {metric: spread["mean"] for metric, spread in candidate["metrics"].items()}
    for metric, interval in candidate["intervals"].items():
        values |= {f"{metric}_{end}": interval[end] for end in ("low", "high")}
    if name in found["against_baseline"]:
        versus = found["against_baseline"][name]
        values |= {"lead": versus["better_by"], "lead_low": versus["low"], "lead_high": versus["high"]}
        values |= {"snapshots_won": versus["snapshots_won"], "lead_sd": versus["over_snapshots"]["sd"]}
    values |= courses.slices(found, name)
    parent.child(
        name,
        {**_params(experiment, name), "fits": len(found["snapshots"]) * candidate["seeds"]},
        {metric: value for metric, value in values.items() if value is not None} | (asdict(cost) if cost else {}),
        {LEVEL: "candidate", "regulars.model": name, "regulars.task": experiment.task},
        courses.snapshots(found, name),
    )


def _params(experiment: config.Experiment, name: str) -> dict[str, Any]:
    """Return what a candidate is configured with; of a variant also of which model, and what it learns from."""
    spec = config.spec_of(experiment, name)
    told = {"model": name, "kind": spec.kind, **spec.parameters}
    if name in experiment.variants:
        variant = experiment.variants[name]
        told |= {"of": variant.of, **{f"training.{key}": value for key, value in variant.training.items()}}
    return told


def _note(found: report.Report) -> str:
    return f"**{found['question']}**\n\n{found['winner']}: {found['why']}."
