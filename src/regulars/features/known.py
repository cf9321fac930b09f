"""What is known at each snapshot: the only thing that feature functions see.

Lines are rolled up once to customer-days; every roll-up row then meets the snapshots that come after its
day. Rows at or after ``as_of`` never reach a feature function, so no feature can leak by construction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from regulars import windows
from regulars.windows import Snapshot

KEYS = ("customer_id", "as_of")
"""What identifies a row of every feature and label table."""

UNKNOWN = "(unknown)"


@dataclass(frozen=True)
class Known:
    """Roll-ups cut at each snapshot; every frame has the KEYS and ``age``, days before as_of (>= 1)."""

    days: pl.DataFrame
    """A row a purchase day: orders, lines, items, spend, rhythm; by customer, as_of and day."""
    orders: pl.DataFrame
    """A row an order: store and hour."""
    departments: pl.DataFrame
    """A row a customer, department and day: lines."""
    returns: pl.DataFrame
    """A row a day with returned lines: their number."""


def known(transactions: pl.LazyFrame, items: pl.DataFrame, snapshots: Sequence[Snapshot]) -> Known:
    """Roll ``transactions`` up once and cut the roll-ups at each snapshot.

    A purchase is a line of quantity > 0; a line of negative quantity is a return; a line of quantity 0
    carries money but no goods and is neither.
    """
    instants = windows.frame(snapshots).select("as_of")
    lines = _lines(transactions, items, before=windows.latest(snapshots)).collect()
    bought = lines.filter(pl.col("quantity") > 0)
    return Known(
        days=_cut(_days(bought), instants),
        orders=_cut(_orders(bought), instants),
        departments=_cut(bought.group_by("customer_id", "department", "day").agg(n_lines=pl.len()), instants),
        returns=_cut(
            lines.filter(pl.col("quantity") < 0).group_by("customer_id", "day").agg(n_returns=pl.len()),
            instants,
        ),
    )


def _lines(transactions: pl.LazyFrame, items: pl.DataFrame, before: Snapshot) -> pl.LazyFrame:
    """Return the lines before the last snapshot with the item's groups, as far as they were known by then.

    Where a purchase first told them (``known_since``), earlier lines of the item stay without: what a till
    says of an item later must not reach a snapshot before that.
    """
    since = pl.col("known_since") if "known_since" in items.columns else pl.lit(None, pl.Datetime("us"))
    groups = items.lazy().select("item_id", "department", "category", since=since)
    told = pl.col("since").is_null() | (pl.col("since") <= pl.col("purchased_at"))
    return (
        transactions.lazy()
        .with_columns(day=pl.col("purchased_at").dt.date())
        .filter(pl.col("day") < before.as_of)
        .join(groups, on="item_id", how="left")
        .with_columns(pl.when(told).then(pl.col("department", "category")))
        .with_columns(pl.col("department", "category", "store_id").fill_null(UNKNOWN))
    )


def _days(bought: pl.DataFrame) -> pl.DataFrame:
    """Roll purchases up to customer-days, with the rhythm up to and including each day."""
    first = bought.with_columns(
        item_new=pl.col("day") == pl.col("day").min().over("customer_id", "item_id"),
        category_new=pl.col("day") == pl.col("day").min().over("customer_id", "category"),
    )
    days = first.group_by("customer_id", "day").agg(
        n_orders=pl.col("order_id").n_unique(),
        n_items=pl.col("item_id").n_unique(),
        n_new_items=pl.col("item_id").filter("item_new").n_unique(),
        n_new_categories=pl.col("category").filter("category_new").n_unique(),
        amount=pl.col("amount").sum(),
        discount=pl.col("discount").sum(),
    )
    ordered = days.sort("customer_id", "day")
    gap = (pl.col("day") - pl.col("day").shift(1)).dt.total_days().over("customer_id")
    return ordered.with_columns(gap=gap).with_columns(
        gap_smoothed=pl.col("gap").cast(pl.Float64).ewm_mean(alpha=0.2, ignore_nulls=True).over("customer_id")
    )


def _orders(bought: pl.DataFrame) -> pl.DataFrame:
    """Roll purchases up to orders; an order whose lines span days counts once a day, so none reaches ahead."""
    return bought.group_by("customer_id", "order_id", "day").agg(
        store_id=pl.col("store_id").min(), hour=pl.col("purchased_at").min().dt.hour().cast(pl.Int64)
    )


def _cut(rows: pl.DataFrame, instants: pl.DataFrame) -> pl.DataFrame:
    """Pair each row with every later instant; ``age`` is the days between."""
    pairs = rows.lazy().join_where(instants.lazy(), pl.col("day") < pl.col("as_of"))
    aged = pairs.with_columns(age=(pl.col("as_of") - pl.col("day")).dt.total_days())
    return aged.sort("customer_id", "as_of", "day").collect()
