"""What a customer's other purchases say: how often they come at all, and what else of the kind they bought."""

import numpy as np
import polars as pl

from regulars.features.repurchase.log import Log
from regulars.features.repurchase.runs import ONE, Floats, Ints, Runs, fixed

WEEKDAYS = tuple(f"weekday_{number}" for number in range(1, 8))
LOADS = tuple(f"load_{number}" for number in range(1, 8))
TRIPS = (
    "customer_trips",
    "recency",
    "tenure",
    "trip_gap",
    "trip_gap_smoothed",
    "trip_gap_longest",
    "overdue",
    "trips_14",
    "trips_28",
    "trips_84",
    "trips_decayed",
    "trips_trend",
    *WEEKDAYS,
    *LOADS,
    "basket_last",
    "units_7",
    "units_14",
    "big_lag",
    "big_gap",
    "big_overdue",
)
"""Of the customer's purchase days.

``customer_trips``     their number
``recency``, ``tenure``  days since the last and the first
``trip_gap``           mean days between two, one of 14 days added
``trip_gap_smoothed``  the later ones heavier, as above
``trip_gap_longest``   the longest
``overdue``            recency over trip_gap
``trips_14``, ``trips_28``, ``trips_84``  in the last so many days
``trips_decayed``      all, each decayed by e for 60 days since
``trips_trend``        trips_28 over a third of trips_84, one added to both
``weekday_1`` ...      share of them on that ISO weekday, shrunk by one evenly spread day
``load_1`` ...         share of the units bought on that ISO weekday, shrunk likewise
``basket_last``        units bought on the last purchase day over the mean
``units_7``, ``units_14``  units bought in the last so many days over those of as many usual days
``big_lag``            days since the last purchase day with at least the mean number of units
``big_gap``            mean days between two such, one of 14 days added
``big_overdue``        big_lag over big_gap
"""
BASKETS = (
    "basket_units",
    "basket_late",
    "pair_share",
    "customer_pairs",
    "customer_repeat",
    "customer_pace",
    "customer_late",
)
"""Of what the customer buys.

``basket_units``     mean distinct units of a purchase day
``basket_late``      the same in the last 28 days, over basket_units; null without a purchase day in them
``pair_share``       the pair's part in all the customer's pair days
``customer_pairs``   units bought on enough days to be here
``customer_repeat``  share of the customer's pair days that were in such units
``customer_pace``    of these units, the share bought in the last 28 days
``pair_basket``      mean units of the pair's purchase days over basket_units: bought on big trips or on small ones
``customer_late``    purchase days with these units in the last 28 days over those expected from the rates
"""
KIN = ("category_lag", "category_n", "category_28", "category_part", "category_between")
"""Of the customer's purchase days with any unit of the category; null where the unit has none.

``category_lag``      days since the last
``category_n``        their number
``category_28``       in the last 28 days
``category_part``     the pair's purchase days over category_n
``category_between``  1 where another unit of the category was bought since the pair's last, else 0
"""
_SMOOTH = 0.6
_EPOCH_WEEKDAY = 3


def trips(rows: pl.DataFrame, today: int) -> dict[str, Floats]:
    """Return TRIPS by name, a value for each distinct customer of ``rows``, in their order."""
    customer, day = rows["customer"].to_numpy(), rows["day"].to_numpy().astype(np.int64)
    runs = Runs.of(customer)
    n, age = runs.counts.astype(np.float64), today - day
    first = np.zeros(len(day), np.bool_)
    first[runs.starts] = True
    gap = np.where(first, 0, np.diff(day, prepend=day[:1]))
    back = np.repeat(runs.last, runs.counts) - np.arange(len(day))
    weight = np.where(first, 0, np.rint(ONE * _SMOOTH ** np.minimum(back, 25)).astype(np.int64))
    recency, tenure = age[runs.last].astype(np.float64), age[runs.starts].astype(np.float64)
    trip_gap = (tenure - recency + 14.0) / n
    late = {f"trips_{days}": runs.sum(age <= days).astype(np.float64) for days in (14, 28, 84)}
    number = (day + _EPOCH_WEEKDAY) % 7
    shares = {name: (runs.sum(number == at) + 1 / 7) / (n + 1) for at, name in enumerate(WEEKDAYS)}
    return {
        "customer_trips": n,
        "recency": recency,
        "tenure": tenure,
        "trip_gap": trip_gap,
        "trip_gap_smoothed": (runs.sum(weight * gap) + 14 * ONE * 0.2) / (runs.sum(weight) + ONE * 0.2),
        "trip_gap_longest": runs.max(gap),
        "overdue": recency / trip_gap,
        **late,
        "trips_decayed": runs.sum(fixed(np.exp(-age / 60))) / ONE,
        "trips_trend": (late["trips_28"] + 1.0) / (late["trips_84"] / 3.0 + 1.0),
        **shares,
        **_loads(runs, rows["units"].to_numpy().astype(np.int64), day, today),
    }


