"""How a file writes its dates and numbers: found out from the file itself, one way a column.

Dates: the format that reads most lines. Where day/month and month/day read equally many of *all* lines,
the file is refused, since guessing would move purchases by months. Numbers: a decimal comma where that
reads more values of the first lines than a decimal point, else a point.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from regulars.errors import DataError

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Dates outside these years are mistakes."""
ACCEPTED = "YYYY-MM-DD, YYYYMMDD, DD.MM.YYYY, DD/MM/YYYY or MM/DD/YYYY, with or without HH:MM[:SS]"
"""The date formats, for people."""

_DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y"),
)
_CLOCKS = ("", " %H:%M:%S%.f", " %H:%M", " %I:%M %p", " %I:%M:%S %p")
_OFFSET = r"(:\d{2}(?:\.\d+)?)\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})$"
_NUMBER = r"^[+-]?(?:[1-9]\d{0,2}(?:[, '\x{2019}\x{a0}\x{202f}]\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d{1,3})?$"


@dataclass(frozen=True)
class Formats:
    """How one file writes what is not typed."""

    day: str
    """Format of its days."""
    commas: frozenset[str]
    """Columns with a decimal comma."""


def instants(words: pl.Series, day: str) -> pl.Series:
    """Read trimmed text as Datetime('us'), with or without a time; null where that fails.

    >>> instants(pl.Series(["31.12.2017", "1.2.2017 8:05", "soon"]), "%d.%m.%Y").dt.to_string("%m-%d %H:%M").to_list()
    ['12-31 00:00', '02-01 08:05', None]
    """
    spaced = words.str.replace(r"(\d)T(\d)", "$1 $2").str.replace(_OFFSET, "$1")
    value = pl.Series([None], dtype=pl.Datetime("us")).new_from_index(0, len(words))
    for clock in _CLOCKS:
        if value.null_count() == words.null_count():
            break
        read = spaced.str.to_datetime(day + clock, strict=False, time_unit="us")
        value = value.zip_with(value.is_not_null(), read)
    return value


def decimals(words: pl.Series, *, comma: bool = False) -> pl.Series:
    """Read trimmed text as Float64, with or without thousands separators; null where that fails.

    >>> decimals(pl.Series(["1,234.50", "12,5"])).to_list()
    [1234.5, None]
    >>> decimals(pl.Series(["1.234,50", "12,5"]), comma=True).to_list()
    [1234.5, 12.5]
    """
    pointed = words.str.replace_many([",", "."], [".", ","]) if comma else words
    valid = pointed.set(~pointed.str.contains(_NUMBER).fill_null(False), None)
    return valid.str.replace_all(r"[, '\x{2019}\x{a0}\x{202f}]", "").cast(pl.Float64, strict=False)


def survey(file: str, batches: Iterable[pl.DataFrame], day_column: str, numbers: list[str]) -> Formats:
    """Find out how a file writes its dates and numbers, from as few of its lines as needed.

    Raises:
        DataError: no date can be read, or days and months cannot be told apart.
    """
    counts = dict.fromkeys(_DAYS, 0)
    commas: frozenset[str] | None = None
    example: str | None = None
    for rows in batches:
        if commas is None:
            commas = frozenset(name for name in numbers if _has_comma(rows[name]))
        if rows[day_column].dtype in (pl.Date, pl.Datetime):
            break
        words = _words(rows[day_column]).drop_nulls()
        example = example or (words[0] if len(words) else None)
        counts = _leaders({day: n + _readable(words, day) for day, n in counts.items()})
        if len(counts) == 1:
            break
    if example is not None and len(counts) == len(_DAYS):
        raise DataError(f"{file}: no date can be read in column {day_column!r} (first: {example!r}); use {ACCEPTED}")
    if example is not None and len(counts) > 1:
        raise DataError(
            f"{file}: the dates in column {day_column!r} (first: {example!r}) read both as day/month and as "
            f"month/day; write them as YYYY-MM-DD"
        )
    return Formats(next(iter(counts)), commas or frozenset())


def _words(column: pl.Series) -> pl.Series:
    words = column.cast(pl.String).str.strip_chars()
    return words.set(words == "", None)


def _readable(words: pl.Series, day: str) -> int:
    return int(instants(words, day).dt.year().is_between(FIRST_YEAR, LAST_YEAR).sum())


def _leaders(counts: dict[str, int]) -> dict[str, int]:
    best = max(counts.values())
    return {day: n for day, n in counts.items() if n == best}


def _has_comma(column: pl.Series) -> bool:
    if column.dtype.is_numeric():
        return False
    words = _words(column)
    return decimals(words, comma=True).count() > decimals(words).count()
