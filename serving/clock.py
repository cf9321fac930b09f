"""Which day it is in the shop."""

import datetime as dt
from collections.abc import Callable

from regulars import windows

Clock = Callable[[dt.date], dt.date]
"""Returns today, given the last day of the data."""

DATA = "data"
"""The setting under which today is the day after the data: for demonstrations on old purchases."""


def clock(setting: str | None) -> Clock:
    """Return the clock for a setting (the variable ``REGULARS_CLOCK``).

    Nothing means this machine's calendar in its own time zone; ``data`` the day after the data; a day such as
    2017-10-03 that day.

    >>> clock("data")(dt.date(2017, 12, 31))
    datetime.date(2018, 1, 1)

    Raises:
        ConfigError: the setting is none of these.
    """
    if not setting:
        return lambda _: dt.date.today()  # noqa: TID251, DTZ011 - here, and only here, time enters
    if setting == DATA:
        return windows.after
    pinned = windows.parse_day(setting)
    return lambda _: pinned
