"""Churn by each customer's own rhythm: no purchase within so many of their typical gaps.

The gap is known at ``as_of``; what follows decides. Every customer gets a window of their own, counted from
``as_of`` as the horizon is, so a survival curve answers this definition as it answers a fixed one: S(patience_days).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from regulars import windows
from regulars.errors import ConfigError
from regulars.labels.keys import KEYS
from regulars.labels.waits import next_purchase
from regulars.windows import Snapshot

_ROUNDING = 1e-9
"""2.2 gaps of 25 days are 55 days, not the 56 that binary fractions would make of them."""


@dataclass(frozen=True)
class Cadence:
    """How many typical gaps without a purchase count as leaving, and within which bounds.

    Raises:
        ConfigError: a field is out of its range.
    """

    factor: float = 4.0
    """Typical gaps, > 0. A customer who buys at random and has not left stays away for ``factor`` median gaps with
    probability 2 ** -factor: one in sixteen at 4."""
    shortest_days: int = 14
    """Nobody is given up sooner, >= 1: a fortnight's holiday is not churn."""
    longest_days: int = 180
    """Nobody is waited for longer, >= shortest_days; nor beyond the snapshot's horizon."""
    min_gaps: int = 2
    """Own gaps that make a rhythm, >= 1; who has shown fewer, one-time buyers first of all, gets the shop's."""

    def __post_init__(self) -> None:
        if not self.factor > 0:
            raise ConfigError(f"factor must be above 0 typical gaps, not {self.factor}")
        if not 1 <= self.shortest_days <= self.longest_days:
            raise ConfigError(
                f"shortest_days and longest_days must satisfy 1 <= shortest <= longest, "
                f"not {self.shortest_days} and {self.longest_days}"
            )
        if self.min_gaps < 1:
            raise ConfigError(f"min_gaps must be at least 1, not {self.min_gaps}; one-time buyers have no gap")


DEFAULT = Cadence()
"""Four typical gaps, between a fortnight and half a year."""


def churned_by_cadence(
    transactions: pl.LazyFrame | pl.DataFrame,
    snapshots: Sequence[Snapshot],
    cadence: Cadence = DEFAULT,
    observed_until: dt.date | None = None,
) -> pl.DataFrame:
    """Return whether each known customer made no purchase within their own patience.

    The keys and ``churned`` as :func:`lapsed` gives them. It wants the whole shop, whose typical gap it needs; where
    the shop comes in parts, put :func:`rhythms` of the parts together and go on from there.

    Args:
        transactions: rows of ``schema.TRANSACTIONS``.
        snapshots: the instants; no patience reaches beyond their horizons.
        cadence: the definition.
        observed_until: the first day nobody has seen yet.

    Raises:
        ConfigError: two snapshots share their as_of.
    """
    waits = next_purchase(transactions, snapshots, observed_until)
    return lapsed(waits, patience(rhythms(transactions, snapshots), snapshots, cadence))


def rhythms(transactions: pl.LazyFrame | pl.DataFrame, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
    """Return how often each known customer came before each snapshot, and the typical gap.

    One row per (customer_id, as_of) with a purchase before as_of, by as_of and customer_id:

    ``frequency``   purchase days after the first, >= 0: the number of gaps
    ``gap_median``  median days between two purchase days that follow each other, >= 1; null without a gap

    The features of these names are the same, so a feature table can stand in its place.

    Raises:
        ConfigError: two snapshots share their as_of.
    """
    day = pl.col("purchased_at").dt.date().alias("day")
    days = transactions.lazy().filter(pl.col("quantity") > 0).select("customer_id", day).unique()
    instants = windows.frame(snapshots).lazy().select("as_of")
    known = days.join(instants, how="cross").filter(pl.col("day") < pl.col("as_of"))
    gap = pl.col("day").sort().diff().dt.total_days()
    return (
        known.group_by(KEYS)
        .agg(frequency=pl.len().cast(pl.Int64) - 1, gap_median=gap.median())
        .sort("as_of", "customer_id")
        .collect()
    )


def patience(rhythms: pl.DataFrame, snapshots: Sequence[Snapshot], cadence: Cadence = DEFAULT) -> pl.DataFrame:
    """Return after how many days without a purchase each customer counts as gone.

    One row per (customer_id, as_of), in the order of ``rhythms``:

    ``patience_days``  ``factor`` typical gaps, rounded up, from ``shortest_days`` to the lesser of ``longest_days``
                       and the horizon; the horizon where even the shortest lies beyond it
    ``own``            whether the gap is the customer's own

    The shop's typical gap, for customers without a rhythm, is the median of ``gap_median`` over the customers of the
    same as_of that have one. Where nobody ever came twice nothing is known of any rhythm, and all wait longest.

    Args:
        rhythms: the keys, ``frequency`` and ``gap_median`` of the whole shop; rows of other instants are left out.
        snapshots: the instants and their horizons.
        cadence: the definition.

    Raises:
        ConfigError: two snapshots share their as_of.
    """
    own = (pl.col("frequency") >= cadence.min_gaps).fill_null(value=False)
    shop = pl.col("gap_median").median().over("as_of")
    gap = pl.when(own).then("gap_median").otherwise(shop)
    wanted = (cadence.factor * gap - _ROUNDING).ceil().fill_null(cadence.longest_days)
    bounded = pl.min_horizontal(wanted.clip(cadence.shortest_days, cadence.longest_days), "horizon_days")
    instants = windows.frame(snapshots)
    timed = rhythms.join(instants, on="as_of", how="inner", maintain_order="left")
    return timed.select(*KEYS, patience_days=bounded.cast(pl.Int64), own=own)


def lapsed(waits: pl.DataFrame, patience: pl.DataFrame) -> pl.DataFrame:
    """Return whether customers made no purchase within their patience.

    One row per (customer_id, as_of) that both tables hold, in the order of ``waits``: the keys and ``churned``
    (Boolean), null where the customer was not watched for that long, so that nobody knows.

    Args:
        waits: what ``next_purchase`` returns.
        patience: what :func:`patience` returns.
    """
    both = waits.join(patience, on=KEYS, how="inner", maintain_order="left")
    back = pl.col("observed") & (pl.col("duration") <= pl.col("patience_days"))
    outlasted = pl.col("duration") >= pl.col("patience_days")
    return both.select(*KEYS, churned=pl.when(back).then(False).when(outlasted).then(True))
