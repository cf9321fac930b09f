"""The features of a customer and a unit they bought before, as of a day."""

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import windows
from regulars.features.repurchase import household, pace
from regulars.features.repurchase.log import Log
from regulars.features.repurchase.population import STATS, Population
from regulars.features.repurchase.runs import Floats, Ints, Runs

KEYS = ("customer_id", "unit", "item_id", "last_bought", "n_purchases")
"""What a row is about: the pair, the item of the unit bought last and when, and on how many days."""
COMPARED = (
    "gap_over_unit",
    "rate_over_unit",
    "share_over_unit",
    "lag_over_unit",
    "late_trip_share",
    "trip_rate",
    "pair_rate",
)
AT = ("as_of_weekday",)
NAMES = (*pace.NAMES, *household.TRIPS, *household.BASKETS, *household.KIN, *STATS, *COMPARED, *AT)
"""The features, in the order of the columns."""

PRIOR_TRIPS = 3.0
"""Purchase days that the unit's share counts for among the later ones."""
BLOCK = 1000
"""Customers computed at once: what bounds the memory."""


def table(log: Log, population: Population, as_of: dt.date, min_purchases: int = 2) -> pl.DataFrame:
    """Return the features of each pair of customer and unit bought on ``min_purchases`` days before ``as_of``.

    One row a pair, by customer_id and unit: KEYS, then NAMES as Float32 (null where unknown). What a row says
    depends on the customer's own lines before ``as_of`` and on ``population``, on nobody else's lines.

    The columns are those of :mod:`~regulars.features.repurchase.pace`,
    :mod:`~regulars.features.repurchase.household` and of the unit
    (:class:`~regulars.features.repurchase.population.Population`), and:

    ``gap_over_unit``    own shrunk gap over the unit's
    ``rate_over_unit``   own re-purchases a day over the unit's
    ``share_over_unit``  own share of purchase days with the unit over the unit's
    ``lag_over_unit``    days since the last purchase over the unit's mean gap
    ``late_trip_share``  share of the customer's purchase days that had the unit, later days heavier, shrunk
    ``trip_rate``        the customer's purchase days a day, later days heavier
    ``pair_rate``        their product
    ``as_of_weekday``    ISO weekday of as_of, 1 is Monday

    Args:
        log: the customers' purchases; rows at or after ``as_of`` are not looked at.
        population: the shop's statistics, as of ``as_of`` or earlier.
        as_of: the first unknown day.
        min_purchases: fewest purchase days of a pair, >= 2.
    """
    parts = [_block(part, population, as_of, min_purchases) for part in log.before(as_of).blocks(BLOCK)]
    return pl.concat(parts) if parts else pl.DataFrame(schema=_SCHEMA)


_SCHEMA = pl.Schema(
    {
        "customer_id": pl.String(),
        "unit": pl.String(),
        "item_id": pl.String(),
        "last_bought": pl.Date(),
        "n_purchases": pl.Int64(),
        **dict.fromkeys(NAMES, pl.Float32()),
    }
)


def _block(log: Log, population: Population, as_of: dt.date, min_purchases: int) -> pl.DataFrame:
    lines = log.lines.filter(pl.len().over("customer", "unit") >= min_purchases)
    column = {name: lines[name].to_numpy().astype(np.int64) for name in lines.columns}
    pairs = Runs.of(column["customer"], column["unit"])
    customer, unit = column["customer"][pairs.starts], column["unit"][pairs.starts]
    today = windows.day_number(as_of)
    stats = _stats(population, log.unit_ids, unit)
    visits = household.trips(log.trips, today)
    n_trips = visits.pop("customer_trips")
    own = pace.columns(column, pairs, stats, today, n_trips[visits_of(log.trips, customer)])
    shared = {name: values[visits_of(log.trips, customer)] for name, values in visits.items()}
    baskets = household.baskets(log, column, pairs, own, today)
    kin = household.kin(log.kin, customer, column["category"][pairs.starts], own, today)
    values = {
        **own,
        **shared,
        "customer_trips": n_trips[visits_of(log.trips, customer)],
        **baskets,
        **kin,
        **stats,
        **_compared(own, shared, stats),
        "as_of_weekday": np.full(len(unit), float(as_of.isoweekday())),
    }
    last = pairs.last
    return pl.DataFrame(
        {
            "customer_id": log.customer_ids[customer],
            "unit": log.unit_ids[unit],
            "item_id": log.item_ids[column["item"][last]],
            "last_bought": pl.Series(column["day"][last], dtype=pl.Int32).cast(pl.Date),
            "n_purchases": pairs.counts,
            **{name: _float32(values[name]) for name in NAMES},
        },
        schema=_SCHEMA,
    )


def visits_of(trips: pl.DataFrame, customer: Ints) -> Ints:
    """Return the place of each customer among the distinct customers of ``trips``, which are sorted."""
    return np.searchsorted(trips["customer"].unique().sort().to_numpy(), customer).astype(np.int64)


def _stats(population: Population, unit_ids: pl.Series, unit: Ints) -> dict[str, Floats]:
    """Return the statistics of each pair's unit by name."""
    distinct, place = np.unique(unit, return_inverse=True)
    rows = population.stats(unit_ids[distinct])
    return {name: rows[name].to_numpy()[place] for name in STATS}


def _compared(own: dict[str, Floats], shared: dict[str, Floats], stats: dict[str, Floats]) -> dict[str, Floats]:
    visits = shared["trips_decayed"]
    share = (own["decayed_60"] + PRIOR_TRIPS * stats["unit_trip_share"]) / (visits + PRIOR_TRIPS)
    seen = 60.0 * (1.0 - np.exp(-shared["tenure"] / 60.0))
    trip_rate = visits / (seen + 3.0)
    return {
        "late_trip_share": share,
        "trip_rate": trip_rate,
        "pair_rate": share * trip_rate,
        "gap_over_unit": own["gap_shrunk"] / stats["unit_gap"],
        "rate_over_unit": own["rate"] / stats["unit_rate"],
        "share_over_unit": own["trip_share"] / stats["unit_trip_share"],
        "lag_over_unit": own["lag"] / stats["unit_gap"],
    }


def _float32(values: npt.NDArray[np.float64]) -> pl.Series:
    return pl.Series(values.astype(np.float32)).fill_nan(None)
