"""The windows that parameters are judged on: all over before the first test snapshot."""

import datetime as dt

from regulars import config, splits, training, windows
from regulars.artefact import Task
from regulars.config import Protocol, Training
from regulars.errors import DataError
from regulars.ledger import Ledger
from regulars.search.plan import Search
from regulars.windows import Snapshot, Window


def first_test(ledger: Ledger, task: Task) -> dt.date:
    """Return the earliest test snapshot's day of any experiment on ``task``, each taken to run on ``ledger``.

    The experiments are those beside the models' folder, and one that says nothing but defaults.
    """
    judged = [(Protocol(), Training())]
    for file in sorted(config.models_folder().parent.glob("experiments/*/experiment.toml")):
        experiment = config.read_experiment(file.parent)
        if experiment.task == task:
            judged.append((experiment.protocol, experiment.training))
    return min(_first_test(ledger, *each) for each in judged)


def snapshots(ledger: Ledger, search: Search, before: dt.date) -> list[Snapshot]:
    """Return the validation snapshots, earliest first; every label window ends by ``before`` and in the data.

    Raises:
        DataError: the history is too short for the earliest of them to have a complete train window.
    """
    data = training.span(ledger)
    until = Window(data.start, min(before, data.end))
    try:
        return _rolling(until, search, search.training)
    except DataError:
        raise DataError(_too_short(until, search)) from None


def _rolling(until: Window, search: Search, settings: Training) -> list[Snapshot]:
    tests = splits.Tests(search.validation.n_snapshots, search.validation.step_days)
    return [split.test for split in splits.rolling_splits(until, tests, settings.plan)]


def _too_short(until: Window, search: Search) -> str:
    horizon = search.training.horizon_days
    said = (
        f"the {max(until.days, 0)} days of data before {until.end} are too few for {search.validation.n_snapshots} "
        f"validation snapshots {search.validation.step_days} days apart with a horizon of {horizon} days"
    )
    for shorter in range(horizon - 1, 0, -1):
        try:
            _rolling(until, search, search.training.model_copy(update={"horizon_days": shorter}))
        except DataError:
            continue
        return f"{said}; use --horizon {shorter} or less, or fewer n_snapshots in search.toml"
    return f"{said}; use a later --before, or keep the parameters of model.toml"


def _first_test(ledger: Ledger, protocol: Protocol, settings: Training) -> dt.date:
    last = Snapshot(training.span(ledger).end, settings.horizon_days).moved(-settings.horizon_days)
    return windows.rolling(last, protocol.n_tests, protocol.test_step_days)[0].as_of
