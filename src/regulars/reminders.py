"""Whom to remind of what, and when: a forecast of re-purchases turned into a list for the coming days.

A pair of customer and unit is expected (``due_date``)

- for a regular buyer, one typical gap after the last purchase, whatever day it is today: whoever buys every 30 days is
  reminded on day 28 with two lead days;
- else on the day by which the forecast makes a purchase as likely as not, which depends on how long ago the last one
  was. Without such a day within the horizon there is no reminder.

The reminder (``remind_on``) is the lead days earlier.
"""

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import curves
from regulars.errors import ConfigError
from regulars.estimators.replenishment import CONSUMABLE, Forecast

SCHEMA = pl.Schema(
    {
        "customer_id": pl.String(),
        "unit": pl.String(),
        "item_id": pl.String(),
        "last_bought": pl.Date(),
        "typical_days": pl.Float64(),
        "due_date": pl.Date(),
        "remind_on": pl.Date(),
        "earliest": pl.Date(),
        "latest": pl.Date(),
        "probability": pl.Float64(),
        "basis": pl.String(),
    }
)
"""The columns of a list of reminders."""


def due(
    forecast: Forecast, as_of: dt.date, window_days: int = 7, lead_days: int = 2, min_probability: float = 0.0
) -> pl.DataFrame:
    """Return the reminders for the days ``[as_of, as_of + window_days)``.

    A pair is listed if ``remind_on < as_of + window_days`` and ``due_date >= as_of``: a reminder that was missed is
    made up for while the purchase is still expected, and a date that has passed is not due for ever. There is none
    for durables and one-offs, nor where it would fall on the day of the last purchase or before. The list of
    another day may hold a pair again; (customer_id, unit, last_bought) stays the same until it is bought.

    Args:
        forecast: of :meth:`~regulars.estimators.replenishment.Replenisher.forecast` at this ``as_of``.
        as_of: the first unknown day: today.
        window_days: length of the list, within the forecast's horizon.
        lead_days: days from the reminder to the expected purchase, >= 0.
        min_probability: pairs less likely to be bought in the window are left out.

    Returns:
        SCHEMA, by remind_on, customer_id and unit. ``earliest`` and ``latest`` bound the day of the next purchase
        with 80% probability, null beyond the horizon; ``probability`` is that of a purchase in the window.

    Raises:
        ConfigError: a number is out of range.
    """
    _check(forecast, window_days, lead_days, min_probability)
    if forecast.pairs.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    listed = (
        *_coming(as_of),
        pl.col("remind_on") < as_of + dt.timedelta(days=window_days),
        pl.col("remind_on") > pl.col("last_bought"),
        pl.col("probability") >= min_probability,
    )
    dated = _dated(forecast, as_of, window_days, lead_days).filter(*listed)
    return dated.select(SCHEMA.names()).cast(SCHEMA).sort("remind_on", "customer_id", "unit")


def coming(forecast: Forecast, as_of: dt.date) -> Forecast:
    """Return the part of a forecast that any list of ``as_of`` may hold, whatever its window, lead and probability."""
    if forecast.pairs.is_empty():
        return forecast
    kept = _expected(forecast, as_of).select(pl.all_horizontal(_coming(as_of)).fill_null(value=False)).to_series()
    return Forecast(forecast.pairs.filter(kept), forecast.survival[kept.to_numpy()])


def _coming(as_of: dt.date) -> tuple[pl.Expr, pl.Expr]:
    return pl.col("kind") == CONSUMABLE, pl.col("due_date") >= as_of


def _expected(forecast: Forecast, as_of: dt.date) -> pl.DataFrame:
    """Return the pairs with ``due_date``; null where no day within the horizon is as likely as not."""
    gap = pl.duration(days=pl.col("typical_days").round().cast(pl.Int64))
    expected = pl.when("regular").then(pl.col("last_bought") + gap).otherwise("median")
    return forecast.pairs.with_columns(median=_day(forecast.survival, 0.5, as_of)).with_columns(due_date=expected)


def _dated(forecast: Forecast, as_of: dt.date, window_days: int, lead_days: int) -> pl.DataFrame:
    """Return the pairs with their days and the probability of a purchase in the window."""
    survival = forecast.survival
    return _expected(forecast, as_of).with_columns(
        remind_on=pl.col("due_date") - pl.duration(days=lead_days),
        earliest=_day(survival, 0.1, as_of),
        latest=_day(survival, 0.9, as_of),
        probability=pl.Series(curves.probability_within(survival, window_days)),
    )


def _day(survival: npt.NDArray[np.float64], q: float, as_of: dt.date) -> pl.Series:
    """Return the date by which a purchase has probability ``q``; null beyond the horizon."""
    days = pl.Series("days", curves.quantile_days(survival, q)).to_frame()
    date = pl.lit(as_of) + pl.duration(days=pl.col("days") - 1)
    return days.select(pl.when(pl.col("days") <= survival.shape[1]).then(date)).to_series()


def _check(forecast: Forecast, window_days: int, lead_days: int, min_probability: float) -> None:
    horizon = forecast.survival.shape[1]
    if not 1 <= window_days <= horizon:
        raise ConfigError(f"the forecast tells 1..{horizon} days, so a list cannot cover {window_days}")
    if lead_days < 0:
        raise ConfigError(f"a reminder comes before the purchase; use lead_days >= 0, not {lead_days}")
    if not 0.0 <= min_probability <= 1.0:
        raise ConfigError(f"min_probability lies in [0, 1], not at {min_probability}")
