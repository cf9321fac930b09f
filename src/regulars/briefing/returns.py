"""When each customer will be back, and from when a reminder is worth it."""

from collections.abc import Collection, Mapping

import numpy as np
import polars as pl

from regulars import curves, features, scale, scoring
from regulars.briefing.shop import Shop
from regulars.windows import Snapshot

PATIENCE = 0.8
"""Probability of having been back by the reminder's day: earlier it would mostly reach people who come anyway."""


def survival(shop: Shop, customers: Mapping[str, str]) -> dict[str, list[float]]:
    """Return the survival curve of each customer: "id (why)" -> S(1) .. S(horizon).

    Args:
        shop: the shop.
        customers: customer_id -> what to call them, as ``Shop.telling``.
    """
    rows = shop.features.filter(pl.col("customer_id").is_in(list(customers)))
    scored = scoring.score(shop.champions, rows, curve=True)
    by_id = dict(scored.select("customer_id", "survival").iter_rows())
    return {f"{each} ({why})": by_id[each] for each, why in customers.items() if each in by_id}


def dates(shop: Shop, patience: float = PATIENCE, customers: Collection[str] | None = None) -> pl.DataFrame:
    """Return when customers will be back and when to remind those who are not, by customer_id.

    ``customer_id``, ``last_purchase``, ``gap_median`` (days), ``earliest``, ``expected_date`` and ``latest`` (80% of
    such customers return between the first and the last), ``remind_on`` (the day by which a share ``patience`` of such
    customers has been back), ``probability_within_7``, ``probability_within_30``. Dates beyond the horizon are null.

    Args:
        shop: the shop.
        patience: inside (0, 1).
        customers: ids; None for all.

    Raises:
        ConfigError: ``patience`` is not inside (0, 1).
    """
    side, snapshot = scale.side(shop.ledger, shop.as_of), Snapshot(shop.as_of)
    shop.champions.refuse_the_past(shop.as_of, "timing")

    def work(transactions: pl.LazyFrame) -> pl.DataFrame:
        asked = transactions if customers is None else _of(transactions, customers)
        return _dates(shop, features.table(asked, side, [snapshot]), patience)

    return scale.map_buckets(shop.ledger, shop.as_of, work).sort("customer_id")


def reminders(shop: Shop, patience: float = PATIENCE, after_days: int = 7, n: int = 15) -> pl.DataFrame:
    """Return the ``n`` good customers whose reminder falls due first, of those not expected in ``after_days`` days.

    The columns of :func:`dates`. Who is expected sooner comes by themselves; who has been back by the day needs no
    reminder either.
    """
    soon = Snapshot(shop.as_of, after_days).future.end
    found = dates(shop, patience, shop.good["customer_id"].to_list()).drop_nulls("remind_on")
    return found.filter(pl.col("expected_date") >= soon).sort("remind_on", "customer_id").head(n)


def headline(shop: Shop) -> str:
    """Return how many customers are expected back soon, as a sentence."""
    week, month = (shop.scores[f"probability_within_{days}"].sum() for days in (7, 30))
    return (
        f"From {shop.as_of}, {week:,.0f} of {shop.scores.height:,} customers are expected back within 7 days and "
        f"{month:,.0f} within 30."
    )


def _of(transactions: pl.LazyFrame, customers: Collection[str]) -> pl.LazyFrame:
    return transactions.filter(pl.col("customer_id").is_in(list(customers)))


def _dates(shop: Shop, rows: pl.DataFrame, patience: float) -> pl.DataFrame:
    scored = scoring.score(shop.champions, rows, curve=True)
    if scored.is_empty():
        remind = np.zeros(0, dtype=np.int64)
    else:
        remind = curves.quantile_days(np.stack(scored["survival"].to_list()), patience)
    known = scored.with_columns(rows["recency"], rows["gap_median"], remind=pl.Series(remind, dtype=pl.Int64))
    return known.select(
        "customer_id",
        last_purchase=pl.col("as_of") - pl.duration(days=pl.col("recency").cast(pl.Int64)),
        gap_median="gap_median",
        earliest=_date("days_p10"),
        expected_date="expected_date",
        latest=_date("days_p90"),
        remind_on=_date("remind"),
        probability_within_7="probability_within_7",
        probability_within_30="probability_within_30",
    )


def _date(days: str) -> pl.Expr:
    """The date of a day number, of which 1 is as_of; null beyond the horizon."""
    date = pl.col("as_of") + pl.duration(days=pl.col(days) - 1)
    return pl.when(pl.col(days) <= pl.col("horizon_days")).then(date)
