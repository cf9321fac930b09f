"""From a model to a champion: fitted as of an instant, registered, promoted; or the reason why not."""

import datetime as dt
import functools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from regulars import artefact, config, passport, scale, training, windows
from regulars.artefact import Fitted, Task
from regulars.config import ModelSpec, Training
from regulars.errors import DataError, MissingError
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.tracking import Champion, Registry, Tracker
from regulars.tracking.runs import KEY


@dataclass(frozen=True)
class Promotion:
    """What became of one task."""

    champion: Champion
    why: str
    """Why this model, as a sentence for people."""
    reused: bool
    """True where the same model, fitted on the same data, was the champion already."""

    def summary(self) -> dict[str, Any]:
        """Return what a command prints about it."""
        meta = self.champion.meta
        return {
            "task": meta.task, "model": meta.model, "version": self.champion.version, "source": meta.source,
            "as_of": str(meta.as_of), "horizon_days": meta.horizon_days, "reused": self.reused, "why": self.why,
        }  # fmt: skip


class Contest:
    """Fits models on one ledger as of one instant and promotes them in one home."""

    def __init__(self, home: Home, ledger: Ledger, as_of: dt.date | None, settings: Training, seed: int = 0) -> None:
        """Promote in ``home`` what is fitted on ``ledger`` as of ``as_of`` (default: the day after its data)."""
        self._home = home
        self._ledger = ledger
        self._as_of = as_of or windows.after(ledger.data_through)
        self._settings = settings
        self._seed = seed
        self._registry = Registry(home)
        self._learn_from: training.TrainSet | None = None

    def train(self, tasks: Sequence[Task], track: scale.Track[Task] = scale.silently) -> list[Promotion]:
        """Promote the default model of each task; its fall-back where the history is too thin for it.

        Raises:
            DataError: the history is too thin for the fall-back of a task as well. The other tasks are promoted first.
        """
        promotions: list[Promotion] = []
        thin: dict[Task, DataError] = {}
        for task in track(tasks, "training", len(tasks)):
            try:
                promotions.append(self._default(task))
            except DataError as error:
                thin[task] = error
        if thin:
            raise _without_champion(promotions, thin)
        return promotions

    def promote(self, report: Mapping[str, Any]) -> Promotion:
        """Promote the winner of ``report``."""
        return self._crown(config.read_model(report["winner"]), report["why"])

    def _default(self, task: Task) -> Promotion:
        why: list[str] = []
        thin = DataError(f"the shop is too small for any model of {task}")
        for spec in config.ladder(task):
            if (known := self._n_customers) < spec.fewest_customers:
                why.append(f"{spec.name} wants {spec.fewest_customers} customers and there are {known}")
                continue
            try:
                passed = f"{'; '.join(why)}: so {spec.name} answers" if why else f"the default model of {task}"
                return self._crown(spec, passed)
            except DataError as error:
                thin = error
                why.append(f"{spec.name} cannot be fitted ({error})")
        raise thin

    @functools.cached_property
    def _n_customers(self) -> int:
        """Customers with a line before the cut."""
        known = self._ledger.transactions(before=self._as_of).select(pl.col("customer_id").n_unique())
        return int(known.collect().item())

    def _crown(self, spec: ModelSpec, why: str) -> Promotion:
        key = passport.key(self._ledger, [spec, self._settings], str(self._as_of), str(self._seed))
        try:
            champion = self._registry.champion(spec.task)
            if self._registry.tags(champion).get(KEY) == key:
                return Promotion(champion, why, reused=True)
        except MissingError:
            pass
        tags = {
            **passport.tags(self._ledger, [spec, self._settings]),
            KEY: key,
            "regulars.why": why,
            "regulars.level": "champion",
        }
        with tempfile.TemporaryDirectory(dir=self._home.staging) as folder:
            fitted = self._fit(spec)
            artefact.write(Path(folder) / spec.name, fitted)
            return Promotion(self._registry.register(Path(folder) / spec.name, fitted.meta, tags), why, reused=False)

    def _fit(self, spec: ModelSpec) -> Fitted:
        if spec.task not in training.OF_PRODUCTS and self._learn_from is None:
            self._learn_from = training.train_set(self._ledger, self._as_of, self._settings)
        return training.fit(spec, self._ledger, self._as_of, self._settings, self._seed, self._learn_from)


def _without_champion(promotions: Sequence[Promotion], thin: Mapping[Task, DataError]) -> DataError:
    """Return the error that says which tasks nobody can answer, and which have their champions none the less."""
    if not promotions and len({str(error) for error in thin.values()}) == 1:
        return next(iter(thin.values()))
    done = [promotion.champion.meta.task for promotion in promotions]
    reasons = "; ".join(f"nothing answers {task}: {error}" for task, error in thin.items())
    return DataError(f"{reasons}; promoted: {', '.join(done) or 'nothing'}")


def newest_reports(
    tracker: Tracker, tasks: Sequence[Task], runs: Sequence[str] = (), fingerprint: str | None = None
) -> list[dict[str, Any]]:
    """Return the reports of the named parent runs, or of the newest experiment of each task that has one.

    With ``fingerprint``, those of experiments on other data are passed over where no run is named.

    Raises:
        MissingError: there is none.
    """
    every = [[run for run in tracker.parents(task) if _on(run, fingerprint)] for task in tasks]
    ids = list(runs) or [found[0]["run_id"] for found in every if found]
    if not ids:
        raise MissingError(
            "no experiment has been run yet; run one with: regulars run experiments/churn-001-who-is-leaving"
        )
    return [report for report in map(tracker.report, ids) if report["task"] in tasks]


def _on(run: Mapping[str, Any], fingerprint: str | None) -> bool:
    return fingerprint is None or run["tags"].get("regulars.fingerprint") == fingerprint
