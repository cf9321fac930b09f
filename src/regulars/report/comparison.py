"""How far one candidate is ahead of another: over customers, over snapshots, and in each slice."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from regulars.config import ModelSpec, specs
from regulars.estimators import registry
from regulars.evaluation import intervals
from regulars.evaluation.intervals import Interval
from regulars.experiment import Outcome
from regulars.judging import HIGHER_IS_BETTER, key_metrics
from regulars.report.draws import Draws, Key, draw

FEWEST_CUSTOMERS = 200
"""Customers of a slice over all snapshots, below which it has no say."""


@dataclass(frozen=True)
class Lead:
    """How far one candidate is ahead of another on the same customers; positive is better for any metric."""

    interval: Interval
    """Mean over snapshots, with its 95% interval over customers."""
    by_snapshot: tuple[Interval, ...]
    """The same at each snapshot; a NaN value where a snapshot has none."""

    @property
    def over_snapshots(self) -> Interval:
        """The same mean, with the 95% interval that the spread over snapshots gives."""
        return intervals.over_snapshots([each.value for each in self.by_snapshot])

    @property
    def sd(self) -> float:
        """Standard deviation over snapshots; NaN with one."""
        return intervals.spread([each.value for each in self.by_snapshot]).sd

    @property
    def snapshots(self) -> int:
        """Snapshots that have a value."""
        return sum(not np.isnan(each.value) for each in self.by_snapshot)

    @property
    def snapshots_won(self) -> int:
        """Snapshots with a lead."""
        return sum(each.value > 0.0 for each in self.by_snapshot)

    @property
    def beyond_doubt(self) -> bool:
        """Whether the whole interval over customers lies above 0, and two thirds of the snapshots are won."""
        return self.interval.low > 0.0 and 3 * self.snapshots_won >= 2 * self.snapshots

    @property
    def behind(self) -> bool:
        """Whether the whole interval over customers lies below 0: significantly worse."""
        return self.interval.high < 0.0

    @classmethod
    def of(cls, mine: Draws, theirs: Draws, *, higher_is_better: bool) -> "Lead":
        """Return the lead of ``mine`` over ``theirs``."""
        difference = (mine - theirs).times(1.0 if higher_is_better else -1.0)
        return cls(difference.interval(), difference.by_snapshot())


@dataclass(frozen=True)
class Comparison:
    """All candidates of an experiment on the same resamples."""

    outcome: Outcome

    @cached_property
    def draws(self) -> dict[Key, Draws]:
        """What was measured."""
        return draw(self.outcome)

    @cached_property
    def slices(self) -> tuple[str, ...]:
        """Names of the slices, in their order."""
        return self.outcome.exams[0].slice_names

    @cached_property
    def baselines(self) -> tuple[str, ...]:
        """The candidates that are rules or statistical models of the literature, and the baseline by name."""
        experiment = self.outcome.experiment
        return tuple(
            name for name, spec in specs(experiment).items() if name == experiment.baseline or is_baseline(spec)
        )

    def score(self, model: str, number: int | None = None) -> float:
        """Return the deciding metric, turned so that higher is better: of all customers or of one slice."""
        value = self._deciding(model, number).interval().value
        return value if self._higher else -value

    def lead(self, model: str, other: str, number: int | None = None) -> Lead:
        """Return the lead of ``model`` over ``other``: among all customers or in one slice."""
        mine, theirs = self._deciding(model, number), self._deciding(other, number)
        return Lead.of(mine, theirs, higher_is_better=self._higher)

    def leads_elsewhere(self, model: str, other: str) -> dict[str, Lead]:
        """Return the lead of ``model`` over ``other`` on every other key metric that points one way."""
        experiment = self.outcome.experiment
        return {
            metric: Lead.of(
                self.draws[Key(metric, model)],
                self.draws[Key(metric, other)],
                higher_is_better=HIGHER_IS_BETTER[metric],
            )
            for metric in key_metrics(experiment.task, experiment.training.horizon_days)
            if metric != experiment.metric and metric in HIGHER_IS_BETTER
        }

    def best_baseline(self, number: int) -> str:
        """Return the baseline with the best value in a slice that counts."""
        return max(self.baselines, key=lambda name: self.score(name, number))

    def customers(self, number: int) -> int:
        """Return how many customers a slice has over all snapshots."""
        there = [exam.customers[exam.slice_of == number] for exam in self.outcome.exams]
        return len(np.unique(np.concatenate(there)))

    def counts(self, number: int) -> bool:
        """Return whether a slice has a say: it has FEWEST_CUSTOMERS, and the metric a value for every candidate.

        AUC has none where all customers of the slice churned, or none did, in every snapshot.
        """
        known = [not np.isnan(self.score(model, number)) for model in self.outcome.experiment.models]
        return self.customers(number) >= FEWEST_CUSTOMERS and all(known)

    def against_baselines(self, model: str) -> dict[str, tuple[str, Lead]]:
        """Return per slice that counts the best baseline other than ``model`` there, and the lead over it."""
        found: dict[str, tuple[str, Lead]] = {}
        for number, label in enumerate(self.slices):
            if self.counts(number) and (best := self.best_baseline(number)) != model:
                found[label] = best, self.lead(model, best, number)
        return found

    @property
    def _higher(self) -> bool:
        return HIGHER_IS_BETTER[self.outcome.experiment.metric]

    def _deciding(self, model: str, number: int | None) -> Draws:
        return self.draws[Key(self.outcome.experiment.metric, model, number)]


def is_baseline(spec: ModelSpec) -> bool:
    """Return whether a candidate's estimator says that it is a baseline, as artefacts and the service do."""
    return bool(registry.kind(spec.kind).source == "baseline")
