"""When a customer comes: weekday, hour, and where in the year as_of lies."""

import datetime as dt
import math
from collections.abc import Callable

import numpy as np
import polars as pl

from regulars import windows
from regulars.features.past import Column, Columns, Past, ratio
from regulars.features.rollups import WEEKDAYS

DAYS_OF_YEAR = 365

YEAR = ("year_sin", "year_cos")
"""The features that only a history of a whole year can teach; see :func:`spans_a_year`."""


def spans_a_year(features: pl.DataFrame) -> bool:
    """Return whether the table's snapshots reach over at least a year.

    With less, a day of the year is a point in time that the test never sees again: a model that splits on
    it extrapolates. On a shop of one year such splits made the curve worse.
    """
    first, last = features["as_of"].min(), features["as_of"].max()
    return isinstance(first, dt.date) and isinstance(last, dt.date) and (last - first).days >= DAYS_OF_YEAR


def season(past: Past) -> Columns:
    """Weekday, hour and season.

    Columns:
        weekday_1, weekday_2, weekday_3, weekday_4, weekday_5, weekday_6, weekday_7 (share, (0, 1)): purchase days on
            that ISO weekday, shrunk by one evenly spread day; they add up to 1
        weekend_share (share, [0, 1]): purchase days on Saturday or Sunday
        hour (hour of the day, [0, 23]): mean hour of an order, by its first line of the day
        as_of_weekday (ISO weekday, [1, 7]): weekday of as_of; 1 is Monday
        year_sin (sine, [-1, 1]): of 2 pi times the number of as_of in its year, 1 to 366, over 365.25
        year_cos (cosine, [-1, 1]): of the same angle

    Example:
        >>> from regulars.features.example import show
        >>> show(season)
        weekday_1 0.286
        weekday_2 0.036
        weekday_3 0.286
        weekday_4 0.286
        weekday_5 0.036
        weekday_6 0.036
        weekday_7 0.036
        weekend_share 0
        hour 12.5
        as_of_weekday 6
        year_sin 0.648
        year_cos 0.761
    """
    days = past.days
    n = days.count()
    return {
        **{name: (days.total(name) + 1 / 7) / (n + 1) for name in WEEKDAYS},
        "weekend_share": ratio(days.total("weekday_6") + days.total("weekday_7"), n),
        "hour": days.mean_of("hour", "n_orders"),
        "as_of_weekday": _of_day(past, dt.date.isoweekday),
        "year_sin": _of_day(past, lambda day: math.sin(_angle(day))),
        "year_cos": _of_day(past, lambda day: math.cos(_angle(day))),
    }


def _angle(day: dt.date) -> float:
    return day.timetuple().tm_yday * (2 * math.pi / 365.25)


def _of_day(past: Past, value: Callable[[dt.date], float]) -> Column:
    """Return a value of as_of, worked out once an instant."""
    values = [value(windows.day_of(number)) for number in past.rows.instants]
    return np.repeat(np.array(values, np.float64), past.rows.sizes)
