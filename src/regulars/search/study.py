"""Optuna's study of one search: opened again where it was left, and moved on trial by trial."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import filelock
import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from regulars.errors import ConfigError, MissingError
from regulars.home import Home
from regulars.judging import HIGHER_IS_BETTER
from regulars.search.plan import Search, Value

optuna.logging.set_verbosity(optuna.logging.ERROR)

Parameters = Mapping[str, Value]
Score = Callable[[Parameters, int], float]
"""The metric of parameters at a step: the number of the validation snapshot in the order of judging."""

N_UNPRUNED = 5
"""Complete trials before any is cut short."""

_STATES: Mapping[TrialState, Literal["complete", "pruned"]] = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
}


@dataclass(frozen=True)
class Trial:
    """Parameters that were tried, and what came of it."""

    number: int
    """Its number in Optuna's study; failed and interrupted trials leave gaps."""
    state: Literal["complete", "pruned"]
    """``pruned`` where the first snapshots were bad enough to leave it there."""
    parameters: Parameters
    """The values that were judged."""
    scores: tuple[float, ...]
    """The metric at each snapshot, in the order of judging."""

    @property
    def value(self) -> float:
        """The mean of the scores; of a pruned trial it is over fewer snapshots, and compares with no other."""
        return float(np.mean(self.scores))


class Study:
    """A search's trials, in Optuna's database."""

    def __init__(self, study: optuna.Study, search: Search, present: Parameters) -> None:
        """Use :func:`opened`."""
        self._study = study
        self._search = search
        self._present = dict(present)

    def trials(self) -> list[Trial]:
        """Return the trials that were judged, in their order."""
        found = self._study.get_trials(deepcopy=False, states=tuple(_STATES))
        return [_trial(each) for each in found]

    def present(self) -> Trial | None:
        """Return the complete trial of the present parameters, if there is one yet."""
        return next((each for each in self._complete() if each.parameters == self._present), None)

    def best(self) -> Trial | None:
        """Return the best complete trial; of several equal ones the first."""
        sign = -1.0 if HIGHER_IS_BETTER[self._search.metric] else 1.0
        return min(self._complete(), key=lambda trial: sign * trial.value, default=None)

    def compared(self) -> tuple[Trial, Trial]:
        """Return the trials of the present and of the best parameters.

        Raises:
            MissingError: the present ones were not judged yet.
        """
        present, best = self.present(), self.best()
        if present is None or best is None:
            raise MissingError("the parameters of model.toml were not judged yet; run the search again")
        return present, best

    def advance(self, score: Score) -> Trial:
        """Judge one more set of parameters: the present ones first, then what Optuna proposes.

        The proposals are drawn with a seed that counts the trials judged so far. An interrupted trial is therefore
        proposed again, and a search that went on ends where one without interruption ends.
        """
        if self.present() is None and not self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
            self._study.enqueue_trial(self._present)
        n_judged = len(self.trials())
        self._study.sampler = optuna.samplers.TPESampler(seed=self._search.seed * 100_003 + n_judged)
        self._study.optimize(lambda trial: self._objective(trial, score), n_trials=1)
        return self.trials()[-1]

    def _objective(self, trial: optuna.Trial, score: Score) -> float:
        parameters, scores = self._drawn(trial), list[float]()
        trial.set_user_attr("parameters", parameters)
        first, n_steps = next(self._complete(), None), self._search.validation.n_snapshots
        for step in range(n_steps):
            scores.append(score(parameters, step))
            trial.set_user_attr("scores", scores)
            # Snapshots differ in level: what is compared at a step is the difference to the first trial.
            usual = first.scores[: step + 1] if first else scores
            trial.report(float(np.mean(scores) - np.mean(usual)), step)
            if step + 1 < n_steps and parameters != self._present and trial.should_prune():
                raise optuna.TrialPruned
        return float(np.mean(scores))

    def _drawn(self, trial: optuna.Trial) -> dict[str, Value]:
        """Return the trial's parameters; what is drawn gets three digits, so that what is written was judged."""
        drawn = {name: self._draw(trial, name) for name in self._search.space}
        return drawn if drawn == self._present else {name: self._rounded(name, value) for name, value in drawn.items()}

    def _draw(self, trial: optuna.Trial, name: str) -> Value:
        may = self._search.space[name]
        if may.low is None or may.high is None:
            return cast("Value", trial.suggest_categorical(name, may.choices))
        if isinstance(self._present[name], int):
            return trial.suggest_int(name, int(may.low), int(may.high), log=may.log)
        return trial.suggest_float(name, may.low, may.high, log=may.log)

    def _rounded(self, name: str, value: Value) -> Value:
        may = self._search.space[name]
        if may.low is None or may.high is None or not isinstance(value, float):
            return value
        return min(max(float(f"{value:.3g}"), float(may.low)), float(may.high))

    def _complete(self) -> Iterator[Trial]:
        return (trial for trial in self.trials() if trial.state == "complete")


@contextlib.contextmanager
def opened(home: Home, name: str, search: Search, present: Parameters) -> Iterator[Study]:
    """Open the study ``name`` of ``home``, or begin it; a trial that a killed search left running counts as failed.

    Raises:
        ConfigError: another search of this study is running.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with _alone(home.prepare().staging / f"{name.replace(' ', '-')}.lock"):
        storage = optuna.storages.RDBStorage(address(home))
        try:
            study = optuna.create_study(
                storage=storage,
                study_name=name,
                direction="maximize" if HIGHER_IS_BETTER[search.metric] else "minimize",
                pruner=optuna.pruners.MedianPruner(n_startup_trials=N_UNPRUNED),
                load_if_exists=True,
            )
            for left in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
                study.tell(left.number, state=TrialState.FAIL)
            yield Study(study, search, present)
        finally:
            storage.remove_session()
            storage.engine.dispose()


def address(home: Home) -> str:
    """Return where studies are kept: ``OPTUNA_STORAGE``, or an SQLite database in the home.

    It is not MLflow's: both keep the version of their tables in a table of the same name, and each refuses a
    database in which it finds the other's.
    """
    return os.environ.get("OPTUNA_STORAGE") or f"sqlite:///{home.root / 'optuna.db'}"


def order(n_steps: int) -> Sequence[int]:
    """Return the places of the snapshots in the order of judging: the latest, which is most like the future, first.

    >>> list(order(3))
    [2, 1, 0]
    """
    return range(n_steps - 1, -1, -1)


def _trial(found: FrozenTrial) -> Trial:
    attributes = found.user_attrs
    return Trial(found.number, _STATES[found.state], attributes["parameters"], tuple(attributes["scores"]))


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    try:
        with filelock.FileLock(file, timeout=0):
            yield
    except filelock.Timeout:
        raise ConfigError("this very search is running already; wait for it, or end it first") from None
