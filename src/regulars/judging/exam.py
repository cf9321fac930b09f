"""The questions of a task at one snapshot, and their truth."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import features, labels, scale
from regulars.artefact import Task
from regulars.features import repurchase
from regulars.ledger import Ledger
from regulars.windows import Snapshot

Array = npt.NDArray[Any]

SLICES = ("one purchase", "2-4 purchases", "5 or more")
"""Customers by purchase days before as_of."""
PAIR_SLICES = ("3-4 purchases", "5-9 purchases", "10 or more")
"""Customer x item type pairs by purchase days before as_of."""
PAIR_PURCHASES = 3
"""Purchase days of a pair to be judged: with two, no pair has shown a gap of its own twice."""


@dataclass(frozen=True)
class Exam:
    """One snapshot's questions and their truth, a row a customer (replenish: a pair); the same for every candidate."""

    snapshot: Snapshot
    features: pl.DataFrame
    """What is asked about: a feature table of the customers known at the snapshot (recommend: of those who bought in
    the window; replenish: ``customer_id``, ``unit`` and ``n_purchases`` of the pairs)."""
    slice_of: Array
    """(rows,) the slice of each row, as an index into ``slice_names``."""
    slice_names: tuple[str, ...] = SLICES
    duration: Array = field(default_factory=lambda: np.empty(0, np.int64))
    """(rows,) days to the next purchase; the horizon where there was none."""
    observed: Array = field(default_factory=lambda: np.empty(0, np.bool_))
    """(rows,) whether there was one."""
    spent: Array = field(default_factory=lambda: np.empty(0, np.float64))
    """(rows,) net spend in the window, minor units (spend only)."""
    lines: pl.DataFrame = field(default_factory=pl.DataFrame)
    """The customers' purchases before as_of (recommend and replenish only)."""
    baskets: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Their next baskets (recommend only)."""

    @property
    def customers(self) -> Array:
        """(rows,) customer ids."""
        ids: Array = self.features["customer_id"].to_numpy()
        return ids


def exam(ledger: Ledger, task: Task, snapshot: Snapshot) -> Exam:
    """Return the questions of ``task`` at ``snapshot`` with their truth; the window must lie in the data."""
    makers: Mapping[Task, Callable[[Ledger, Snapshot], Exam]] = {
        "churn": _waits, "timing": _waits, "spend": _spend, "recommend": _baskets, "replenish": _pairs,
    }  # fmt: skip
    return makers[task](ledger, snapshot)


def _waits(ledger: Ledger, snapshot: Snapshot) -> Exam:
    rows = _labelled(ledger, snapshot, labels.next_purchase)
    asked = rows.drop("duration", "observed")
    return Exam(
        snapshot,
        asked,
        _by_purchases(asked),
        duration=rows["duration"].to_numpy(),
        observed=rows["observed"].to_numpy(),
    )


def _spend(ledger: Ledger, snapshot: Snapshot) -> Exam:
    rows = _labelled(ledger, snapshot, labels.spend)
    asked = rows.drop("spend_ahead", "days_watched")
    return Exam(snapshot, asked, _by_purchases(asked), spent=rows["spend_ahead"].cast(pl.Float64).to_numpy())


def _baskets(ledger: Ledger, snapshot: Snapshot) -> Exam:
    end = snapshot.future.end
    baskets = scale.map_buckets(ledger, end, lambda lines: labels.next_basket(lines, [snapshot])).sort("customer_id")
    asked = scale.feature_table(ledger, [snapshot]).join(baskets.select("customer_id"), on="customer_id", how="semi")
    asked = asked.sort("customer_id")
    lines = ledger.transactions(before=snapshot.as_of).join(baskets.lazy(), on="customer_id", how="semi").collect()
    return Exam(snapshot, asked, _by_purchases(asked), lines=lines, baskets=baskets)


def _pairs(ledger: Ledger, snapshot: Snapshot) -> Exam:
    """Ask of every pair bought on PAIR_PURCHASES days; what a unit is, is known at the snapshot as well."""
    seen = ledger.transactions(before=snapshot.future.end).collect()
    lines = seen.filter(pl.col("purchased_at") < snapshot.as_of)
    units = repurchase.Units.of(ledger.items(snapshot.as_of))
    bought = units.attach(lines.filter(pl.col("quantity") > 0))
    counted = bought.group_by("customer_id", "unit").agg(n_purchases=pl.col("purchased_at").dt.date().n_unique())
    rows = (
        labels.next_repurchase(seen, units.items.select("item_id", "unit"), [snapshot])
        .join(counted.filter(pl.col("n_purchases") >= PAIR_PURCHASES), on=["customer_id", "unit"])
        .sort("customer_id", "unit")
    )
    asked = rows.select("customer_id", "unit", "n_purchases")
    slice_of = np.digitize(asked["n_purchases"].to_numpy(), [5, 10])
    return Exam(
        snapshot, asked, slice_of, PAIR_SLICES,
        duration=rows["duration"].to_numpy(), observed=rows["observed"].to_numpy(), lines=lines,
    )  # fmt: skip


def _labelled(
    ledger: Ledger, snapshot: Snapshot, label: Callable[[pl.LazyFrame, list[Snapshot]], pl.DataFrame]
) -> pl.DataFrame:
    """Return features and truth of the customers known at the snapshot, by customer."""
    truth = scale.map_buckets(ledger, snapshot.future.end, lambda lines: label(lines, [snapshot]))
    return scale.feature_table(ledger, [snapshot]).join(truth, on=features.KEYS, how="inner").sort("customer_id")


def _by_purchases(asked: pl.DataFrame) -> Array:
    found: Array = np.digitize(asked["frequency"].to_numpy() + 1, [2, 5])
    return found
