"""An experiment's outcome in MLflow: a parent run with report and pictures, a child a fit."""

from regulars import passport, report
from regulars.config import read_model
from regulars.experiment import Outcome
from regulars.judging import Verdict
from regulars.ledger import Ledger
from regulars.manifest import Section
from regulars.recording.pictures import TITLES, Pictures
from regulars.tracking import ParentRun, Tracker
from regulars.tracking.runs import KEY, WINNER

__all__ = ["LEVEL", "TITLES", "Pictures", "config_of", "record"]

LEVEL = "regulars.level"
"""Tag that tells runs apart: experiment, candidate, fit, champion."""


def config_of(outcome: Outcome) -> list[Section]:
    """Return everything configured that the outcome depends on."""
    return [outcome.experiment, *(read_model(name) for name in outcome.experiment.models)]


def record(outcome: Outcome, found: report.Report, ledger: Ledger, tracker: Tracker, key: str) -> str:
    """Log ``outcome`` and its report; return the id of the parent run."""
    experiment = outcome.experiment
    tags = {
        **passport.tags(ledger, config_of(outcome)),
        WINNER: found["winner"],
        LEVEL: "experiment",
        "mlflow.note.content": _note(found),
    }
    with tracker.experiment(experiment.task, experiment.name, tags) as parent:
        for verdict in outcome.verdicts:
            _fit(parent, verdict)
        for name in experiment.models:
            _candidate(parent, found, name)
        parent.dataset(
            "ledger",
            ledger.fingerprint,
            {"lines": ledger.manifest.n_lines, "customers": ledger.manifest.n_customers},
        )
        parent.log({"models": ", ".join(experiment.models), **found["protocol"], **found["training"]})
        parent.json("report.json", found)
        for file, figure in Pictures(outcome, found, ledger.manifest.currency).all().items():
            parent.figure(file, figure)
        parent.tag(KEY, key)
    return parent.run_id


def _fit(parent: ParentRun, verdict: Verdict) -> None:
    spec = read_model(verdict.model)
    parent.child(
        f"{verdict.model} {verdict.as_of} seed {verdict.seed}",
        {
            "model": spec.name,
            "kind": spec.kind,
            "as_of": verdict.as_of,
            "seed": verdict.seed,
            **spec.parameters,
        },
        verdict.metrics,
        {LEVEL: "fit", "regulars.model": spec.name, "regulars.as_of": str(verdict.as_of), "regulars.task": spec.task},
    )


def _candidate(parent: ParentRun, found: report.Report, name: str) -> None:
    """Log a candidate as a whole, so that candidates stand side by side: means, intervals, lead over the baseline."""
    spec, candidate = read_model(name), found["candidates"][name]
    values = {metric: spread["mean"] for metric, spread in candidate["metrics"].items()}
    for metric, interval in candidate["intervals"].items():
        values |= {f"{metric}_{end}": interval[end] for end in ("low", "high")}
    if name in found["against_baseline"]:
        versus = found["against_baseline"][name]
        values |= {"lead": versus["better_by"], "lead_low": versus["low"], "lead_high": versus["high"]}
        values |= {"snapshots_won": versus["snapshots_won"], "lead_sd": versus["over_snapshots"]["sd"]}
    parent.child(
        name,
        {"model": name, "kind": spec.kind, "fits": len(found["snapshots"]) * candidate["seeds"], **spec.parameters},
        {metric: value for metric, value in values.items() if value is not None},
        {LEVEL: "candidate", "regulars.model": name, "regulars.task": spec.task},
    )


def _note(found: report.Report) -> str:
    return f"**{found['question']}**\n\n{found['winner']}: {found['why']}."
