"""Which day it is in the shop."""

import datetime as dt
from collections.abc import Callable

from regulars import windows

Clock = Callable[[], dt.date]
"""Returns today."""

DATA = "data"
"""The setting under which today is the day after the data: for demonstrations on old purchases."""


def clock(setting: str | None, data_through: dt.date) -> Clock:
    """Return the clock for a setting (the variable ``REGULARS_CLOCK``).

    Nothing means this machine's calendar in its own time zone; ``data`` the day after ``data_through``;
    a day such as 2017-10-03 that day.

    >>> clock("data", dt.date(2017, 12, 31))()
    datetime.date(2018, 1, 1)

    Raises:
        ConfigError: the setting is none of these.
    """
    if not setting:
        return dt.date.today  # noqa: TID251 - here, and only here, time enters
    pinned = windows.after(data_through) if setting == DATA else windows.parse_day(setting)
    return lambda: pinned
