"""What a source says, as typed values: each with the reason why it could not be read, where it could not.

Reasons are found on the values as they were written, before any cast, so that "missing" and "unreadable"
stay two things. Every function takes a column of a source, text or typed.
"""

from dataclasses import dataclass

import polars as pl

from regulars import clock
from regulars.ingest.formats import CLOCKS, FIRST_YEAR, LAST_YEAR, decimals, instants, offsets

MISSING = "missing"
"""The reason where nothing is written."""
UNREADABLE = "unreadable"
"""The reason where something is written that means nothing."""
MAX_MONEY = 1e12
"""No line is worth this many units of money."""

_NOTHING = ["", "nan", "nat", "null", "none", "n/a", "#n/a"]
_FIRST = ("n", "N", "#")
"""How the words for nothing begin."""
_SOME = 1000
"""Values of which the first that says something shows how times are written."""
_NOT_FINITE = ["nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"]


@dataclass(frozen=True)
class Reading:
    """A column as it was understood."""

    value: pl.Series
    """Typed; null where nothing could be read."""
    reason: pl.Series
    """Why not; null where a value was read."""


def text(raw: pl.Series) -> pl.Series:
    """Return the values as trimmed text; null where nothing is written.

    >>> text(pl.Series([" C7 ", "", None])).to_list()
    ['C7', None, None]
    """
    if raw.dtype.is_integer():
        return raw.cast(pl.String)
    words = raw.cast(pl.String).str.strip_chars()
    empty = words == ""
    return words.set(empty, None) if empty.any() else words


def ids(raw: pl.Series) -> Reading:
    """Read identifiers: trimmed text; a whole number that went through a float loses its ``.0``.

    >>> ids(pl.Series([17850.0, None])).value.to_list()
    ['17850', None]
    >>> ids(pl.Series(["007", "12.0", "NaN"])).value.to_list()
    ['007', '12', None]
    """
    words = text(raw)
    if not raw.dtype.is_integer() and words.str.ends_with(".0").any():
        words = words.str.replace(r"^(\d+)\.0$", "${1}")
    nothing = _nothing(raw, words)
    words = words.set(nothing, None) if nothing.any() else words
    return Reading(words, _reasons(nothing, words))


def times(raw: pl.Series, day_format: str, zone: str) -> Reading:
    """Read instants in UTC, Datetime('us', 'UTC'): dates are midnight, what has no offset is the clock of ``zone``.

    >>> told = times(pl.Series(["2024-07-01 09:00", "2024-07-01 09:00:00 +0300"]), "%Y-%m-%d", "Europe/Berlin")
    >>> told.value.dt.to_string("%H:%M").to_list()
    ['07:00', '06:00']
    """
    if raw.dtype in (pl.Datetime, pl.Date):
        value, nothing = (
            clock.in_utc(raw.cast(pl.Datetime("us", getattr(raw.dtype, "time_zone", None))), zone),
            raw.is_null(),
        )
    else:
        value, nothing = _instants(raw, day_format, zone)
    outside = ~value.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    reason = _reasons(nothing, value)
    if not outside.any():
        return Reading(value, reason)
    return Reading(value.set(outside, None), reason.set(outside, f"outside {FIRST_YEAR}-{LAST_YEAR}"))


def _instants(raw: pl.Series, day_format: str, zone: str) -> tuple[pl.Series, pl.Series]:
    """Read text, and say where nothing is written: all as its first value is written, then the rest in every way."""
    value = clock.in_utc(_alike(raw.cast(pl.String), day_format), zone)
    left = value.is_null()
    if not left.any():
        return value, left
    rest = text(raw.filter(left))
    nothing = _at(left.arg_true(), _nothing(raw.filter(left), rest), len(raw))
    ahead, naive = offsets(rest), instants(rest, day_format)
    shift = pl.select(pl.duration(minutes=pl.lit(ahead))).to_series()
    told = (naive - shift).dt.replace_time_zone("UTC")
    read = told.zip_with(ahead.is_not_null(), clock.in_utc(naive, zone))
    return value.scatter(left.arg_true(), read), nothing


