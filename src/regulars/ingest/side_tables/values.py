"""One column of a file as a table wants it: typed, with the reason where a value cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from regulars import currency
from regulars.ingest import parsing
from regulars.ingest.identity.birthdays import birthdays
from regulars.ingest.parsing import MISSING, UNREADABLE, Reading
from regulars.ingest.side_tables import countries
from regulars.ingest.side_tables.options import Options
from regulars.schema import Column

_TRUE = ("true", "t", "yes", "y", "1", "1.0", "on", "ja", "oui", "si", "sí")
_FALSE = ("false", "f", "no", "n", "0", "0.0", "off", "nein", "non")
_EXACT = 2.0**53
"""Larger whole numbers went through a float that cannot tell them apart."""


@dataclass(frozen=True)
class Written:
    """How one file writes its times and numbers."""

    days: Mapping[str, str] = field(default_factory=dict)
    """Column of the table -> format of its days, for times that are text."""
    commas: frozenset[str] = frozenset()
    """Columns of the table with a decimal comma."""


def read(raw: pl.Series, column: Column, written: Written, options: Options, lands: pl.Series) -> Reading:
    """Read the values of ``raw`` as ``column`` wants them; ``lands`` are the countries of the rows."""
    if column.dtype == pl.Boolean:
        return truths(raw)
    if column.dtype == pl.Date:
        return days(raw, lands, options.country)
    if isinstance(column.dtype, pl.Datetime):
        zone = options.file_zone or options.time_zone
        return times(raw, written.days.get(column.name, "%Y-%m-%d"), zone, options.time_zone)
    if column.dtype.is_numeric():
        return numbers(raw, column, written)
    return parsing.ids(raw) if column.name.endswith("_id") else words(raw, column)


def money(raw: pl.Series, column: Column, written: Written, options: Options) -> tuple[Reading, int]:
    """Read units of money as whole minor units, and count those that had fractions of one."""
    units = parsing.numbers(raw, comma=column.name in written.commas)
    reading, rounded = parsing.cents(units, currency.decimals(options.currency))
    return reading, int(rounded.sum())


def words(raw: pl.Series, column: Column) -> Reading:
    """Read text: a country as its code, a word of a list in its spelling, anything else as it is written."""
    value = parsing.text(raw)
    if column.name == "country":
        value = countries.codes(value)
    elif allowed := [word for check in column.checks for word in check.allowed]:
        bare = value.str.to_lowercase().str.replace_all(r"[\s_-]", "")
        value = bare.replace_strict([word.replace("_", "") for word in allowed], allowed, default=value)
    return Reading(value, _reason(value.is_null(), value))


def truths(raw: pl.Series) -> Reading:
    """Read true or false.

    >>> truths(pl.Series(["yes", "0", "", "maybe"])).value.to_list()
    [True, False, None, None]
    """
    said = raw.cast(pl.String).str.strip_chars().str.to_lowercase()
    yes = said.is_in(_TRUE)
    value = yes.set(~(yes | said.is_in(_FALSE)), None)
    return Reading(value, _reason(_nothing(raw), value))


def days(raw: pl.Series, lands: pl.Series, country: str | None) -> Reading:
    """Read days from 1900 on; where day and month could be swapped, the country decides."""
    frame = pl.DataFrame({"birthday": raw.cast(pl.String) if raw.dtype == pl.Time else raw, "country": lands})
    value = birthdays(frame, country)
    return Reading(value, _reason(_nothing(raw), value))


def times(raw: pl.Series, day: str, written_in: str, shop: str) -> Reading:
    """Read the shop's wall clock, from times with an offset from UTC or in the zone ``written_in``.

    >>> told = pl.Series(["2024-07-01 10:00:00Z", "2024-07-01 10:00"])
    >>> times(told, "%Y-%m-%d", "Europe/London", "Europe/Berlin").value.dt.hour().to_list()
    [12, 11]
    """
    instants = parsing.times(raw, day, written_in)
    return Reading(instants.value.dt.convert_time_zone(shop).dt.replace_time_zone(None), instants.reason)


def numbers(raw: pl.Series, column: Column, written: Written) -> Reading:
    """Read finite numbers, whole ones where the column wants these."""
    number = parsing.numbers(raw, comma=column.name in written.commas)
    if not column.dtype.is_integer():
        return number
    whole = (number.value == number.value.round(0)) & (number.value.abs() <= _EXACT)
    broken = (~whole).fill_null(value=False)
    return Reading(number.value.set(broken, None).cast(pl.Int64), number.reason.set(broken, "not a whole number"))


def _nothing(raw: pl.Series) -> pl.Series:
    return (parsing.ids(raw).reason == MISSING).fill_null(value=False)


def _reason(nothing: pl.Series, value: pl.Series) -> pl.Series:
    reason = pl.when(nothing).then(pl.lit(MISSING)).when(value.is_null()).then(pl.lit(UNREADABLE))
    return pl.select(reason).to_series()
