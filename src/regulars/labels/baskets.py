"""What a customer's next basket holds."""

from collections.abc import Sequence

import polars as pl

from regulars import windows
from regulars.labels.keys import KEYS
from regulars.windows import Snapshot


def next_basket(transactions: pl.LazyFrame | pl.DataFrame, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
    """Return the items of each known customer's first order in the window.

    One row per (customer_id, as_of) with a purchase before as_of and one in the window, by as_of and
    customer_id: the keys and ``item_ids`` (List[String], distinct, sorted).
    """
    bought = transactions.lazy().filter(pl.col("quantity") > 0).with_columns(day=pl.col("purchased_at").dt.date())
    first_day = bought.group_by("customer_id").agg(first_day=pl.col("day").min())
    instants = windows.frame(snapshots).with_columns(end=pl.col("as_of") + pl.duration(days="horizon_days"))
    ahead = bought.join_where(instants.lazy(), pl.col("day") >= pl.col("as_of"), pl.col("day") < pl.col("end"))
    started = ahead.join(first_day, on="customer_id").filter(pl.col("first_day") < pl.col("as_of"))
    orders = started.group_by(*KEYS, "order_id").agg(
        at=pl.col("purchased_at").min(), item_ids=pl.col("item_id").unique().sort()
    )
    firsts = orders.sort("at", "order_id").group_by(KEYS, maintain_order=True).first()
    return firsts.select(*KEYS, "item_ids").sort("as_of", "customer_id").collect()
