"""Customer x item features: how often, how lately and at what pace a customer buys an item or its like.

Everything is counted from lines before as_of, in integers, so that the answer for a customer does not
depend on which other customers are computed along.
"""

import datetime as dt

import polars as pl

from regulars import windows
from regulars.features import item_stats
from regulars.features.purchases import ratio

OWN = (
    "own_orders",
    "own_share",
    "own_rate",
    "own_rank",
    "own_days",
    "own_orders_ago",
    "own_decayed_8",
    "own_decayed_25",
    "own_last_5",
    "own_last_10",
    "own_last_30_days",
    "own_last_90_days",
    "own_gap",
    "own_gap_orders",
    "own_lag",
)
GROUP = ("group_share", "group_days", "group_lag", "group_part")
CUSTOMER = ("customer_orders", "customer_size", "customer_repeat", "customer_days", "customer_gap")
NAMES = (*OWN, *GROUP, *CUSTOMER, *item_stats.NAMES, "co_score")
"""The features, in the order of the columns and of the ranker's input."""

PRIOR_GAPS = 2.0
"""Gaps that the shop's figure counts for among a customer's own."""
_UNIT = 2**20
"""Fixed-point one of decayed counts: sums of integers do not depend on their order."""
_COUNTS = (
    "own_orders",
    "own_decayed_8",
    "own_decayed_25",
    "own_last_5",
    "own_last_10",
    "own_last_30_days",
    "own_last_90_days",
    "group_orders",
)
"""What is 0, not unknown, for an item the customer never bought."""


