"""How much a customer spends in the window."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from regulars import windows
from regulars.labels.keys import KEYS
from regulars.windows import Snapshot


def spend(
    transactions: pl.LazyFrame | pl.DataFrame,
    snapshots: Sequence[Snapshot],
    observed_until: dt.date | None = None,
) -> pl.DataFrame:
    """Return the net amount that each known customer spends in the window.

    One row per (customer_id, as_of) with a purchase before as_of, by as_of and customer_id:

    ``spend_ahead``   net amount of the days watched, minor units: what was bought less what was brought back, also
                      where it was bought before as_of; below 0 where more came back, 0 where nothing happened
    ``days_watched``  the days that make it up, from as_of on: the horizon, less where it is cut

    A line of quantity 0 is neither bought nor brought back and counts for nothing.

    Args:
        transactions: rows of ``schema.TRANSACTIONS``.
        snapshots: the instants and their horizons.
        observed_until: the first day nobody has seen yet; windows that reach past it are cut there. A snapshot on
            that day has been watched for 0 days; one after it gives no rows.
    """
    days = _days(transactions)
    instants = _instants(snapshots, observed_until)
    started = days.filter("bought").group_by("customer_id").agg(first_day=pl.col("day").min())
    known = started.join(instants, how="cross").filter(pl.col("first_day") < pl.col("as_of"))
    ahead = days.lazy().join_where(
        instants.lazy(), pl.col("day") >= pl.col("as_of"), pl.col("day") < pl.col("end"), pl.col("amount") != 0
    )
    totals = ahead.group_by(KEYS).agg(spend_ahead=pl.col("amount").sum()).collect()
    return (
        known.join(totals, on=KEYS, how="left")
        .select(
            *KEYS,
            spend_ahead=pl.col("spend_ahead").fill_null(0),
            days_watched=(pl.col("end") - pl.col("as_of")).dt.total_days(),
        )
        .sort("as_of", "customer_id")
    )


def _days(transactions: pl.LazyFrame | pl.DataFrame) -> pl.DataFrame:
    """Return a row a customer and day: the net amount, and whether anything was bought."""
    lines = transactions.lazy().filter(pl.col("quantity") != 0)
    by_day = lines.group_by("customer_id", day=pl.col("purchased_at").dt.date())
    return by_day.agg(pl.col("amount").sum(), bought=(pl.col("quantity") > 0).any()).collect()


def _instants(snapshots: Sequence[Snapshot], observed_until: dt.date | None) -> pl.DataFrame:
    end = pl.min_horizontal(pl.col("as_of") + pl.duration(days="horizon_days"), pl.lit(observed_until, pl.Date))
    return windows.frame(snapshots).with_columns(end=end).filter(pl.col("end") >= pl.col("as_of"))
