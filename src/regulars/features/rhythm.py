"""How regularly a customer comes, and how late they are."""

import polars as pl

from regulars.features.known import KEYS, Known

NAMES = (
    "gap_mean", "gap_median", "gap_std", "gap_max", "gap_last", "gap_smoothed", "gap_shrunk", "overdue", "regularity",
)  # fmt: skip

PRIOR_GAP_DAYS = 30
"""One purchase a month: what a customer without history is taken to do, with the weight of one gap."""


def rhythm(known: Known) -> pl.DataFrame:
    """Gaps between purchase days (``interpurchase_days``) of each customer at each snapshot.

    One row per (customer_id, as_of); gaps are in days and null for one-time buyers:

    ``gap_mean``, ``gap_median``, ``gap_std``, ``gap_max``, ``gap_last``
    ``gap_smoothed``  mean gap, each weighing 0.8 of the next newer one
    ``gap_shrunk``    (tenure + 30) / (frequency + 1): the gap shrunk to one purchase a month; never null
    ``overdue``       recency / gap_shrunk; 1 = about due, larger = late
    ``regularity``    gap_mean^2 / (gap variance + 1); 1 = random, larger = clockwork; null under three purchase days

    References: Platzer & Reutterer (2016), Ticking away the moments, Marketing Science 35(5), for regularity.
    """
    gap = pl.col("gap")
    stats = known.days.group_by(KEYS, maintain_order=True).agg(
        gap_mean=gap.mean(),
        gap_median=gap.median(),
        gap_std=gap.std(),
        gap_max=gap.max(),
        gap_last=gap.last(),
        gap_smoothed=pl.col("gap_smoothed").last(),
        gap_shrunk=(pl.col("age").max() + PRIOR_GAP_DAYS) / pl.len(),
        recency=pl.col("age").min(),
    )
    return stats.with_columns(
        overdue=pl.col("recency") / pl.col("gap_shrunk"),
        regularity=pl.col("gap_mean").pow(2) / (pl.col("gap_std").pow(2) + 1),
    ).drop("recency")
