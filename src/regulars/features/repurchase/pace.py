"""How often, how lately and at what pace a customer buys a unit."""

import numpy as np
import numpy.typing as npt

from regulars.features.repurchase.runs import ONE, Floats, Ints, Runs, fixed

NAMES = (
    "n",
    "lag",
    "age",
    "span",
    "gap_mean",
    "gap_median",
    "gap_last",
    "gap_before",
    "gap_smoothed",
    "gap_longest",
    "gap_shrunk",
    "gap_typical",
    "gap_cv",
    "gap_spread",
    "lag_over_gap",
    "lag_over_median",
    "lag_over_typical",
    "lag_over_longest",
    "surprise",
    "rate",
    "trip_share",
    "trips_since",
    "trips_lag",
    "late_14",
    "late_28",
    "late_56",
    "late_112",
    "decayed_20",
    "decayed_60",
    "late_share",
    "quantity_ratio",
    "content_ratio",
    "amount_ratio",
    "quantity_usual",
    "amount_usual",
    "discount_last",
    "discount_usual",
    "last_weekday",
)
"""The features of this module.

``n``                purchase days, >= 2
``lag``              days since the last, >= 1
``age``              days since the first
``span``             days from the first to the last
``gap_mean``, ``gap_median``, ``gap_last``, ``gap_before``, ``gap_longest``  own gaps in days; gap_before is the one
                     before the last gap (null for two purchases)
``gap_smoothed``     mean of own gaps, each 0.6 as heavy as the next later one
``gap_shrunk``       own mean gap, the unit's counting for 2 gaps
``gap_typical``      geometric mean of own gaps, the unit's counting for 2
``gap_cv``           standard deviation of own gaps over their mean; null for two purchases
``gap_spread``       standard deviation of the logarithm of own gaps around gap_typical, the unit's counting for 2 gaps
``lag_over_*``       lag over such a gap
``surprise``         (log lag - log gap_typical) over the unit's spread of log gaps
``rate``             re-purchases a day since the first, the unit's counting for 60 days
``trip_share``       share of the customer's purchase days since the first that had the unit again, shrunk by 5
``trips_since``      the customer's purchase days after the last with the unit
``trips_lag``        trips_since over own mean trips from one purchase to the next
``late_*``           purchase days in the last so many days
``decayed_*``        purchase days, each decayed by e for so many days since
``late_share``       late_56 over late_112
``quantity_ratio``, ``content_ratio``, ``amount_ratio``  bought last over the mean; content is quantity x pack size
                     (null where no pack says); a stock-up is above 1
``quantity_usual``, ``amount_usual``  means of a purchase day, in units and minor units
``discount_last``, ``discount_usual``  discount over full price: last day, all days
``last_weekday``     ISO weekday of the last purchase
"""

PRIOR_GAPS = 2.0
"""Gaps that the unit's pace counts for among a pair's own."""
PRIOR_DAYS = 60.0
"""Days that the unit's rate counts for."""
PRIOR_TRIPS = 5.0
"""Purchase days that the unit's share counts for."""
_SMOOTH = 0.6
_EPOCH_WEEKDAY = 3
"""1970-01-01 was a Thursday: weekday number 3 when Monday is 0."""


def columns(
    column: dict[str, npt.NDArray[np.int64]], pairs: Runs, stats: dict[str, Floats], today: int, n_trips: Floats
) -> dict[str, Floats]:
    """Return NAMES by name, a value a pair.

    Args:
        column: the columns of :class:`~regulars.features.repurchase.log.Log` lines, by pair and day.
        pairs: where the pairs start in them.
        stats: the statistics of each pair's unit.
        today: the day number of as_of.
        n_trips: purchase days of each pair's customer.
    """
    counts: dict[str, Floats] = _gaps(column, pairs, stats, today)
    counts |= {**_late(column, pairs, today), **_bought(column, pairs)}
    first_trip, last_trip = column["trip"][pairs.starts], column["trip"][pairs.last]
    gaps = counts["n"] - 1.0
    since = n_trips - first_trip
    counts["rate"] = (gaps + PRIOR_DAYS * stats["unit_rate"]) / (counts["age"] + PRIOR_DAYS)
    counts["trip_share"] = (gaps + PRIOR_TRIPS * stats["unit_trip_share"]) / (since + PRIOR_TRIPS)
    counts["trips_since"] = n_trips - last_trip
    counts["trips_lag"] = counts["trips_since"] * gaps / np.maximum(last_trip - first_trip, 1)
    counts["last_weekday"] = 1.0 + ((column["day"][pairs.last] + _EPOCH_WEEKDAY) % 7).astype(np.float64)
    return counts


