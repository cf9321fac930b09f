"""The reports that are compared: from MLflow's runs, or from the folders of experiments."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from regulars import artefact, report
from regulars.errors import ConfigError, DataError, MissingError, did_you_mean
from regulars.home import Home
from regulars.judging import Cost
from regulars.report import Report
from regulars.tracking import Tracker, family

ROOT = Path(__file__).parents[3] / "experiments"
"""The experiments of this checkout."""


@dataclass(frozen=True)
class Source:
    """A report, and what is known beside it."""

    report: Report
    run_id: str | None = None
    """The MLflow run that it comes from."""
    costs: Mapping[str, Cost] = field(default_factory=dict)
    """What each candidate's fits took, their means; only MLflow knows, as it is no result."""

    @property
    def name(self) -> str:
        """Name of the experiment."""
        return str(self.report["experiment"])


def _warn(said: str) -> None:
    warnings.warn(said, stacklevel=5)  # whoever called regulars.compare


def find(names: Sequence[str | Path], home: Home, tell: Callable[[str], None] = _warn) -> list[Source]:
    """Return the experiments that are named by run id, folder or name; without any, the newest of each task.

    A folder's report.json that is that of a run in ``home`` has the costs of that run. Without names, an experiment
    whose report cannot be used is left out, and ``tell`` is given a sentence with what renews it.

    Raises:
        MissingError: there is no such experiment, or it has no report yet.
        ConfigError: a report that is named is of an older format, or without names all are.
        DataError: in the same way, a report is damaged.
    """
    if not names:
        return _usable(_newest(home), home, tell)
    found: list[Source] = []
    for name in names:
        folder = _folder(name)
        each = _of_folder(folder, home) if folder else _of_run(str(name), home)
        if all(each.report != other.report for other in found):
            found.append(each)
    return found


def _newest(home: Home) -> list[str]:
    tracker = Tracker(home)
    ids = [found[0]["run_id"] for task in artefact.TASKS if (found := tracker.parents(task))]
    if not ids:
        raise MissingError(
            "no experiment has been run yet; run one with: regulars run experiments/churn-001-who-is-leaving"
        )
    return ids


def _usable(run_ids: Sequence[str], home: Home, tell: Callable[[str], None]) -> list[Source]:
    """Return the runs with a report that can be compared; what keeps the others out is told, or raised for all."""
    found: list[Source] = []
    faults: list[ConfigError | DataError] = []
    for run_id in run_ids:
        try:
            found.append(_of_run(run_id, home))
        except (ConfigError, DataError) as error:
            faults.append(error)
    if not found:
        raise faults[0]
    for fault in faults:
        tell(f"left out: {fault}")
    return found


def _folder(name: str | Path) -> Path | None:
    """Return the folder of an experiment by its path or its name; None where it is neither."""
    places = [Path(name), Path("experiments") / name, ROOT / name]
    return next((place for place in places if (place / "experiment.toml").is_file()), None) or next(
        (place for place in places if (place / "report.json").is_file()), None
    )


def _of_folder(folder: Path, home: Home) -> Source:
    found = report.read(folder / "report.json")
    report.check(found, str(folder), str(folder / "report.json"))
    run_id = _run_of(found, home)
    return Source(found, run_id, _costs(home, run_id) if run_id else {})


def _of_run(run_id: str, home: Home) -> Source:
    try:
        found = Tracker(home).report(run_id)
    except MissingError as error:
        known = [folder.name for folder in (*Path("experiments").glob("*/"), *ROOT.glob("*/"))]
        raise MissingError(
            f"no experiment has the run id {run_id!r}, and none in experiments/ that name"
            f"{did_you_mean(run_id, known)}; name a folder such as experiments/churn-001-who-is-leaving"
        ) from error
    report.check(found, file=f"report.json of run {run_id}")
    return Source(found, run_id, _costs(home, run_id))


def _run_of(found: Report, home: Home) -> str | None:
    """Return the newest run in ``home`` that gave exactly this report."""
    if not _tracks(home):
        return None
    tracker = Tracker(home)
    runs = [run["run_id"] for run in tracker.parents(found["task"]) if run["name"] == found["experiment"]]
    return next((run_id for run_id in runs if _same(tracker, run_id, found)), None)


def _tracks(home: Home) -> bool:
    """Return whether anything was tracked: to look it up makes a database where there is none."""
    return not home.tracking_uri.startswith("sqlite:///") or Path(home.tracking_uri.removeprefix("sqlite:///")).exists()


def _same(tracker: Tracker, run_id: str, found: Report) -> bool:
    try:
        return tracker.report(run_id) == found
    except MissingError:
        return False


def _costs(home: Home, run_id: str) -> dict[str, Cost]:
    return {name: cost for name, metrics in family.candidates(home, run_id).items() if (cost := _cost(metrics))}


def _cost(metrics: Mapping[str, Any]) -> Cost | None:
    names = [each.name for each in fields(Cost)]
    return Cost(**{name: metrics[name] for name in names}) if all(name in metrics for name in names) else None
