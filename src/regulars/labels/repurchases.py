"""How long a customer waits until they buy a unit (an item type, or an item) again."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from regulars import windows
from regulars.windows import Snapshot

_PAIR = ("customer_id", "unit")


def next_repurchase(
    transactions: pl.DataFrame,
    units: pl.DataFrame,
    snapshots: Sequence[Snapshot],
    observed_until: dt.date | None = None,
) -> pl.DataFrame:
    """Return the days to the next purchase of each unit that a customer bought before, within the window.

    One row per (customer_id, unit, as_of) with a purchase of the unit before as_of, by as_of, customer_id and
    unit:

    ``duration``  day of the next purchase of any item of the unit, 1 being the day of as_of; where there was none,
                  the days watched
    ``observed``  False where the pair was watched for ``duration`` days without a purchase (right-censored)

    Args:
        transactions: rows of ``schema.TRANSACTIONS``.
        units: ``item_id`` (distinct) and ``unit``; an item that is not in it is a unit of its own.
        snapshots: the instants and their horizons.
        observed_until: the first day nobody has seen yet; windows that reach past it are cut there. A snapshot at
            or after it has nothing to watch and gives no rows.
    """
    days = _purchase_days(transactions, units)
    watched = [_watched(days, snapshot, observed_until) for snapshot in sorted(snapshots)]
    windows.frame(snapshots)  # refuses an instant given twice
    return pl.concat([days.head(0).pipe(_empty), *(part for part in watched if part is not None)])


def _watched(days: pl.DataFrame, snapshot: Snapshot, observed_until: dt.date | None) -> pl.DataFrame | None:
    end = min(snapshot.future.end, observed_until or snapshot.future.end)
    if end <= snapshot.as_of:
        return None
    known = days.filter(pl.col("day") < snapshot.as_of).select(*_PAIR).unique()
    later = days.filter(pl.col("day").is_between(snapshot.as_of, end, closed="left"))
    found = known.join(later.group_by(_PAIR).agg(pl.col("day").min()), on=list(_PAIR), how="left")
    waited = (pl.col("day") - pl.lit(snapshot.as_of)).dt.total_days() + 1
    return found.select(
        *_PAIR,
        as_of=pl.lit(snapshot.as_of),
        duration=pl.coalesce(waited, pl.lit((end - snapshot.as_of).days, pl.Int64)),
        observed=pl.col("day").is_not_null(),
    ).sort(_PAIR)


def _empty(days: pl.DataFrame) -> pl.DataFrame:
    return days.select(
        *_PAIR,
        as_of=pl.col("day"),
        duration=pl.lit(0, pl.Int64),
        observed=pl.lit(value=False),
    )


def _purchase_days(transactions: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    bought = transactions.filter(pl.col("quantity") > 0).join(units.select("item_id", "unit"), on="item_id", how="left")
    day = pl.col("purchased_at").dt.date().alias("day")
    return bought.select("customer_id", pl.coalesce("unit", "item_id").alias("unit"), day).unique()
