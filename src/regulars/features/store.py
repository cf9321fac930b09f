"""Where a customer buys."""

import polars as pl

from regulars.features.known import KEYS, Known

NAMES = ("n_stores", "top_store_share")


def store(known: Known) -> pl.DataFrame:
    """Stores of each customer at each snapshot.

    One row per (customer_id, as_of):

    ``n_stores``         distinct stores, >= 1 (an unknown store counts as one)
    ``top_store_share``  share of orders at the most visited store, (0, 1]
    """
    visits = known.orders.group_by(*KEYS, "store_id").agg(n=pl.len())
    return visits.group_by(KEYS).agg(n_stores=pl.len(), top_store_share=pl.col("n").max() / pl.col("n").sum())
