"""Experiments and promotion as commands run them: reuse what is unchanged, record what is new."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from regulars import config, contest, experiment, passport, recording, report, scale
from regulars.artefact import Task
from regulars.contest import Contest, Promotion
from regulars.errors import ConfigError
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.report import Report
from regulars.tracking import Tracker


def run(
    folder: Path, ledger: Ledger, home: Home, *, force: bool = False, track: scale.Track[Any] = scale.silently
) -> tuple[Report, bool]:
    """Run the experiment in ``folder``, log it and write its report.json; return the report, and whether it was reused.

    An experiment whose data, configuration and code have not changed since a finished run is not run again,
    unless ``force``.
    """
    asked = config.read_experiment(folder)
    tracker = Tracker(home)
    key = passport.key(ledger, [asked, *(config.read_model(name) for name in asked.models)])
    known = None if force else tracker.find(asked.task, key)
    if known is not None:
        found = tracker.report(known)
    else:
        outcome = experiment.run(asked, ledger, track)
        found = report.build(outcome, ledger)
        recording.record(outcome, found, ledger, tracker, key)
    report.write(found, folder / "report.json")
    return found, known is not None


def promote(
    home: Home,
    ledger: Ledger,
    tasks: Sequence[Task],
    runs: Sequence[str] = (),
    as_of: dt.date | None = None,
    track: scale.Track[Any] = scale.silently,
) -> list[Promotion]:
    """Promote the winner of the named runs, or of the newest experiment of each task."""
    found = contest.newest_reports(Tracker(home), tasks, runs, ledger.fingerprint)
    contests: dict[config.Training, Contest] = {}
    promotions: list[Promotion] = []
    for each in found:
        if each["data"]["fingerprint"] != ledger.fingerprint:
            raise ConfigError(
                f"{each['experiment']} was run on other data than {ledger.path}; run it on this ledger first: "
                f"regulars run experiments/{each['experiment']} --ledger {ledger.path}"
            )
    for each in track(found, "promoting", len(found)):
        settings = config.Training.model_validate(each["training"])
        stage = contests.setdefault(settings, Contest(home, ledger, as_of, settings))
        promotions.append(stage.promote(each))
    return promotions
