"""Between the wall clock of a shop and UTC: what is on disk is UTC, what people and models see is the wall clock."""

import datetime as dt
import zoneinfo
from collections.abc import Sequence

import polars as pl

from regulars.errors import ConfigError, did_you_mean

UTC = pl.Datetime("us", "UTC")
"""Type of times on disk."""


def check_zone(zone: str) -> str:
    """Return ``zone`` if it is an IANA time zone.

    Raises:
        ConfigError: it is none.

    >>> check_zone("Europe/Berlin")
    'Europe/Berlin'
    """
    known = zoneinfo.available_timezones()
    if zone not in known:
        raise ConfigError(f"no time zone {zone!r}{did_you_mean(zone, sorted(known))}; name it as in Europe/Berlin")
    return zone


def in_utc(times: pl.Series, zone: str) -> pl.Series:
    """Return times in UTC; those without a zone are the wall clock of ``zone``.

    Of an hour that comes twice the first is meant; one that the clock skips is read with the offset before it.

    >>> wall = pl.Series([dt.datetime(2024, 7, 1, 9), dt.datetime(2024, 3, 31, 2, 30)])
    >>> in_utc(wall, "Europe/Berlin").dt.to_string("%m-%d %H:%M").to_list()
    ['07-01 07:00', '03-31 01:30']
    """
    if isinstance(times.dtype, pl.Datetime) and times.dtype.time_zone is not None:
        return times.dt.convert_time_zone("UTC").cast(UTC)
    naive = times.cast(pl.Datetime("us"))
    if zone == "UTC":
        return naive.dt.replace_time_zone("UTC")
    known = _instants(naive, zone)
    for days in (1, 2):  # a day was skipped whole, where the date line moved
        skipped = known.is_null() & naive.is_not_null()
        if not skipped.any():
            break
        back = dt.timedelta(days=days)
        known = known.scatter(skipped.arg_true(), _instants(naive.filter(skipped) - back, zone) + back)
    return known


def _instants(naive: pl.Series, zone: str) -> pl.Series:
    """Return wall-clock times in UTC; null where the clock skipped them."""
    known = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return known.dt.convert_time_zone("UTC")


def wall(column: str, zone: str) -> pl.Expr:
    """Return a UTC column as the naive wall clock of ``zone``."""
    return pl.col(column).dt.convert_time_zone(zone).dt.replace_time_zone(None)


def told(times: Sequence[dt.datetime], zone: str) -> list[dt.datetime]:
    """Return times by the wall clock of ``zone``, as a ledger gives them back: an offset says which instant is meant.

    >>> july, ahead = dt.datetime(2024, 7, 1, 9), dt.timezone(dt.timedelta(hours=3))
    >>> [str(time) for time in told([july, july.replace(tzinfo=ahead)], "Europe/Berlin")]
    ['2024-07-01 09:00:00', '2024-07-01 08:00:00']
    """
    if zone == "UTC" and all(time.tzinfo is None for time in times):
        return list(times)
    naive = pl.Series([None if time.tzinfo else time for time in times], dtype=pl.Datetime("us"))
    instants = pl.Series([time.astimezone(dt.UTC) if time.tzinfo else None for time in times], dtype=UTC)
    at = in_utc(naive, zone).zip_with(naive.is_not_null(), instants)
    return at.to_frame("at").select(wall("at", zone)).to_series().to_list()


def midnight(day: dt.date, zone: str) -> pl.Expr:
    """Return the instant, in UTC, at which ``day`` begins in ``zone``.

    >>> pl.select(midnight(dt.date(2024, 7, 1), "Europe/Berlin")).item().isoformat()
    '2024-06-30T22:00:00+00:00'
    """
    start = pl.Series([day]).cast(pl.Datetime("us"))
    return pl.lit(in_utc(start, zone).item()).cast(UTC)
