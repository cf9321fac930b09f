"""How many customers are back how many days after a purchase: what a shop should know before it calls anybody gone."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from sksurv.nonparametric import kaplan_meier_estimator

from regulars import scale, training, windows
from regulars.briefing.shop import Shop
from regulars.errors import ConfigError

AFTER = (1, 2, 5, 10)
"""After which purchases to look."""
FEWEST = 50
"""A curve ends where fewer customers were watched for so long, back or not: beyond that, chance draws it."""
FLAT, WITHIN = 0.01, 30
"""A curve is flat from the day from which on it gains less than one customer in a hundred in any thirty days."""

_STEADY = 5
"""A curve stays level where fewer are still waited for: each of them would be a leap."""
_SHOWN = (30, 60, 90, 180)
_DAY = pl.col("purchased_at").dt.date()


def curves(shop: Shop, after: Sequence[int] = AFTER) -> pl.DataFrame:
    """Return the share of customers who bought again within t days of a purchase, by which purchase it was.

    A customer counts at most once a curve; purchases of one day are one, the first being the first that the ledger
    knows. Who has not bought again before the shop's ``as_of`` counts for as long as they were watched (Kaplan-Meier).
    One row per ``purchase`` and day, in order: ``purchase`` (1 is the first), ``days`` from 0, ``share_back`` in
    [0, 1], ``watched`` (customers whose purchase lies at least so many days back, whether they are back or not). A
    curve ends where fewer than FEWEST were watched; purchases that fewer made are left out.

    Args:
        shop: the shop.
        after: numbers of purchases, each >= 1.

    Raises:
        ConfigError: there is no such purchase.
        DataError: nothing was bought before ``as_of``.
    """
    if not after or min(after) < 1:
        raise ConfigError(f"purchases are counted from 1; after={tuple(after)} names one that does not exist")
    last = windows.Snapshot(training.known_until(shop.ledger, shop.as_of)).past(1).start

    def work(lines: pl.LazyFrame) -> pl.DataFrame:
        days = lines.filter(pl.col("quantity") > 0).select("customer_id", day=_DAY).unique().sort("customer_id", "day")
        back = pl.col("day").shift(-1).over("customer_id")
        counted = days.with_columns(purchase=pl.int_range(1, pl.len() + 1).over("customer_id"))
        asked = counted.with_columns(
            duration=(pl.coalesce(back, pl.lit(last)) - pl.col("day")).dt.total_days(),
            observed=back.is_not_null(),
            watched=(pl.lit(last) - pl.col("day")).dt.total_days(),
        )
        return asked.filter(pl.col("purchase").is_in(list(after))).collect()

    waits = scale.map_buckets(shop.ledger, shop.as_of, work).filter(pl.col("watched") > 0)
    found = [_curve(number, waits.filter(pl.col("purchase") == number)) for number in sorted(set(after))]
    return pl.concat(found)


def summary(curves: pl.DataFrame) -> pl.DataFrame:
    """Return what each curve says, in a row.

    ``purchase``; ``customers`` (watched for a day or more); ``back_30`` .. ``back_180``, shares, null beyond the end
    of the curve; ``in_sight``, its last day, and ``back_in_sight``, the share by then; ``flat_from``, the first day
    from which on it gains less than FLAT in any WITHIN days, null where that is not in sight, and ``back_by_then``.
    """
    rows = [_summed(each, curves.filter(pl.col("purchase") == each)) for each in _purchases(curves)]
    schema = {
        "purchase": pl.Int64,
        "customers": pl.Int64,
        **{f"back_{days}": pl.Float64 for days in _SHOWN},
        "in_sight": pl.Int64,
        "back_in_sight": pl.Float64,
        "flat_from": pl.Int64,
        "back_by_then": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema)


def by_purchase(curves: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return each curve by the name of its purchase, for ``plots.back_plot``."""
    return {f"purchase {each}": curves.filter(pl.col("purchase") == each) for each in _purchases(curves)}


def flat_from(curves: pl.DataFrame) -> dict[str, int | None]:
    """Return from which day on each curve is flat, by the name of its purchase; None where it is not in sight."""
    return {f"purchase {each}": day for each, day in summary(curves).select("purchase", "flat_from").iter_rows()}


def headline(curves: pl.DataFrame) -> str:
    """Return what the curve of the first purchase says, as sentences."""
    table = summary(curves)
    if table.is_empty():
        return f"Fewer than {FEWEST} customers were watched after a purchase: too few to draw a curve."
    first = table.row(0, named=True)
    said = (
        f"Of {first['customers']:,} customers, {first['back_in_sight']:.0%} bought again within {first['in_sight']} "
        f"days of purchase {first['purchase']}."
    )
    if first["flat_from"] is None:
        return f"{said} The curve has not flattened by then: who stays away longer may still be back."
    return (
        f"{said} {first['back_by_then']:.0%} were back by day {first['flat_from']}; from then on fewer than "
        f"{FLAT:.0%} of all came back in any {WITHIN} days."
    )


def _curve(number: int, waits: pl.DataFrame) -> pl.DataFrame:
    """The Kaplan-Meier estimate on every day from 0 to the last that enough customers were watched for."""
    until = np.sort(waits["watched"].to_numpy())
    watched = len(until) - np.searchsorted(until, np.arange(until.max(initial=0) + 1), side="left")
    days = np.arange(int((watched >= FEWEST).sum()))
    share = np.zeros(len(days))
    if len(days):
        duration = waits["duration"].to_numpy()
        at, stays = kaplan_meier_estimator(waits["observed"].to_numpy(), duration)
        steady = len(duration) - np.searchsorted(np.sort(duration), at, side="left") >= _STEADY
        at, stays = at[steady], stays[steady]
        share = 1.0 - np.append(1.0, stays)[np.searchsorted(at, days, side="right")]
    return pl.DataFrame(
        {"purchase": np.full(len(days), number), "days": days, "share_back": share, "watched": watched[: len(days)]},
        schema={"purchase": pl.Int64, "days": pl.Int64, "share_back": pl.Float64, "watched": pl.Int64},
    )


def _purchases(curves: pl.DataFrame) -> list[int]:
    return curves["purchase"].unique().sort().to_list()


def _summed(number: int, curve: pl.DataFrame) -> dict[str, object]:
    share = curve["share_back"].to_numpy()
    rises = share[WITHIN:] - share[:-WITHIN] >= FLAT
    flat = int(np.flatnonzero(rises).max(initial=-1)) + 1 if len(rises) else None
    seen = flat is not None and flat < len(rises)
    return {
        "purchase": number,
        "customers": curve["watched"][0],
        **{f"back_{days}": float(share[days]) if days < len(share) else None for days in _SHOWN},
        "in_sight": len(share) - 1,
        "back_in_sight": float(share[-1]),
        "flat_from": flat if seen else None,
        "back_by_then": float(share[flat]) if seen else None,
    }
