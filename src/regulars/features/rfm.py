"""Recency, frequency, tenure and spend."""

import polars as pl

from regulars.features.known import KEYS, Known

NAMES = ("recency", "frequency", "tenure", "n_orders", "spend", "spend_std", "spend_last")


def rfm(known: Known) -> pl.DataFrame:
    """Recency, frequency, tenure and spend of each customer known at each snapshot.

    One row per (customer_id, as_of), for customers with a purchase before as_of:

    ``recency``     days since the last purchase, >= 1
    ``frequency``   purchase days after the first, >= 0 (0 for one-time buyers)
    ``tenure``      days since the first purchase, >= recency
    ``n_orders``    orders, >= 1
    ``spend``       mean net amount of a purchase day, minor units
    ``spend_std``   its standard deviation, minor units; null for one-time buyers
    ``spend_last``  net amount of the last purchase day, minor units

    References: Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2),
    whose recency is our ``tenure - recency``.
    """
    return known.days.group_by(KEYS, maintain_order=True).agg(
        recency=pl.col("age").min(),
        frequency=pl.len().cast(pl.Int64) - 1,
        tenure=pl.col("age").max(),
        n_orders=pl.col("n_orders").sum(),
        spend=pl.col("amount").sum() / pl.len(),
        spend_std=pl.col("amount").std(),
        spend_last=pl.col("amount").last(),
    )
