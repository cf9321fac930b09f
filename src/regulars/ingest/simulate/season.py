"""When people go shopping: seasons, weekdays, and the hours of the shop.

Trips are drawn in a time of their own, in which every moment is alike, and are then laid into the
calendar: ``warped(t)`` is the integral of the season's intensity up to day ``t``, its mean being 1.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from regulars.ingest.simulate.arrays import Floats, Ints, pick
from regulars.ingest.simulate.plan import Plan

WEEKDAY = (0.85, 0.80, 0.90, 1.00, 1.30, 1.45, 0.70)
"""Monday to Sunday."""
CLOSED = ((1, 1), (12, 25))
"""Month and day on which nothing is sold."""
STORE_HOURS = np.array([0] * 8 + [4, 6, 8, 9, 8, 6, 6, 7, 9, 11, 9, 5] + [0] * 4, dtype=float)
"""Open from 8 to 20."""
SUNDAY_HOURS = np.array([0] * 10 + [6, 9, 10, 9, 8, 7, 6, 4] + [0] * 6, dtype=float)
"""Open from 10 to 18."""
WEB_HOURS = np.array([2, 0, 0, 0, 0.5, 0.5, 1, 2, 3, 3, 3, 3, 4, 4, 3, 3, 4, 5, 6, 8, 10, 10, 7, 4], dtype=float)
"""Closed from 1 to 4 at night, so that no order falls into the hour that daylight saving skips or repeats."""


@dataclass(frozen=True)
class Season:
    """The intensity of shopping over the days of a plan."""

    cumulative: Floats
    """``warped`` at the start of each day, ``days + 1`` values."""

    @classmethod
    def of(cls, plan: Plan) -> "Season":
        """Return weekday x day of the year, 0 on closed days, with mean 1 over the plan."""
        dates = [plan.start + dt.timedelta(days=day) for day in range(plan.days)]
        weekday = np.array([WEEKDAY[date.weekday()] for date in dates])
        doy = np.array([date.timetuple().tm_yday for date in dates], dtype=float)
        year = 1 + 0.10 * np.cos(2 * np.pi * (doy - 350) / 365.25) + 0.45 * np.exp(-(((doy - 350) / 9) ** 2))
        summer = 1 - 0.15 * np.exp(-(((doy - 220) / 15) ** 2))
        is_open = np.array([(date.month, date.day) not in CLOSED for date in dates])
        intensity = weekday * year * summer * is_open
        return cls(np.concatenate([[0.0], np.cumsum(intensity / intensity.mean())]))

    def warped(self, day: Floats) -> Floats:
        """Return the trips' own time at a day of the calendar (fractions count)."""
        return np.asarray(np.interp(day, np.arange(len(self.cumulative)), self.cumulative))

    def day(self, warped: Floats) -> Floats:
        """Return the day of the calendar at a trips' own time: the inverse of :meth:`warped`."""
        return np.asarray(np.interp(warped, self.cumulative, np.arange(len(self.cumulative), dtype=float)))


def seconds(hours: Floats, size: int, rng: np.random.Generator) -> Ints:
    """Draw seconds after midnight from the weights of 24 hours."""
    return pick(hours, size, rng) * 3600 + rng.integers(0, 3600, size)