def _alike(words: pl.Series, day_format: str) -> pl.Series:
    """Read the texts that are written like the first one; null for the others."""
    some = text(words.head(_SOME)).drop_nulls()
    first = some.head(1)
    for form in (day_format + mark + time for time in CLOCKS for mark in ((" ", "T") if time else ("",))):
        if first.str.to_datetime(form, strict=False).count():
            return words.str.to_datetime(form, strict=False, time_unit="us")
    return _empty(words, pl.Datetime("us"))


def numbers(raw: pl.Series, *, comma: bool = False) -> Reading:
    """Read finite Float64.

    >>> numbers(pl.Series(["2", "", "two", "inf"])).reason.to_list()
    [None, 'missing', 'unreadable', 'not finite']
    """
    if raw.dtype.is_numeric():
        value, nothing = raw.cast(pl.Float64), raw.is_null()
        endless = (~value.is_finite()).fill_null(value=False)
    else:
        value, endless, nothing = _decimals(raw.cast(pl.String), comma=comma)
    if not (nothing.any() or endless.any() or value.null_count()):
        return Reading(value, _readable(len(raw)))
    gone = endless | nothing
    return Reading(value.set(gone, None), _reasons(nothing, value.set(gone, None)).set(endless, "not finite"))


def _decimals(words: pl.Series, *, comma: bool) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Return the values, which are endless, and which are not there; only what a plain cast leaves is looked at."""
    value = _empty(words, pl.Float64()) if comma else words.cast(pl.Float64, strict=False)
    odd = value.is_null() | ~value.is_finite()
    if not odd.any():
        return value, odd, odd
    rest, rows = text(words.filter(odd)), odd.arg_true()
    endless = rest.str.to_lowercase().is_in(_NOT_FINITE).fill_null(value=False)
    read = decimals(rest.set(endless, None), comma=comma)
    nothing = _nothing(rest, rest) & ~endless
    return value.scatter(rows, read), _at(rows, endless, len(words)), _at(rows, nothing, len(words))


def _at(rows: pl.Series, found: pl.Series, height: int) -> pl.Series:
    """Return ``found`` in its ``rows``, False elsewhere."""
    return pl.Series([False]).new_from_index(0, height).scatter(rows, found)


def _empty(words: pl.Series, dtype: pl.DataType) -> pl.Series:
    return pl.Series([None], dtype=dtype).new_from_index(0, len(words))


def cents(units: Reading, places: int = 2) -> tuple[Reading, pl.Series]:
    """Turn units of money into Int64 minor units, half to even, and say where that rounded.

    What floats cannot hold exactly (1.015) is taken as it was written.

    >>> minor, rounded = cents(numbers(pl.Series([1.015, 1.005, 2.5, 1e13])))
    >>> minor.value.to_list(), minor.reason.to_list(), rounded.to_list()
    ([102, 100, 250, None], [None, None, None, 'too large'], [True, True, False, None])
    """
    large = units.value.abs() >= MAX_MONEY
    value, reason = (
        (units.value.set(large, None), units.reason.set(large, "too large"))
        if large.any()
        else (
            units.value,
            units.reason,
        )
    )
    exact = (value * 10**places).round(6)
    whole = exact.round(0, mode="half_to_even")
    return Reading(whole.cast(pl.Int64), reason), (exact - whole).abs() > 1e-6


def _nothing(raw: pl.Series, words: pl.Series) -> pl.Series:
    """Return where nothing is written: null, blank, NaN, or a word that programs write for it."""
    nothing = words.is_null()
    if raw.dtype.is_float():
        return nothing | raw.is_nan().fill_null(value=True)
    if raw.dtype != pl.String:
        return nothing
    start = [words.str.starts_with(letter) for letter in _FIRST]
    short = words.filter(pl.select(pl.any_horizontal(start)).to_series().fill_null(value=False)).unique()
    named = short.filter(short.str.to_lowercase().is_in(_NOTHING))
    return nothing | words.is_in(named.implode()).fill_null(value=True) if len(named) else nothing


def _reasons(nothing: pl.Series, value: pl.Series) -> pl.Series:
    if not value.null_count():
        return _readable(len(value))
    reason = pl.when(nothing).then(pl.lit(MISSING)).when(value.is_null()).then(pl.lit(UNREADABLE))
    return pl.select(reason).to_series()


def _readable(height: int) -> pl.Series:
    """Return no reason against any value."""
    return pl.Series([None], dtype=pl.String).new_from_index(0, height)
