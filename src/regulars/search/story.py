"""A search from its first trial to the comparison of what it found with what there was."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from regulars import judging, passport, scale
from regulars.config import ModelSpec
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.search import plan, study, validation
from regulars.search.judge import Judge
from regulars.search.lead import Lead, lead
from regulars.search.plan import Budget, Search
from regulars.search.study import Parameters, Study, Trial
from regulars.windows import Snapshot

Tell = Callable[[Trial, Trial], None]
"""Called after each trial with it and the best so far."""


@dataclass(frozen=True)
class Asked:
    """A search before it begins."""

    spec: ModelSpec
    search: Search
    ledger: Ledger
    before: dt.date
    """No label window reaches past it."""

    @cached_property
    def snapshots(self) -> list[Snapshot]:
        """The validation snapshots, earliest first."""
        return validation.snapshots(self.ledger, self.search, self.before)

    @cached_property
    def first_test(self) -> dt.date:
        """The first test snapshot of the task's experiments: what reaches past it is no longer theirs to judge."""
        return validation.first_test(self.ledger, self.spec.task)

    @cached_property
    def present(self) -> Parameters:
        """The values that the searched parameters have in model.toml."""
        return plan.present(self.spec, self.search)

    @cached_property
    def name(self) -> str:
        """The study's name: other data, code, windows, space or fixed parameters make another."""
        fixed = {name: value for name, value in self.spec.parameters.items() if name not in self.search.space}
        spec = self.spec.model_copy(update={"parameters": fixed, "summary": "", "role": "challenger"})
        search = self.search.model_copy(update={"budget": Budget()})
        days = [str(snapshot.as_of) for snapshot in self.snapshots]
        return f"{self.spec.name} {passport.key(self.ledger, [spec, search], *days)[:16]}"


@dataclass(frozen=True)
class Found:
    """What a search found."""

    asked: Asked
    trials: tuple[Trial, ...]
    """Every trial that was judged, in this call and before."""
    present: Trial
    """The parameters of model.toml."""
    best: Trial
    """The best parameters; the present ones where none are better."""
    lead: Lead | None
    """How far the best are ahead of the present ones on new seeds; None where they are the same."""

    @property
    def key(self) -> str:
        """Names this state of the search."""
        return f"{self.asked.name} {len(self.trials)} {self.present.number}"

    def summary(self) -> dict[str, Any]:
        """Return everything found as JSON takes it."""
        asked = self.asked
        return {
            "model": asked.spec.name,
            "study": asked.name,
            "metric": asked.search.metric,
            "higher_is_better": judging.HIGHER_IS_BETTER[asked.search.metric],
            "before": str(asked.before),
            "horizon_days": asked.search.training.horizon_days,
            "snapshots": [str(snapshot.as_of) for snapshot in asked.snapshots],
            "seeds": list(asked.search.validation.seeds),
            "present": _told(self.present),
            "best": _told(self.best),
            "lead": {**vars(self.lead), "beyond_noise": self.lead.beyond_noise} if self.lead else None,
            "trials": [_told(trial) for trial in self.trials],
            "fingerprint": asked.ledger.fingerprint,
        }


def ask(
    spec: ModelSpec,
    ledger: Ledger,
    before: dt.date | None,
    horizon_days: int | None = None,
    budget: Budget | None = None,
) -> Asked:
    """Return the search of ``spec`` as search.toml says, with what is given in its place.

    Args:
        spec: the model.
        ledger: the shop.
        before: the end of every label window; by default the first test snapshot of the task's experiments.
        horizon_days: instead of the one in search.toml.
        budget: instead of the one in search.toml.

    Raises:
        MissingError: the model has no search.toml.
        ConfigError: it is not valid.
        DataError: the history is too short.
    """
    search = plan.read(spec)
    if horizon_days is not None:
        training = search.training.model_copy(update={"horizon_days": horizon_days})
        search = search.model_copy(update={"training": training})
    search = search.model_copy(update={"budget": budget or search.budget})
    asked = Asked(spec, search, ledger, before or validation.first_test(ledger, spec.task))
    return replace(asked, before=min(asked.before, max(s.future.end for s in asked.snapshots)))


def run(asked: Asked, home: Home, track: scale.Track[Trial] = scale.silently, tell: Tell | None = None) -> Found:
    """Search until the budget is spent, going on where an earlier call stopped.

    Interrupted at any time, it loses the running trial only; called again, it begins that trial anew.

    Raises:
        ConfigError: this very search is running already.
        DataError: there is too little to learn from.
    """
    judge = Judge(asked.spec, asked.ledger, asked.search.training, asked.search.metric)
    seeds, places = asked.search.validation.seeds, study.order(len(asked.snapshots))

    def score(parameters: Parameters, step: int) -> float:
        return judge.value(judge.verdicts(parameters, asked.snapshots[places[step]], seeds))

    with study.opened(home, asked.name, asked.search, asked.present) as running:
        total = max(asked.search.budget.trials - len(running.trials()), 0)
        for trial in track(_advance(running, score, asked.search.budget), f"searching {asked.spec.name}", total):
            if tell is not None:
                tell(trial, running.best() or trial)
        trials, (present, best) = running.trials(), running.compared()
    ahead = None
    if best.parameters != present.parameters:
        ahead = lead(judge, asked.snapshots, best.parameters, present.parameters, seeds)
    return Found(asked, tuple(trials), present, best, ahead)


def _advance(running: Study, score: study.Score, budget: Budget) -> Iterator[Trial]:
    """Judge trials until the budget is spent; the present parameters are judged in any case."""
    ends = time.perf_counter() + 60.0 * budget.minutes
    while running.present() is None or (len(running.trials()) < budget.trials and time.perf_counter() < ends):
        yield running.advance(score)


def _told(trial: Trial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "state": trial.state,
        "value": trial.value if trial.state == "complete" else None,
        "scores": list(trial.scores),
        "parameters": dict(trial.parameters),
    }