def _gaps(column: dict[str, Ints], pairs: Runs, stats: dict[str, Floats], today: int) -> dict[str, Floats]:
    gap, nth = column["gap"], column["nth"]
    n = pairs.counts.astype(np.float64)
    back = np.repeat(pairs.counts, pairs.counts) - nth
    weight = np.where(nth > 1, np.rint(ONE * _SMOOTH ** np.minimum(back, 25)).astype(np.int64), 0)
    span = pairs.sum(gap).astype(np.float64)
    mean = span / (n - 1)
    variance = np.maximum(pairs.sum(gap * gap) / (n - 1) - mean**2, 0.0)
    logs = np.where(nth > 1, np.log(np.maximum(gap, 1)), 0.0)
    log_gaps, log_squares = pairs.sum(fixed(logs)) / ONE, pairs.sum(fixed(logs**2)) / ONE
    unit_log = np.log(stats["unit_gap_typical"])
    log_typical = (log_gaps + PRIOR_GAPS * unit_log) / (n - 1 + PRIOR_GAPS)
    around = log_squares - 2 * log_typical * log_gaps + (n - 1) * log_typical**2
    spread = np.sqrt((np.maximum(around, 0.0) + PRIOR_GAPS * stats["unit_gap_spread"] ** 2) / (n - 1 + PRIOR_GAPS))
    median = pairs.median(np.where(nth > 1, gap, np.nan))
    shrunk = (span + PRIOR_GAPS * stats["unit_gap"]) / (n - 1 + PRIOR_GAPS)
    lag, longest = (today - column["day"][pairs.last]).astype(np.float64), pairs.max(gap)
    return {
        "n": n,
        "lag": lag,
        "age": (today - column["day"][pairs.starts]).astype(np.float64),
        "span": span,
        "gap_mean": mean,
        "gap_median": median,
        "gap_last": gap[pairs.last].astype(np.float64),
        "gap_before": np.where(n > 2, gap[np.maximum(pairs.last - 1, 0)], np.nan),
        "gap_smoothed": pairs.sum(weight * gap) / np.maximum(pairs.sum(weight), 1),
        "gap_longest": longest,
        "gap_shrunk": shrunk,
        "gap_typical": np.exp(log_typical),
        "gap_cv": np.where(n > 2, np.sqrt(variance) / mean, np.nan),
        "gap_spread": spread,
        "lag_over_gap": lag / shrunk,
        "lag_over_median": lag / median,
        "lag_over_typical": lag / np.exp(log_typical),
        "lag_over_longest": lag / longest,
        "surprise": (np.log(lag) - log_typical) / stats["unit_gap_spread"],
    }


def _late(column: dict[str, Ints], pairs: Runs, today: int) -> dict[str, Floats]:
    age = today - column["day"]
    late = {f"late_{days}": pairs.sum(age <= days).astype(np.float64) for days in (14, 28, 56, 112)}
    decayed = {f"decayed_{days}": pairs.sum(fixed(np.exp(-age / days))) / ONE for days in (20, 60)}
    return {**late, **decayed, "late_share": late["late_56"] / np.maximum(late["late_112"], 1.0)}


def _bought(column: dict[str, Ints], pairs: Runs) -> dict[str, Floats]:
    n, last = pairs.counts, pairs.last
    quantity, content, amount, discount = (column[name] for name in ("quantity", "content", "amount", "discount"))
    with_content = pairs.sum(content > 0)
    mean_content = pairs.sum(content) / np.maximum(with_content, 1)
    paid, granted = pairs.sum(amount), pairs.sum(discount)
    return {
        "quantity_ratio": quantity[last] * n / np.maximum(pairs.sum(quantity), 1),
        "content_ratio": np.where(content[last] > 0, content[last] / np.maximum(mean_content, 1.0), np.nan),
        "amount_ratio": np.where(paid > 0, amount[last] * n / np.maximum(paid, 1), np.nan),
        "quantity_usual": pairs.sum(quantity) / n / 1000.0,
        "amount_usual": paid / n,
        "discount_last": _part(discount[last], amount[last]),
        "discount_usual": _part(granted, paid),
    }


def _part(granted: Ints, paid: Ints) -> Floats:
    """Return the discount over the full price, 0 where there was no price."""
    full = granted + np.maximum(paid, 0)
    result: Floats = np.where(full > 0, granted / np.maximum(full, 1), 0.0)
    return result
