"""What the hazard learns from: pairs as of earlier days, and when each was bought again."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars.estimators.base import Floats
from regulars.estimators.periods import Grid
from regulars.estimators.replenishment.pair_btyd import customers, fit_pairs
from regulars.estimators.replenishment.spans import Pairs
from regulars.features import repurchase
from regulars.features.repurchase import Log, Population, Units
from regulars.features.season import spans_a_year
from regulars.labels.repurchases import next_repurchase
from regulars.windows import Snapshot, day_of, rolling

YEAR = 365
AROUND = 3
"""Days to learn from on each side of ``until`` a year ago; the first of each side is ``until`` itself or a step on."""
LAST_YEAR_DAYS = 60


@dataclass(frozen=True)
class Plan:
    """Which earlier days to learn from, and how much of each."""

    horizon_days: int
    min_purchases: int
    n_snapshots: int
    """How many days at most."""
    step_days: int
    """Days between them, and from the last of them to the first unknown day."""
    max_pairs: int
    """About so many pairs over all days; customers are sampled down to it."""
    negatives: float
    """Share of the periods without a purchase that are kept."""
    fit_pairs: int
    """Most pairs that BG/NBD is fitted on."""
    grid: Grid


@dataclass(frozen=True)
class TrainSet:
    """Person-periods."""

    rows: npt.NDArray[np.float32]
    """(n, len(NAMES))."""
    bought: Floats
    """(n,) 1 where the pair was bought again in the period."""
    weight: Floats
    """(n,) how many periods a row stands for."""
    season: bool
    """Whether the days span a year, so that the season of a period is known."""


def snapshots(first: dt.date, until: dt.date, plan: Plan) -> list[Snapshot]:
    """Return the days to learn from, earliest first: recent ones, and those around ``until`` a year ago.

    A day has a history at least as long as a step, a day of last year one of LAST_YEAR_DAYS: the season of a shop
    that had just opened says little.
    """
    now = Snapshot(until, plan.horizon_days)
    recent = rolling(now.moved(-plan.step_days), plan.n_snapshots, plan.step_days)
    last_year = rolling(now.moved(AROUND * plan.step_days - YEAR), 2 * AROUND, plan.step_days)
    opened = Snapshot(first, plan.horizon_days)
    known = [day for day in last_year if day >= opened.moved(LAST_YEAR_DAYS) and day < recent[0]]
    return known + [day for day in recent if day >= opened.moved(plan.step_days)]


def train_set(known: pl.DataFrame, log: Log, units: Units, until: dt.date, plan: Plan, seed: int) -> TrainSet | None:
    """Return what may be learned before ``until``; None where no pair was ever bought again in a window.

    Windows that reach past ``until`` count as far as they were seen. The statistics of the shop and BG/NBD are
    those of each day itself.

    Args:
        known: rows of ``schema.TRANSACTIONS``, all before ``until``.
        log: the same, numbered.
        units: what is bought again.
        until: the first unknown day.
        plan: which days, and how much of each.
        seed: of all sampling.
    """
    rng = np.random.default_rng(seed)
    days = snapshots(day_of(int(log.lines["day"].to_numpy().min())), until, plan)
    if not days:
        return None
    season = spans_a_year(pl.DataFrame({"as_of": [day.as_of for day in days]}))
    past = _Past(known, log, units, until, season)
    parts = [_part(past, day, plan, plan.max_pairs // len(days), rng) for day in days]
    kept = [part for part in parts if part is not None]
    if not kept or not any(part.bought.any() for part in kept):
        return None
    return TrainSet(
        rows=np.concatenate([part.rows for part in kept]),
        bought=np.concatenate([part.bought for part in kept]),
        weight=np.concatenate([part.weight for part in kept]),
        season=season,
    )


@dataclass(frozen=True)
class _Past:
    """What is known before ``until``, as lines and as numbers."""

    known: pl.DataFrame
    log: Log
    units: Units
    until: dt.date
    season: bool

    def waits(self, customers: npt.NDArray[np.int64], day: Snapshot) -> pl.DataFrame:
        """Return the labels of some customers as far as ``until``."""
        asked = pl.col("customer_id").is_in(self.log.customer_ids[customers].implode())
        return next_repurchase(self.known.filter(asked), self.units.items, [day], self.until)


def _part(past: _Past, day: Snapshot, plan: Plan, max_pairs: int, rng: np.random.Generator) -> TrainSet | None:
    log = past.log.before(day.as_of)
    some = _some(log, plan.min_purchases, max_pairs, rng)
    if len(some) == 0:
        return None
    population = Population.of(log, day.as_of)
    rows = repurchase.table(log.some(some), population, day.as_of, plan.min_purchases)
    prior = fit_pairs(log, day.as_of, plan.fit_pairs, rng).survival(customers(rows), plan.horizon_days)
    pair = ["customer_id", "unit"]
    found = rows.select(pair).join(past.waits(some, day), on=pair, how="left", maintain_order="left")
    duration, observed = found["duration"].to_numpy(), found["observed"].to_numpy()
    watched = min(plan.horizon_days, (past.until - day.as_of).days)
    pairs = Pairs.of(rows, population, prior, plan.grid, day.as_of if past.season else None)
    return TrainSet(*pairs.expand(duration, observed, watched, plan.negatives, rng), past.season)


def _some(log: Log, min_purchases: int, max_pairs: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return customers, at random, with about ``max_pairs`` pairs together; one at least."""
    enough = log.lines.filter(pl.col("nth") == min_purchases)
    counts = enough.group_by("customer").len().sort("customer")
    customer = counts["customer"].to_numpy().astype(np.int64)
    order = rng.permutation(len(customer))
    total = np.cumsum(counts["len"].to_numpy()[order])
    return np.sort(customer[order[: max(1, int(np.searchsorted(total, max_pairs)))]])
