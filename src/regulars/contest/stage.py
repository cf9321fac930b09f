"""Fits models on one ledger as of one instant, decides who is the champion, and promotes."""

import datetime as dt
import functools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from regulars import artefact, config, passport, scale, training, windows
from regulars.artefact import Fitted, Task
from regulars.config import ModelSpec, Training
from regulars.contest import checks, configured
from regulars.contest.checks import Check
from regulars.contest.decision import Decision, losers, weigh
from regulars.contest.meeting import OnlyRead, meeting
from regulars.contest.promotion import BY_RULE, Choice, Promotion, change_of, none_answers
from regulars.contest.reports import Found
from regulars.errors import DataError, MissingError, RegularsError
from regulars.home import Home
from regulars.kept_fits import KeptFits
from regulars.ledger import Ledger
from regulars.report import Report, versus
from regulars.tracking import NOBODY, Champion, Change, Named, Registry
from regulars.tracking.registry import WHY
from regulars.tracking.runs import KEY


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
        self._fitted: dict[str, Fitted] = {}

    def train(self, tasks: Sequence[Task], track: scale.Track[Task] = scale.silently) -> list[Promotion]:
        """Promote the default model of each task; its fall-back where the history is too thin for it.

        Raises:
            DataError: the history is too thin for the fall-back of a task as well. The other tasks are promoted first.
        """
        promotions: list[Promotion] = []
        thin: dict[Task, RegularsError] = {}
        for task in track(tasks, "training", len(tasks)):
            try:
                promotions.append(self._default(task))
            except DataError as error:
                thin[task] = error
        if thin:
            raise none_answers(promotions, thin)
        return promotions

    def decide(
        self, found: Found, model: str = "", *, dry: bool = False, live: Mapping[Task, Fitted] | None = None
    ) -> Decision:
        """Return what is to become of the winner of a report, or of its candidate ``model``; change nothing.

        With ``dry`` not even a fit is kept that the contest took. ``live`` are champions in place of the registry's,
        with whom the challenger has to agree.
        """
        report, challenger = found.report, model or found.report["winner"]
        if (spec := self._models.get(challenger)) is None:
            told = f"{challenger} is a variant that only {report['experiment']} knows; write it into models/ first"
            variant = Check("candidate", False, told)
            task, champion = report["task"], self._champion(report["task"])
            return weigh(task, challenger, champion.meta.model if champion else None, [variant], report)
        champion = self._champion(spec.task)
        standing = champion.meta.model if champion else None
        if champion is not None and self._registry.tags(champion).get(KEY) == self._key(spec):
            why = f"{challenger}, fitted on the same data, is the champion already"
            return Decision(spec.task, challenger, standing, "keep", why)
        if champion is not None and standing == challenger and self._unchanged(champion, spec):
            told = f"{challenger} is the champion already, and is fitted anew on what is known by {self._as_of}"
            return Decision(spec.task, challenger, standing, "refresh", told, losers=losers(report, challenger))
        seen = [self._judged(report, spec)]
        if seen[0].passed is None:
            kept = OnlyRead(self._home.fits) if dry else KeptFits(self._home.fits)
            seen = [*self._contest(report, spec, champion, kept), *self._coherent(spec, standing, live or {})]
        return weigh(spec.task, challenger, standing, seen, report)

    def knows(self, challenger: str) -> bool:
        """Return whether it is a model of models/, and no variant, which only its experiment knows."""
        return challenger in self._models

    def comes(self, decision: Decision) -> Fitted | None:
        """Return the model that a decision would make the champion; None where the champion stays."""
        if decision.verb in ("keep", "refuse"):
            return None
        try:
            return self._fit(self._models[decision.challenger])
        except RegularsError:
            return None

    def promote(self, found: Found, choice: Choice = BY_RULE) -> Promotion:
        """Promote the winner of a report if it is good enough, or what ``choice`` says; journal what was done.

        Raises:
            DataError: it is refused or cannot be fitted, and there is no champion to stay.
        """
        with self._registry.alone():
            decision = self.decide(found, choice.model)
            champion = self._champion(decision.task)
            if decision.verb == "keep" and champion is not None:
                self._registry.mend()
                return Promotion(champion, decision.why, reused=True, decision=decision)
            change = change_of(decision, found, choice.force if self.knows(decision.challenger) else "")
            if change.action == "refused":
                return self._refuse(decision, change, champion)
            spec = self._models[decision.challenger]
            try:
                self._fit(spec)
            except RegularsError as error:
                seen = [*decision.checks, checks.unfit(decision.challenger, error)]
                decision = weigh(decision.task, decision.challenger, decision.champion, seen, found.report)
                return self._refuse(decision, change_of(decision, found), champion)
            return Promotion(self._crown(spec, change), change.why, reused=False, decision=decision)

    def _unchanged(self, champion: Champion, spec: ModelSpec) -> bool:
        """Return whether the champion was promoted as ``spec`` is configured now."""
        return configured.unchanged(self._registry.tags(champion), spec)

    @staticmethod
    def _judged(report: Report, spec: ModelSpec) -> Check:
        """Return the check that a challenger fails which was judged with another configuration."""
        if configured.judged(report, spec):
            return Check("candidate", None, "it is configured as it was judged")
        name = report["experiment"]
        told = f"models/{spec.name}/model.toml has changed since {name} was run; run it again: regulars run experiments"
        return Check("candidate", False, f"{told}/{name}")

    def _contest(self, report: Report, spec: ModelSpec, champion: Champion | None, kept: KeptFits) -> list[Check]:
        """Return the checks of a challenger against the champion, or against whoever stands in."""
        against, live = champion.meta.model if champion else None, None
        if champion is not None:
            live = configured.promoted(self._registry.tags(champion))
            if against == spec.name:  # the champion was promoted with another configuration
                against = f"{spec.name} {champion.version}"
                live = live and live.model_copy(update={"name": against})
        elif spec.name != report["winner"]:
            against = report["winner"]  # nobody is champion: the winner of the experiment stands in
        if against is None:
            told = f"there is no champion of {spec.task}, and the experiment held it against {report.get('baseline')}"
            return [Check("better", None, told)]
        try:
            met = meeting(report, spec, against, live, self._ledger, kept)
        except RegularsError as error:
            told = f"{against} cannot be asked the same questions ({error}); --force REASON promotes without"
            return [Check("better", False, told)]
        standing = champion.meta.model if champion else against
        entry, simpler = versus(met, spec.name, against), checks.simpler(spec, standing, list(report["candidates"]))
        return [
            checks.better(entry, against, simpler=simpler),
            checks.slices(entry, against),
            checks.calibrated(met, spec.name, against),
        ]

    def _coherent(self, spec: ModelSpec, standing: str | None, live: Mapping[Task, Fitted]) -> list[Check]:
        if (other := checks.partner(spec.task)) is None:
            return []
        theirs = live.get(other)
        if theirs is None and (champion := self._champion(other)) is not None:
            theirs = artefact.read(champion.folder)
        try:
            found = checks.coherent(self._fit(spec), theirs, self._known)
        except RegularsError as error:
            return [checks.unfit(spec.name, error)]
        if standing is None and found.passed is False:  # an answer that has to be bent is better than none
            return [replace(found, passed=None, said=f"{found.said}; but nobody answers {spec.task} yet")]
        return [found]

    def _champion(self, task: Task) -> Champion | None:
        try:
            return self._registry.champion(task)
        except MissingError:
            return None

    def _refuse(self, decision: Decision, change: Change, champion: Champion | None) -> Promotion:
        standing = Named(champion.meta.model, champion.version) if champion else NOBODY
        self._registry.journal.note(change, Named(decision.challenger), standing)
        if champion is None:
            raise DataError(decision.why)
        return Promotion(champion, decision.why, reused=True, decision=decision)

    def _default(self, task: Task) -> Promotion:
        why: list[str] = []
        thin = DataError(f"the shop is too small for any model of {task}")
        for spec in config.ladder(task):
            if (known := self._n_customers) < spec.fewest_customers:
                why.append(f"{spec.name} wants {spec.fewest_customers} customers and there are {known}")
                continue
            try:
                passed = f"{'; '.join(why)}: so {spec.name} answers" if why else f"the default model of {task}"
                return self._trained(spec, passed)
            except DataError as error:
                thin = error
                why.append(f"{spec.name} cannot be fitted ({error})")
        raise thin

    def _trained(self, spec: ModelSpec, why: str) -> Promotion:
        """Promote a model without a contest; the champion stays where it is the very same."""
        with self._registry.alone():
            champion = self._champion(spec.task)
            if champion is not None and self._registry.tags(champion).get(KEY) == self._key(spec):
                self._registry.mend()
                return Promotion(champion, why, reused=True)
            return Promotion(self._crown(spec, Change("train", spec.task, why)), why, reused=False)

    def _crown(self, spec: ModelSpec, change: Change) -> Champion:
        """Register ``spec`` as it is fitted, and make it the champion."""
        tags = {
            **passport.tags(self._ledger, [spec, self._settings]),
            KEY: self._key(spec),
            WHY: change.why,
            **configured.tags(spec),
            "regulars.experiment": change.run_id,
            "regulars.level": "champion",
        }
        with tempfile.TemporaryDirectory(dir=self._home.staging) as folder:
            fitted = self._fit(spec)
            artefact.write(Path(folder) / spec.name, fitted)
            return self._registry.register(Path(folder) / spec.name, fitted.meta, tags, change)

    def _key(self, spec: ModelSpec) -> str:
        return passport.key(self._ledger, [spec, self._settings], str(self._as_of), str(self._seed))

    def _fit(self, spec: ModelSpec) -> Fitted:
        if spec.name not in self._fitted:
            learn_from = None if spec.task in training.OF_PRODUCTS else self._learn_from
            self._fitted[spec.name] = training.fit(
                spec, self._ledger, self._as_of, self._settings, self._seed, learn_from
            )
        return self._fitted[spec.name]

    @functools.cached_property
    def _models(self) -> dict[str, ModelSpec]:
        """The models of models/ as they are when first asked for: what is judged is what is promoted."""
        return {spec.name: spec for spec in config.read_models()}

    @functools.cached_property
    def _learn_from(self) -> training.TrainSet:
        return training.train_set(self._ledger, self._as_of, self._settings)

    @functools.cached_property
    def _known(self) -> pl.DataFrame:
        """The customers as they are at the cut."""
        table = self._learn_from.features
        return table.filter(pl.col("as_of") == pl.col("as_of").max())

    @functools.cached_property
    def _n_customers(self) -> int:
        """Customers with a line before the cut."""
        known = self._ledger.transactions(before=self._as_of).select(pl.col("customer_id").n_unique())
        return int(known.collect().item())
