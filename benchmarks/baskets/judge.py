"""What the lists are worth, how sure that is, and whether ours are better.

A figure is uncertain in two ways, reported side by side: other customers might have been tested (bootstrap over the
customers, the same resamples for all models, so differences are paired), and the training might have drawn other
numbers (Student's t over the seeds).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.baskets.file import Part
from benchmarks.baskets.published import Row
from regulars.evaluation import intervals
from regulars.evaluation.intervals import Interval
from regulars.evaluation.ranking import ranking_values

AT = (1, 2, 5, 10, 20)
KINDS_AT = 10
"""Where repeat and new items are told apart."""
METRICS = (
    *(f"{name}_at_{k}" for k in AT for name in ("recall", "ndcg", "hit")),
    *(f"recall_{kind}_at_{KINDS_AT}" for kind in ("repeat", "new")),
)
RESAMPLES = 1000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """A metric's mean, or the difference of two."""

    value: float
    """Over customers and seeds."""
    customers: tuple[float, float]
    """95% interval over customers."""
    seeds: tuple[float, float] | None
    """95% interval over seeds; None where chance has no part or fewer than three seeds were run."""

    @property
    def better(self) -> bool:
        """Whether a difference is above zero by both."""
        return self.customers[0] > 0 and (self.seeds is None or self.seeds[0] > 0)

    def told(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


Figures = Mapping[str, Figure]
"""By metric."""


def values(offered: pl.DataFrame, test: Part) -> Floats:
    """Return (customers, METRICS), customers in the order of their ids; NaN where a metric is not defined."""
    found: dict[str, pl.Series] = {}
    for k in AT:
        each = ranking_values(offered, test.truth, test.known, k=k)
        found |= {f"{name}_at_{k}": each[name] for name in each.columns if f"{name}_at_{k}" in METRICS}
    return pl.DataFrame([found[name].alias(name) for name in METRICS]).cast(pl.Float64).to_numpy()


@dataclass(frozen=True)
class Judgement:
    """Every model's figures, and ours beside each."""

    figures: Mapping[str, Figures]
    """Model -> metric -> figure."""
    over: Mapping[str, Figures]
    """Model, also a published one -> metric -> ours less theirs."""


def judged(
    by_seed: Mapping[str, Sequence[Floats]], rows: Mapping[str, Row], rng: np.random.Generator, mine: str = "ours"
) -> Judgement:
    """Judge all models on the same customers.

    Args:
        by_seed: model -> the :func:`values` of each seed.
        rows: published figures, which are taken as given.
        rng: of the resamples.
        mine: the model that the others are compared with.
    """
    means = {name: np.mean(runs, axis=0) for name, runs in by_seed.items()}
    drawn = dict(zip(means, _draws(list(means.values()), rng), strict=True))
    figures = {name: _figures(means[name], drawn[name], by_seed[name]) for name in means}
    if mine not in means:
        return Judgement(figures, {})
    rivals = {name: (level, level) for name, level in _levels(rows).items()}
    rivals |= {name: (means[name], drawn[name]) for name in means if name != mine}
    over = {
        name: _figures(means[mine] - value, drawn[mine] - draws, [one - value for one in by_seed[mine]])
        for name, (value, draws) in rivals.items()
    }
    return Judgement(figures, over)


def _levels(rows: Mapping[str, Row]) -> dict[str, Floats]:
    """Return (METRICS,) of each row, NaN where it says nothing."""
    return {name: np.array([row.get(metric, np.nan) for metric in METRICS]) for name, row in rows.items()}


def _draws(means: Sequence[Floats], rng: np.random.Generator) -> list[Floats]:
    """Return (RESAMPLES, METRICS) of each: the mean over resampled customers."""
    every = np.hstack(means)
    defined = (~np.isnan(every)).astype(np.float64)
    filled = np.nan_to_num(every)
    drawn = np.empty((RESAMPLES, every.shape[1]))
    for number, weights in enumerate(intervals.resamples(np.arange(len(every)), RESAMPLES, rng)):
        n = weights @ defined
        drawn[number] = np.divide(weights @ filled, n, out=np.full(len(n), np.nan), where=n > 0)
    return np.hsplit(drawn, len(means))


def _figures(mean: Floats, drawn: Floats, runs: Sequence[Floats]) -> Figures:
    found = {}
    for place, metric in enumerate(METRICS):
        one = intervals.of_draws(_mean(mean[:, place]), drawn[:, place])
        if not np.isnan(one.value):
            seeds = intervals.over_snapshots([_mean(run[:, place]) for run in runs])
            found[metric] = Figure(one.value, (one.low, one.high), _bounds(seeds))
    return found


def _mean(column: Floats) -> float:
    known = column[~np.isnan(column)]
    return float(known.mean()) if len(known) else float("nan")


def _bounds(found: Interval) -> tuple[float, float] | None:
    return None if np.isnan(found.low) else (found.low, found.high)
