"""Every candidate's metrics on the same resamples of the customers, so that any two can be compared.

The resamples are drawn once and each candidate is measured on all of them. A difference of two candidates is then
a difference of two columns, and comparing everybody with everybody costs nothing more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np

from regulars.evaluation import intervals, presorted
from regulars.evaluation.intervals import FloatArray, Interval, Metric, RowArray
from regulars.experiment import Outcome
from regulars.judging import Exam, Verdict, key_metrics
from regulars.report import top


class Key(NamedTuple):
    """What is measured."""

    metric: str
    model: str
    slice: int | None = None
    """Number of the slice; None for all customers."""


@dataclass(frozen=True)
class Draws:
    """One candidate's metric, as it is and on each resample."""

    measured: FloatArray
    """(n_snapshots,); NaN where a snapshot has no value."""
    resampled: FloatArray
    """(n_resamples, n_snapshots)."""

    def __sub__(self, other: "Draws") -> "Draws":
        """Return the paired difference."""
        return Draws(self.measured - other.measured, self.resampled - other.resampled)

    def times(self, sign: float) -> "Draws":
        """Return every value times ``sign``."""
        return Draws(sign * self.measured, sign * self.resampled)

    def interval(self) -> Interval:
        """Return the mean over snapshots with its 95% interval over customers."""
        return intervals.of_draws(float(_means(self.measured[None])[0]), _means(self.resampled))

    def by_snapshot(self) -> tuple[Interval, ...]:
        """Return each snapshot's value with its 95% interval over customers."""
        columns = zip(self.measured, self.resampled.T, strict=True)
        return tuple(intervals.of_draws(float(value), drawn) for value, drawn in columns)


@dataclass(frozen=True)
class _Part:
    """Rows of one exam, and what is measured on them."""

    rows: RowArray
    """Of all exams' rows, one exam after the other."""
    keys: tuple[Key, ...]
    metrics: tuple[Metric, ...]

    def values(self, weights: FloatArray) -> list[float]:
        own = weights[self.rows]
        return [metric(own) for metric in self.metrics]


def draw(outcome: Outcome) -> dict[Key, Draws]:
    """Return every candidate's key metrics, the deciding one in each slice, and what the top of its list holds.

    The last are named ``top_churners`` and ``top_money``, are those of the first seed, and only there where the task
    makes a list of customers. Of all else a snapshot's value is the mean over seeds. A customer's rows in all snapshots
    are drawn together, so they do not pass for independent. The resamples are the same each time.
    """
    customers = np.concatenate([exam.customers for exam in outcome.exams])
    parts = list(_parts(outcome))
    resamples = intervals.resamples(customers, outcome.experiment.protocol.n_resamples, np.random.default_rng(0))
    everybody = np.ones(len(customers))
    table = np.array(
        [
            [value for part in parts for value in part.values(weights)]
            for weights in chain([everybody], resamples)
        ]
    )  # fmt: skip
    columns: dict[Key, list[int]] = {}
    for place, key in enumerate(key for part in parts for key in part.keys):
        columns.setdefault(key, []).append(place)
    return {key: Draws(table[0, places], table[1:, places]) for key, places in columns.items()}


def _parts(outcome: Outcome) -> Iterator[_Part]:
    """Return, snapshot by snapshot, all rows with every key metric and each slice with the deciding one."""
    experiment = outcome.experiment
    start = 0
    for exam in outcome.exams:
        own = np.arange(len(exam.customers))
        yield _part(outcome, exam, start, own, key_metrics(experiment.task, experiment.training.horizon_days), None)
        yield _tops(outcome, exam, own + start)
        for number in range(len(exam.slice_names)):
            members = np.flatnonzero(exam.slice_of == number)
            yield _part(outcome, exam, start, members, [experiment.metric], number)
        start += len(own)


def _part(outcome: Outcome, exam: Exam, start: int, own: RowArray, metrics: Sequence[str], number: int | None) -> _Part:
    keys = tuple(Key(metric, model, number) for model in outcome.experiment.models for metric in metrics)
    verdicts = {
        model: [verdict for verdict in outcome.of(model) if verdict.as_of == exam.snapshot.as_of]
        for model in outcome.experiment.models
    }
    made = tuple(_metric(key.metric, verdicts[key.model], own) for key in keys)
    return _Part(own + start, keys, made)


def _tops(outcome: Outcome, exam: Exam, rows: RowArray) -> _Part:
    """Return what the top of each candidate's list holds at one snapshot."""
    metrics = {
        Key(f"top_{name}", model): top.share_held(amounts, scores, top.SURE)
        for model in outcome.experiment.models
        for name, (amounts, scores) in top.lists(
            outcome.experiment.task, exam, first_seed(outcome, model, exam)
        ).items()
    }
    return _Part(rows, tuple(metrics), tuple(metrics.values()))


def first_seed(outcome: Outcome, model: str, exam: Exam) -> Verdict:
    """Return the verdict on a candidate's first seed at one snapshot."""
    here = (verdict for verdict in outcome.of(model) if verdict.as_of == exam.snapshot.as_of)
    return min(here, key=lambda verdict: verdict.seed)


_PRESORTED: Mapping[str, tuple[Callable[..., Metric], str, str]] = {
    "auc": (presorted.auc, "churned", "probability"),
    "auc_7": (presorted.auc, "back_7", "within_7"),
    "auc_30": (presorted.auc, "back_30", "within_30"),
    "ece": (presorted.ece, "churned", "probability"),
    "spearman": (presorted.spearman, "spent", "expected"),
    "gini": (presorted.gini, "spent", "expected"),
}
"""Metrics of all rows together, with the columns they are made of; every other one is the mean of the rows' own."""


def _metric(name: str, verdicts: Sequence[Verdict], rows: RowArray) -> Metric:
    """Return the metric of some rows of one exam, the mean over the seeds."""
    if len(rows) == 0:
        return lambda _: float("nan")
    if name not in _PRESORTED:
        return intervals.mean_of(np.mean([verdict.values[name][rows] for verdict in verdicts], axis=0))
    make, *columns = _PRESORTED[name]
    each = [make(*(verdict.values[column][rows] for column in columns)) for verdict in verdicts]
    return lambda weights: sum(metric(weights) for metric in each) / len(each)


def _means(values: FloatArray) -> FloatArray:
    """Return each row's mean; NaN does not count, and is the mean of a row that has nothing else."""
    known = ~np.isnan(values)
    n = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, n, out=np.full(len(values), np.nan), where=n > 0), dtype=np.float64)
