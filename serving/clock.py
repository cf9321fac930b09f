"""Which day it is in the shop."""

import datetime as dt
import zoneinfo
from collections.abc import Callable

from regulars import windows
from serving.store import Header

Clock = Callable[[Header], dt.date]
"""Returns today, given what the store says of the shop."""

DATA = "data"
"""The setting under which today is the day after the data: for demonstrations on old purchases."""


def clock(setting: str | None) -> Clock:
    """Return the clock for a setting (the variable ``REGULARS_CLOCK``).

    Nothing means the calendar in the shop's time zone, wherever this machine stands; ``data`` the day after the data; a
    day such as 2017-10-03 that day.

    Raises:
        ConfigError: the setting is none of these.
    """
    if not setting:
        return _here
    if setting == DATA:
        return lambda header: windows.after(header.data_through)
    pinned = windows.parse_day(setting)
    return lambda _: pinned


def _here(header: Header) -> dt.date:
    return dt.datetime.now(zoneinfo.ZoneInfo(header.time_zone)).date()  # noqa: TID251 - here, and only here, time enters
