"""The contests that a promotion consists of: each report with the stage on which its winner is fitted."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from regulars.artefact import Task
from regulars.config import Training
from regulars.contest import reports
from regulars.contest.reports import Found
from regulars.contest.stage import Contest
from regulars.errors import ConfigError
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.tracking import Tracker


class Entered(NamedTuple):
    """A report, and where its winner is fitted and held against the champion."""

    stage: Contest
    found: Found


def entered(
    home: Home,
    ledger: Ledger,
    tasks: Sequence[Task],
    runs: Sequence[str] = (),
    as_of: dt.date | None = None,
    model: str = "",
) -> list[Entered]:
    """Return what is to be promoted on ``ledger``: the named runs, or the newest experiment of each task.

    With ``model``, those that have it as a candidate.

    Raises:
        MissingError: there is no such run, experiment or candidate.
        ConfigError: a named run is of other data.
    """
    found = reports.newest(Tracker(home), tasks, runs, ledger.fingerprint)
    found = reports.with_candidate(found, model) if model else found
    for each in found:
        if each.report["data"]["fingerprint"] != ledger.fingerprint:
            name = each.report["experiment"]
            raise ConfigError(
                f"{name} was run on other data than {ledger.path}; run it on this ledger first: "
                f"regulars run experiments/{name} --ledger {ledger.path}"
            )
    stages: dict[Training, Contest] = {}
    return [Entered(_stage(each, stages, home, ledger, as_of), each) for each in found]


def _stage(found: Found, stages: dict[Training, Contest], home: Home, ledger: Ledger, as_of: dt.date | None) -> Contest:
    """Return the stage of a report; those that learn from the same share it."""
    settings = Training.model_validate(found.report["training"])
    if settings not in stages:
        stages[settings] = Contest(home, ledger, as_of, settings)
    return stages[settings]
