"""How long a customer waits until the next purchase, and whether there is one."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from regulars import windows
from regulars.labels.keys import KEYS
from regulars.windows import Snapshot


def churned(transactions: pl.LazyFrame | pl.DataFrame, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
    """Return whether each known customer made no purchase in the window.

    One row per (customer_id, as_of) with a purchase before as_of: the keys and ``churned`` (Boolean).
    """
    durations = next_purchase(transactions, snapshots)
    return durations.select(*KEYS, churned=~pl.col("observed"))


def next_purchase(
    transactions: pl.LazyFrame | pl.DataFrame,
    snapshots: Sequence[Snapshot],
    observed_until: dt.date | None = None,
) -> pl.DataFrame:
    """Return the days to each known customer's next purchase within the window.

    One row per (customer_id, as_of) with a purchase before as_of, by as_of and customer_id:

    ``duration``  day of the next purchase, 1 being the day of as_of; where there was none, the days watched
    ``observed``  False where the customer was watched for ``duration`` days without a purchase (right-censored)

    Args:
        transactions: rows of ``schema.TRANSACTIONS``.
        snapshots: the instants and their horizons.
        observed_until: the first day nobody has seen yet; windows that reach past it are cut there.
            A snapshot at or after it has nothing to watch and gives no rows.
    """
    days = _purchase_days(transactions)
    instants = (
        windows.frame(snapshots)
        .with_columns(
            end=pl.min_horizontal(pl.col("as_of") + pl.duration(days="horizon_days"), pl.lit(observed_until, pl.Date))
        )
        .filter(pl.col("end") > pl.col("as_of"))
    )
    pairs = days.join(instants, how="cross")
    by_customer = pairs.group_by(*KEYS, "end").agg(
        known=(pl.col("day") < pl.col("as_of")).any(),
        next_day=pl.col("day").filter(pl.col("day").is_between("as_of", "end", closed="left")).min(),
    )
    watched = (pl.col("end") - pl.col("as_of")).dt.total_days()
    waited = (pl.col("next_day") - pl.col("as_of")).dt.total_days() + 1
    return (
        by_customer.filter("known")
        .select(*KEYS, duration=pl.coalesce(waited, watched), observed=pl.col("next_day").is_not_null())
        .sort("as_of", "customer_id")
    )


def _purchase_days(transactions: pl.LazyFrame | pl.DataFrame) -> pl.DataFrame:
    day = pl.col("purchased_at").dt.date().alias("day")
    return transactions.lazy().filter(pl.col("quantity") > 0).select("customer_id", day).unique().collect()
