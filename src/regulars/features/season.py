"""When a customer comes: weekday, hour, and where in the year as_of lies."""

import datetime as dt
import math

import polars as pl

from regulars.features.known import KEYS, Known

WEEKDAYS = tuple(f"weekday_{number}" for number in range(1, 8))
"""Monday is 1, as in ISO 8601."""

DAYS_OF_YEAR = 365

NAMES = (*WEEKDAYS, "weekend_share", "hour", "as_of_weekday", "year_sin", "year_cos")


YEAR = ("year_sin", "year_cos")
"""The features that only a history of a whole year can teach; see :func:`spans_a_year`."""


def spans_a_year(features: pl.DataFrame) -> bool:
    """Return whether the table's snapshots reach over at least a year.

    With less, a day of the year is a point in time that the test never sees again: a model that splits on
    it extrapolates. On a shop of one year such splits made the curve worse.
    """
    first, last = features["as_of"].min(), features["as_of"].max()
    return isinstance(first, dt.date) and isinstance(last, dt.date) and (last - first).days >= DAYS_OF_YEAR


def season(known: Known) -> pl.DataFrame:
    """Weekday, hour and season of each customer at each snapshot.

    One row per (customer_id, as_of):

    ``weekday_1 .. weekday_7``  share of purchase days on that ISO weekday, shrunk by one evenly spread day; sum 1
    ``weekend_share``           share of purchase days on Saturday or Sunday, [0, 1]
    ``hour``                    mean hour of an order, [0, 23]
    ``as_of_weekday``           ISO weekday of as_of, 1..7
    ``year_sin``, ``year_cos``  day of the year of as_of on a circle
    """
    weekday = pl.col("day").dt.weekday()
    shares = known.days.group_by(KEYS, maintain_order=True).agg(
        *(
            (((weekday == number).sum() + 1 / 7) / (pl.len() + 1)).alias(name)
            for number, name in enumerate(WEEKDAYS, start=1)
        ),
        weekend_share=(weekday >= 6).sum() / pl.len(),
    )
    hours = known.orders.group_by(KEYS).agg(hour=pl.col("hour").mean())
    angle = pl.col("as_of").dt.ordinal_day() * (2 * math.pi / 365.25)
    return shares.join(hours, on=KEYS, how="left", maintain_order="left").with_columns(
        as_of_weekday=pl.col("as_of").dt.weekday().cast(pl.Int64), year_sin=angle.sin(), year_cos=angle.cos()
    )
