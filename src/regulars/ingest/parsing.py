"""What a source says, as typed values: each with the reason why it could not be read, where it could not.

Reasons are found on the values as they were written, before any cast, so that "missing" and "unreadable"
stay two things. Every function takes a column of a source, text or typed.
"""

from dataclasses import dataclass

import polars as pl

from regulars.ingest.formats import FIRST_YEAR, LAST_YEAR, decimals, instants

MISSING = "missing"
"""The reason where nothing is written."""
MAX_MONEY = 1e12
"""No line is worth this many units of money."""

_NOTHING = ["", "nan", "nat", "null", "none", "n/a", "#n/a"]
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
    return words.set(words == "", None)


def ids(raw: pl.Series) -> Reading:
    """Read identifiers: trimmed text; a whole number that went through a float loses its ``.0``.

    >>> ids(pl.Series([17850.0, None])).value.to_list()
    ['17850', None]
    >>> ids(pl.Series(["007", "12.0", "NaN"])).value.to_list()
    ['007', '12', None]
    """
    nothing = _nothing(raw)
    words = text(raw)
    if not raw.dtype.is_integer():
        words = words.str.replace(r"^(\d+)\.0$", "${1}").set(nothing, None)
    return Reading(words, _reasons(nothing, words))


def times(raw: pl.Series, day_format: str) -> Reading:
    """Read naive Datetime('us'): dates are midnight, a time zone's wall clock stays as it stands."""
    if raw.dtype == pl.Datetime:
        value = raw.dt.replace_time_zone(None).cast(pl.Datetime("us"))
    elif raw.dtype == pl.Date:
        value = raw.cast(pl.Datetime("us"))
    else:
        value = instants(text(raw), day_format)
    outside = ~value.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    reason = _reasons(_nothing(raw), value).set(outside, f"outside {FIRST_YEAR}-{LAST_YEAR}")
    return Reading(value.set(outside, None), reason)


def numbers(raw: pl.Series, *, comma: bool = False) -> Reading:
    """Read finite Float64.

    >>> numbers(pl.Series(["2", "", "two", "inf"])).reason.to_list()
    [None, 'missing', 'unreadable', 'not finite']
    """
    if raw.dtype.is_numeric():
        value = raw.cast(pl.Float64)
        endless = ~value.is_finite()
        nothing = raw.is_null()
    else:
        words = text(raw)
        value = decimals(words, comma=comma)
        endless = words.str.to_lowercase().is_in(_NOT_FINITE)
        nothing = _nothing(raw) & ~endless.fill_null(value=False)
    value = value.set(endless, None)
    return Reading(value, _reasons(nothing, value).set(endless, "not finite"))


def cents(units: Reading) -> tuple[Reading, pl.Series]:
    """Turn units of money into Int64 minor units, half to even, and say where that rounded.

    What floats cannot hold exactly (1.015) is taken as it was written.

    >>> minor, rounded = cents(numbers(pl.Series([1.015, 1.005, 2.5, 1e13])))
    >>> minor.value.to_list(), minor.reason.to_list(), rounded.to_list()
    ([102, 100, 250, None], [None, None, None, 'too large'], [True, True, False, None])
    """
    large = units.value.abs() >= MAX_MONEY
    exact = (units.value.set(large, None) * 100).round(6)
    whole = exact.round(0, mode="half_to_even")
    return Reading(whole.cast(pl.Int64), units.reason.set(large, "too large")), (exact - whole).abs() > 1e-6


def _nothing(raw: pl.Series) -> pl.Series:
    """Return where nothing is written: null, blank, NaN, or a word that programs write for it."""
    if raw.dtype.is_float():
        return raw.is_null() | raw.is_nan().fill_null(value=True)
    if raw.dtype != pl.String:
        return raw.is_null()
    return raw.str.strip_chars().str.to_lowercase().is_in(_NOTHING).fill_null(value=True)


def _reasons(nothing: pl.Series, value: pl.Series) -> pl.Series:
    reason = pl.when(nothing).then(pl.lit(MISSING)).when(value.is_null()).then(pl.lit("unreadable"))
    return pl.select(reason).to_series()
