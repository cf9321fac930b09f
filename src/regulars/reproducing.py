"""An experiment done again from what was recorded of it, and held against its numbers.

A run brings its whole configuration (``config.json``); an experiment's folder has it in ``experiment.toml`` and the
models. Nothing that an earlier run left is used, and nothing is written.
"""

import contextlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from regulars import config, experiment, passport, report, scale
from regulars.config import Experiment, ModelSpec
from regulars.config.instead import models_instead
from regulars.errors import ConfigError, DataError, MissingError
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.tracking import Tracker

TOLERANCE = 1e-6
"""Of a number up to 1 in size, and a part of a larger one; reports are rounded to six decimals."""

_COMPARED = ("winner", "candidates", "against_baseline", "winner_against", "pairs", "snapshots", "data")
_COSTS = ("fit_seconds", "answer_seconds", "model_mb")
"""What no two runs have alike."""


class Difference(NamedTuple):
    """A number that did not come out the same."""

    path: str
    """Where it stands in report.json, such as ``candidates.churn_hazard.metrics.auc.mean``."""
    then: Any
    now: Any
    by: float
    """The absolute difference, as a part of the recorded number where that is above 1; infinite where one is none."""


@dataclass(frozen=True)
class Reproduction:
    """What came of doing an experiment again."""

    name: str
    n_compared: int
    """Numbers that both reports have."""
    n_unmatched: int
    """Numbers that only one of them has, since they were written by different versions of regulars."""
    differences: list[Difference]
    """Every number that is not exactly the same, the largest difference first."""
    tolerance: float
    passport: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What the two runs were not made with alike: name -> then and now. A folder's report.json does not say."""

    @property
    def beyond(self) -> list[Difference]:
        """The differences beyond the tolerance."""
        return [each for each in self.differences if each.by > self.tolerance]

    @property
    def same(self) -> bool:
        """Whether there were numbers to compare, and none is off."""
        return self.n_compared > 0 and not self.beyond

    def summary(self) -> dict[str, Any]:
        """Return what a command prints."""
        largest = self.differences[0].by if self.differences else 0.0
        return {
            "experiment": self.name,
            "reproduced": self.same,
            "tolerance": self.tolerance,
            "compared": self.n_compared,
            "unmatched": self.n_unmatched,
            "largest_difference": largest if math.isfinite(largest) else None,
            "beyond": [
                {"number": each.path, "then": each.then, "now": each.now} for each in self.beyond
            ],
            "passport": {name: {"then": then, "now": now} for name, (then, now) in self.passport.items()},
        }  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """An experiment and what it found."""

    experiment: Experiment
    report: Mapping[str, Any]
    models: Mapping[str, ModelSpec] | None = None
    """What was tried; None for the models of ``models/``."""
    tags: Mapping[str, str] | None = None
    """The passport of the run; None for a folder."""


def reproduce(
    what: str, ledger: Ledger, home: Home, tolerance: float = TOLERANCE, track: scale.Track[Any] = scale.silently
) -> Reproduction:
    """Do an experiment again on ``ledger`` and compare every number that it reported.

    Args:
        what: an experiment's folder, or the id of a parent run in ``home``.
        ledger: the shop that it was run on.
        home: where runs are.
        tolerance: how far a number may be off.
        track: shows progress.

    Raises:
        MissingError: there is no such run or report, or the ledger holds other data.
        ConfigError: the experiment was changed after its report was written.
        DataError: the run is of another version, whose configuration this one cannot read.
    """
    recorded = of_folder(Path(what)) if Path(what).is_dir() else of_run(what, Tracker(home))
    _check_data(what, recorded.report, ledger)
    with _models(recorded):
        found = report.build(experiment.run(recorded.experiment, ledger, track), ledger)
        made_with = [recorded.experiment, *config.specs(recorded.experiment).values()]
    differing = passport.differences(recorded.tags, passport.tags(ledger, made_with)) if recorded.tags else {}
    return compare(recorded.experiment.name, recorded.report, found, tolerance, differing)