def _loads(runs: Runs, units: Ints, day: Ints, today: int) -> dict[str, Floats]:
    total, age = runs.sum(units), today - day
    mean = total / runs.counts
    number = (day + _EPOCH_WEEKDAY) % 7
    loads = {
        name: (runs.sum(units * (number == at)) / mean + 1 / 7) / (runs.counts + 1) for at, name in enumerate(LOADS)
    }
    usual = total / (age[runs.starts] + 14.0)
    big = units * np.repeat(runs.counts, runs.counts) >= np.repeat(total, runs.counts)
    last = -runs.max(np.where(big, -age, -age.max(initial=0)))
    first = runs.max(np.where(big, age, 0))
    gap = (first - last + 14.0) / runs.sum(big)
    return {
        **loads,
        "basket_last": units[runs.last] / mean,
        "units_7": runs.sum(units * (age <= 7)) / (7 * usual),
        "units_14": runs.sum(units * (age <= 14)) / (14 * usual),
        "big_lag": last,
        "big_gap": gap,
        "big_overdue": last / gap,
    }


def baskets(log: Log, column: dict[str, Ints], pairs: Runs, own: dict[str, Floats], today: int) -> dict[str, Floats]:
    """Return BASKETS by name, a value a pair.

    Args:
        log: the same customers' purchases.
        column: the columns of the pairs' lines, by pair and day.
        pairs: where the pairs start in them.
        own: the pairs' own columns.
        today: the day number of as_of.
    """
    visits = Runs.of(log.trips["customer"].to_numpy())
    units, late = log.trips["units"].to_numpy().astype(np.int64), today - log.trips["day"].to_numpy() <= 28
    all_units, late_units, late_trips = visits.sum(units), visits.sum(units * late), visits.sum(late)
    mean = all_units / visits.counts
    known = log.trips["customer"].to_numpy()[visits.starts]
    customer = column["customer"][pairs.starts]
    at = np.searchsorted(known, customer)
    mine = Runs.of(customer)
    fresh = mine.sum(today - column["day"][pairs.last] <= 28) / np.maximum(mine.counts, 1)
    of_customer = mine.index()
    expected = mine.sum(fixed(28 * own["rate"])) / ONE
    found = mine.sum(own["late_28"].astype(np.int64))
    return {
        "basket_units": mean[at],
        "basket_late": np.where(late_trips > 0, late_units / np.maximum(late_trips, 1) / mean, np.nan)[at],
        "pair_share": pairs.counts / all_units[at],
        "customer_pairs": mine.counts[of_customer].astype(np.float64),
        "customer_repeat": mine.sum(pairs.counts)[of_customer] / all_units[at],
        "customer_pace": fresh[of_customer],
        "customer_late": (found / expected)[of_customer],
        "pair_basket": pairs.sum(column["units"]) / pairs.counts / mean[at],
    }


def kin(rows: pl.DataFrame, customer: Ints, category: Ints, own: dict[str, Floats], today: int) -> dict[str, Floats]:
    """Return KIN by name, a value a pair.

    Args:
        rows: purchase days by customer and category, sorted.
        customer: that of each pair.
        category: that of each pair; -1 is none.
        own: the pair's own columns.
        today: the day number of as_of.
    """
    keys = rows["customer"].to_numpy().astype(np.int64) << 32 | rows["category"].to_numpy()
    age = today - rows["day"].to_numpy().astype(np.int64)
    runs = Runs.of(keys)
    wanted = customer << 32 | np.maximum(category, 0)
    at = np.minimum(np.searchsorted(keys[runs.starts], wanted), max(len(runs.starts) - 1, 0))
    if len(runs.starts) == 0:
        return {name: np.full(len(customer), np.nan) for name in KIN}
    none = category < 0
    lag, n = age[runs.last][at], runs.counts[at]
    found = {
        "category_lag": lag,
        "category_n": n,
        "category_28": runs.sum(age <= 28)[at],
        "category_part": own["n"] / n,
        "category_between": lag < own["lag"],
    }
    return {name: np.where(none, np.nan, values.astype(np.float64)) for name, values in found.items()}
