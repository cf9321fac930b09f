"""Which experiments a promotion goes by: those named, or the newest of each task."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from regulars.artefact import Task
from regulars.errors import MissingError, did_you_mean
from regulars.report import Report
from regulars.tracking import Tracker


class Found(NamedTuple):
    """A report, and the parent run that it comes from."""

    run_id: str
    report: Report


def newest_reports(
    tracker: Tracker, tasks: Sequence[Task], runs: Sequence[str] = (), fingerprint: str | None = None
) -> list[Report]:
    """Return the reports of the named parent runs, or of the newest experiment of each task that has one.

    With ``fingerprint``, those of experiments on other data are passed over where no run is named.

    Raises:
        MissingError: there is none, or a named run is of another task.
    """
    return [each.report for each in newest(tracker, tasks, runs, fingerprint)]


def newest(
    tracker: Tracker, tasks: Sequence[Task], runs: Sequence[str] = (), fingerprint: str | None = None
) -> list[Found]:
    """Return what :func:`newest_reports` does, each report with its run."""
    if runs:
        return [_named(tracker, run_id, tasks) for run_id in dict.fromkeys(runs)]
    every = [tracker.parents(task) for task in tasks]
    here = [[run for run in found if _on(run, fingerprint)] for found in every]
    ids = [found[0]["run_id"] for found in here if found]
    if not ids:
        told = "was run on the data of this ledger" if any(every) else "has been run yet"
        asked = f"of {tasks[0]} " if len(tasks) == 1 else ""
        raise MissingError(
            f"no experiment {asked}{told}; run one with: regulars run experiments/churn-001-who-is-leaving"
        )
    return [Found(run_id, tracker.report(run_id)) for run_id in ids]


def with_candidate(found: Sequence[Found], model: str) -> list[Found]:
    """Return the reports that have ``model`` among their candidates.

    Raises:
        MissingError: none has.
    """
    those = [each for each in found if model in each.report["candidates"]]
    if not those:
        known = [name for each in found for name in each.report["candidates"]]
        raise MissingError(
            f"no candidate of these experiments is called {model!r}{did_you_mean(model, known)}; "
            f"there are {', '.join(known)}"
        )
    return those


def _named(tracker: Tracker, run_id: str, tasks: Sequence[Task]) -> Found:
    """Return a named run, which must be of one of ``tasks``."""
    report = tracker.report(run_id)
    if report["task"] not in tasks:
        raise MissingError(f"run {run_id} is of {report['task']}, not of {', '.join(tasks)}; leave --task out")
    return Found(run_id, report)


def _on(run: Mapping[str, Any], fingerprint: str | None) -> bool:
    return fingerprint is None or run["tags"].get("regulars.fingerprint") == fingerprint
