"""Experiments and promotion as commands run them: reuse what is unchanged, record what is new."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from regulars import config, contest, experiment, passport, recording, report, scale
from regulars.artefact import Task
from regulars.contest import Choice, Promotion
from regulars.errors import DataError, RegularsError
from regulars.home import Home
from regulars.kept_fits import KeptFits
from regulars.ledger import Ledger
from regulars.report import Report
from regulars.tracking import Tracker

DEMO = ("churn-001-who-is-leaving", "timing-001-when-will-they-be-back", "recommend-001-what-to-offer")
"""The experiments that the demo runs and the README shows."""


class Ran(NamedTuple):
    """What became of an experiment that was asked for."""

    report: Report
    reused: bool
    """True where nothing had changed since a finished run, whose report this is."""
    n_kept: int
    """Fits that an earlier run had left, and were not done again."""


def run(
    folder: Path, ledger: Ledger, home: Home, *, force: bool = False, track: scale.Track[Any] = scale.silently
) -> Ran:
    """Run the experiment in ``folder``, log it and write its report.json.

    An experiment whose data, configuration and code have not changed since a finished run is not run again, and one
    that was interrupted, or has got another candidate, goes on with the fits that are there; unless ``force``.
    """
    asked = config.read_experiment(folder)
    tracker = Tracker(home)
    key = passport.key(ledger, [asked, *config.specs(asked).values()])
    with tracker.alone(asked.task, key):
        known = None if force else tracker.find(asked.task, key)
        n_kept = 0
        if known is not None:
            found = tracker.report(known)
        else:
            outcome = experiment.run(asked, ledger, track, None if force else KeptFits(home.fits))
            found, n_kept = report.build(outcome, ledger), outcome.n_kept
            recording.record(outcome, found, ledger, tracker, key)
        report.write(found, folder / "report.json")
    return Ran(found, known is not None, n_kept)


def promote(
    home: Home,
    ledger: Ledger,
    tasks: Sequence[Task],
    runs: Sequence[str] = (),
    as_of: dt.date | None = None,
    track: scale.Track[Any] = scale.silently,
    choice: Choice = contest.BY_RULE,
) -> list[Promotion]:
    """Promote the winner of the named runs, or of the newest experiment of each task, if it is good enough.

    What keeps one task's challenger from it does not keep the others.

    Raises:
        DataError: a challenger is refused and its task has no champion. The other tasks are done first.
    """
    promotions: list[Promotion] = []
    unanswered: dict[Task, RegularsError] = {}
    asked = contest.entered(home, ledger, tasks, runs, as_of, choice.model)
    for each in track(asked, "promoting", len(asked)):
        try:
            promotions.append(each.stage.promote(each.found, choice))
        except DataError as error:
            unanswered[each.found.report["task"]] = error
    if unanswered:
        raise contest.none_answers(promotions, unanswered)
    return promotions