def own(lines: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Return what each customer's own orders say about each item they bought, by customer and item.

    A count is above 0 here; in :func:`table` it is 0 for an item the customer never bought, and the rest is null.

    Columns:
        own_orders (orders, >= 0): orders with the item
        own_days (days, >= 1): since the last of them
        own_orders_ago (orders, >= 0): orders of the customer since then
        own_decayed_8 (orders, >= 0): orders with the item, each halved for every 8 orders since
        own_decayed_25 (orders, >= 0): the same, halved for every 25
        own_last_5 (orders, [0, 5]): of the last 5 orders, those with the item
        own_last_10 (orders, [0, 10]): of the last 10
        own_last_30_days, own_last_90_days (orders, >= 0): orders with the item in the last so many days
        own_rank (place, >= 1): of the item among the customer's by own_decayed_25; 1 is the first, ties alike
        own_span (days, >= 0): from the first order with the item to the last
        orders_since (orders, >= 1): orders of the customer from the first with the item on, never under own_orders
    """
    age = windows.day_number(as_of) - pl.col("day")
    ago = pl.col("order").max().over("customer") - pl.col("order")
    counted = (
        lines.with_columns(age=age, ago=ago)
        .with_columns(unit_8=_weight(8), unit_25=_weight(25))
        .group_by("customer", "item", "group")
        .agg(
            own_orders=pl.len().cast(pl.Int64),
            own_days=pl.col("age").min(),
            own_orders_ago=pl.col("ago").min(),
            own_decayed_8=pl.col("unit_8").sum() / _UNIT,
            own_decayed_25=pl.col("unit_25").sum() / _UNIT,
            own_last_5=(pl.col("ago") < 5).sum(),
            own_last_10=(pl.col("ago") < 10).sum(),
            own_last_30_days=(pl.col("age") <= 30).sum(),
            own_last_90_days=(pl.col("age") <= 90).sum(),
            own_span=pl.col("age").max() - pl.col("age").min(),
            orders_since=pl.col("ago").max() + 1,
        )
        .with_columns(own_rank=pl.col("own_decayed_25").rank("min", descending=True).over("customer"))
    )
    return counted.sort("customer", "item")


def _weight(half_orders: int) -> pl.Expr:
    """Return what an order counts when it is halved for every ``half_orders`` since, in fixed point."""
    return (_UNIT * 0.5 ** (pl.col("ago") * (1.0 / half_orders))).round().cast(pl.Int64)


def customers(lines: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Return what each customer's orders look like, by customer.

    Columns:
        customer_orders (orders, >= 1): all of them
        customer_size (items, >= 1): mean distinct items of an order
        customer_repeat (share, [0, 1)): of these, the share that the customer had bought before
        customer_days (days, >= 1): since the last order
        customer_gap (days, >= 0): mean time between two orders; null for one order
    """
    age = windows.day_number(as_of) - pl.col("day")
    n_orders = pl.col("order").max() + 1
    counted = lines.group_by("customer").agg(
        customer_orders=n_orders,
        customer_size=ratio(pl.len(), n_orders),
        customer_repeat=1.0 - ratio(pl.col("item").n_unique(), pl.len()),
        customer_days=age.min(),
        customer_gap=pl.when(n_orders > 1).then(ratio(age.max() - age.min(), n_orders - 1)),
    )
    return counted.sort("customer")


def groups(lines: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Return each customer's orders with any item of a group, by customer and group.

    Columns:
        group_orders (orders, >= 0): their number; 0 in :func:`table` where there were none
        group_days (days, >= 1): since the last order with an item of the group
        group_span (days, >= 0): from the first of them to the last
    """
    age = windows.day_number(as_of) - pl.col("day")
    visits = lines.group_by("customer", "group", "order").agg(pl.col("day").min())
    counted = visits.group_by("customer", "group").agg(
        group_orders=pl.len().cast(pl.Int64), group_days=age.min(), group_span=age.max() - age.min()
    )
    return counted.sort("customer", "group")


def table(
    candidates: pl.DataFrame, owned: pl.DataFrame, lines: pl.DataFrame, stats: pl.DataFrame, as_of: dt.date
) -> pl.DataFrame:
    """Return the features of each candidate: the columns of ``candidates``, then NAMES as Float32, in its order.

    What a customer never bought counts 0 and its ages are null. These columns join those of :func:`own`,
    :func:`groups`, :func:`customers` and :func:`~regulars.features.item_stats.item_stats`:

    Columns:
        own_share (share, [0, 1]): orders with the item over all orders
        own_rate (share, (0, 1)): orders with the item over orders from the first with it on, one order added
        own_gap (days, > 0): mean time between two purchases of the item, shrunk towards item_gap
        own_gap_orders (orders, >= 1): mean orders from one with the item to the next; null for one order with it
        own_lag (ratio, > 0): own_days over own_gap; about 1 when the item is due
        group_share (share, [0, 1]): orders with an item of the group over all orders
        group_lag (ratio, > 0): group_days over the mean time between such orders, shrunk towards group_gap
        group_part (share, [0, 1]): orders with the item over orders with its group; null without such orders
        co_score (score, [0, 1]): how near the item is to what the customer bought lately, as the candidates give it

    Args:
        candidates: ``customer``, ``item``, ``group``, ``co_score``.
        owned: :func:`own` of the same customers.
        lines: the customers' purchase lines, all before as_of.
        stats: a row an item, the last for unknown ones: :func:`~regulars.features.item_stats.item_stats`.
        as_of: the first unknown day.
    """
    item_rows = stats[candidates["item"].clip(upper_bound=stats.height - 1)]
    joined = (
        pl.concat([candidates, item_rows], how="horizontal")
        .join(owned.drop("group"), on=["customer", "item"], how="left", maintain_order="left")
        .join(groups(lines, as_of), on=["customer", "group"], how="left", maintain_order="left")
        .join(customers(lines, as_of), on="customer", how="left", maintain_order="left")
        .with_columns(pl.col(*_COUNTS).fill_null(0))
        .with_columns(**_ratios())
        .with_columns(own_lag=ratio(pl.col("own_days"), pl.col("own_gap")))
    )
    kept = [name for name in candidates.columns if name not in NAMES]
    return joined.select(*kept, pl.col(*NAMES).cast(pl.Float32))


def _ratios() -> dict[str, pl.Expr]:
    gaps, visits = pl.col("own_orders") - 1, pl.col("group_orders") - 1
    group_gap = ratio(pl.col("group_span") + PRIOR_GAPS * pl.col("group_gap"), visits + PRIOR_GAPS)
    orders_between = pl.col("orders_since") - 1 - pl.col("own_orders_ago")
    return {
        "own_share": ratio(pl.col("own_orders"), pl.col("customer_orders")),
        "own_rate": ratio(pl.col("own_orders"), pl.col("orders_since") + 1),
        "own_gap": ratio(pl.col("own_span") + PRIOR_GAPS * pl.col("item_gap"), gaps + PRIOR_GAPS),
        "own_gap_orders": pl.when(gaps > 0).then(ratio(orders_between, gaps)),
        "group_share": ratio(pl.col("group_orders"), pl.col("customer_orders")),
        "group_lag": ratio(pl.col("group_days"), group_gap),
        "group_part": pl.when(visits >= 0).then(ratio(pl.col("own_orders"), pl.col("group_orders"))),
    }