def of_run(run_id: str, tracker: Tracker) -> Recorded:
    """Return what the parent run ``run_id`` recorded."""
    found, tags = tracker.report(run_id), tracker.tags(run_id)
    try:
        told = tracker.document(run_id, passport.CONFIG)
    except MissingError as error:
        raise MissingError(
            f"run {run_id} was made before configurations were kept; name its folder instead: "
            f"experiments/{found['experiment']}"
        ) from error
    try:
        models = {name: ModelSpec.model_validate(spec) for name, spec in told["models"].items()}
        return Recorded(Experiment.model_validate(told["experiment"]), found, models, tags)
    except ValidationError as error:
        raise DataError(
            f"run {run_id} was made with version {tags.get('regulars.version')} of regulars, whose configuration this "
            f"version cannot read; check out {tags.get('regulars.commit')} and reproduce it there"
        ) from error


def of_folder(folder: Path) -> Recorded:
    """Return what the experiment in ``folder`` asks, and what its report.json says."""
    asked, file = config.read_experiment(folder), folder / "report.json"
    if not file.is_file():
        raise MissingError(f"no report.json in {folder}; there is nothing to reproduce before: regulars run {folder}")
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        then = {**found["protocol"], **found["training"], "candidates": sorted(found["candidates"])}
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{file} is damaged; write it again with: regulars run {folder}") from error
    sections = {**asked.protocol.model_dump(mode="json"), **asked.training.model_dump(mode="json")}
    now = {**sections, "candidates": sorted(asked.models)}
    changed = [
        f"{name}: {then[name]} then, {now[name]} now" for name in then if then[name] != now.get(name, then[name])
    ]
    if changed:
        raise ConfigError(
            f"{folder}/experiment.toml was changed after report.json was written ({'; '.join(changed)}); "
            f"run it again: regulars run {folder}"
        )
    return Recorded(asked, found)


def compare(
    name: str,
    then: Mapping[str, Any],
    now: Mapping[str, Any],
    tolerance: float = TOLERANCE,
    differing: Mapping[str, tuple[str, str]] | None = None,
) -> Reproduction:
    """Compare two reports, number by number, in what both of them have.

    >>> compare("a", {"candidates": {"x": {"auc": 0.7}}}, {"candidates": {"x": {"auc": 0.8}}}).beyond[0].path
    'candidates.x.auc'
    """
    before, after = dict(_leaves(then)), dict(_leaves(now))
    shared = [path for path in before if path in after]
    told = (Difference(path, before[path], after[path], _apart(before[path], after[path])) for path in shared)
    differences = sorted((each for each in told if each.by > 0), key=lambda each: -each.by)
    n_unmatched = len(before) + len(after) - 2 * len(shared)
    return Reproduction(name, len(shared), n_unmatched, differences, tolerance, differing or {})


def _leaves(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the numbers of a report, and its winner, each with its path."""
    stack = [(name, found[name]) for name in reversed(_COMPARED) if name in found]
    while stack:
        path, value = stack.pop()
        if isinstance(value, Mapping):
            stack += [(f"{path}.{name}", each) for name, each in value.items() if name not in _COSTS]
        elif isinstance(value, list):
            stack += [(f"{path}.{number}", each) for number, each in enumerate(value)]
        elif path == "winner" or value is None or isinstance(value, int | float):
            yield path, value


def _apart(then: Any, now: Any) -> float:
    if then == now:
        return 0.0
    if isinstance(then, str) or then is None or now is None:
        return math.inf
    apart: float = abs(then - now) / max(1.0, abs(then))
    return round(apart, 12)  # what rounding to six decimals may leave is 1e-6 exactly


def _check_data(what: str, found: Mapping[str, Any], ledger: Ledger) -> None:
    """Refuse other data than the report is about."""
    data = found["data"]
    if data["fingerprint"] == ledger.fingerprint:
        return
    held, shop = ledger.manifest, found.get("shop", "complete-journey")
    raise MissingError(
        f"{what} was run on other data ({data['lines']:,} lines of {data['customers']:,} customers, "
        f"{data['first_day']} to {data['last_day']}, fingerprint {data['fingerprint'][:12]}) than {ledger.path} holds "
        f"({held.n_lines:,} lines of {held.n_customers:,} customers, fingerprint {ledger.fingerprint[:12]}); "
        f"read the shop with: regulars ingest --preset {shop} --ledger DIR (docs/sources.md), and name it by --ledger"
    )


def _models(recorded: Recorded) -> contextlib.AbstractContextManager[None]:
    """Let the recorded models take the place of ``models/``."""
    if recorded.models is None:
        return contextlib.nullcontext()
    variants = recorded.experiment.variants
    return models_instead(spec for name, spec in recorded.models.items() if name not in variants)
