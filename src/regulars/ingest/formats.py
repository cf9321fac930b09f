"""How a file writes its dates and numbers: found out from the file itself, one way a column.

Dates: the format that reads most lines. Where day/month and month/day read equally many of *all* lines,
the file is refused, since guessing would move purchases by months. Numbers: a decimal comma where that
reads more values of the first lines than a decimal point, else a point.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from regulars.errors import DataError

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Dates outside these years are mistakes."""
ACCEPTED = "YYYY-MM-DD, YYYYMMDD, DD.MM.YYYY, DD/MM/YYYY or MM/DD/YYYY, with or without HH:MM[:SS]"
"""The date formats, for people."""

DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y"),
)
"""Formats of days, those of which most can be read first."""
CLOCKS = ("", " %H:%M:%S%.f", " %H:%M", " %I:%M %p", " %I:%M:%S %p")
_OFFSET = r"(:\d{2}(?:\.\d+)?)\s*(Z|UTC|GMT|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)$"
_NUMBER = r"^[+-]?(?:[1-9]\d{0,2}(?:[, '\x{2019}\x{a0}\x{202f}]\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d{1,3})?$"
_CURRENCY = r"[A-Z]{0,3}\p{Sc}|[A-Z]{3}|kr\.?|zł|Kč|Fr\.?|Rs\.?|lei|Ft"
_NAMED = r"(\p{Sc}|\b[A-Z]{3}\b|zł|Kč)"
_SYMBOLS = {
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₩": "KRW",
    "₪": "ILS",
    "₺": "TRY",
    "₫": "VND",
    "ZŁ": "PLN",
    "KČ": "CZK",
}
_INVISIBLE = r"[\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2069}\x{feff}]"
_MIRRORED = {"%d/%m/%Y": "%m/%d/%Y", "%d-%m-%Y": "%m-%d-%Y", "%d/%m/%y": "%m/%d/%y"}
_MIRRORED |= {other: day for day, other in _MIRRORED.items()}
_MIXED = 0.02


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
    spaced = words.str.replace_all(_INVISIBLE, "").str.replace(r"(\d)T(\d)", "$1 $2").str.replace(_OFFSET, "$1")
    value = pl.Series([None], dtype=pl.Datetime("us")).new_from_index(0, len(words))
    for clock in CLOCKS:
        if value.null_count() == words.null_count():
            break
        read = spaced.str.to_datetime(day + clock, strict=False, time_unit="us")
        value = value.zip_with(value.is_not_null(), read)
    return value


def offsets(words: pl.Series) -> pl.Series:
    """Return by how many minutes each time is written ahead of UTC; null where no offset is written.

    >>> offsets(pl.Series(["2024-07-01 09:00:00+02", "9:00 -05:30", "9:00:00.5Z", "9:00"])).to_list()
    [120, -330, 0, None]
    """
    offset = words.str.replace_all(_INVISIBLE, "").str.extract(_OFFSET, 2).str.replace(r"^(?:Z|UTC|GMT)$", "+00")
    digits = offset.str.replace(":", "").str.pad_end(5, "0")
    minutes = digits.str.slice(1, 2).cast(pl.Int64) * 60 + digits.str.slice(3, 2).cast(pl.Int64)
    return minutes.zip_with(~offset.str.starts_with("-").fill_null(value=False), -minutes)


def decimals(words: pl.Series, *, comma: bool = False) -> pl.Series:
    """Read trimmed text as Float64, with or without thousands separators or a currency; null where that fails.

    >>> decimals(pl.Series(["1,234.50", "12,5", "$3.00", "(4.00)", "EUR 5", "6.50-"])).to_list()
    [1234.5, None, 3.0, -4.0, 5.0, -6.5]
    >>> decimals(pl.Series(["1.234,50 €", "12,5"]), comma=True).to_list()
    [1234.5, 12.5]
    """
    bare = _bare(words)
    pointed = bare.str.replace_many([",", "."], [".", ","]) if comma else bare
    valid = pointed.set(~pointed.str.contains(_NUMBER).fill_null(False), None)
    return valid.str.replace_all(r"[, '\x{2019}\x{a0}\x{202f}]", "").cast(pl.Float64, strict=False)


def currencies(words: pl.Series) -> pl.Series:
    """Return the ISO 4217 code of the currency that an amount names; null where it names none, or one of several.

    >>> currencies(pl.Series(["12,50 €", "USD 3", "$3", "3"])).to_list()
    ['EUR', 'USD', None, None]
    """
    named = words.str.extract(_NAMED, 1).str.to_uppercase()
    code = (
        pl.when(named.str.contains("^[A-Z]{3}$"))
        .then(pl.lit(named))
        .otherwise(pl.lit(named).replace_strict(_SYMBOLS, default=None, return_dtype=pl.String))
    )
    return pl.select(code).to_series().alias(words.name)


def _bare(words: pl.Series) -> pl.Series:
    """Strip the currency, invisible marks, and signs written as brackets or behind the number."""
    plain = words.str.replace_all(_INVISIBLE, "").str.replace_all("\u2212", "-")
    odd = plain.str.contains(r"[^\d.,+-]").fill_null(value=False) | plain.str.ends_with("-").fill_null(value=False)
    if not odd.any():
        return plain
    bare = (
        plain.filter(odd)
        .str.replace(r"^\((.+)\)$", "-$1")
        .str.replace(r"^([+-])\s+", "$1")
        .str.replace(rf"^([+-]?)\s*(?:{_CURRENCY})\s*([+-]?[\d.,].*)$", "$1$2")
        .str.replace(rf"^(.*[\d.,])\s*(?:{_CURRENCY})\s*(-?)$", "$1$2")
        .str.replace(r"^([\d.,].*)-$", "-$1")
    )
    return plain.scatter(odd.arg_true(), bare)


def survey(file: str, batches: Iterable[pl.DataFrame], day_column: str, numbers: list[str]) -> Formats:
    """Find out how a file writes its dates and numbers, from as few of its lines as needed.

    Raises:
        DataError: no date can be read, or days and months cannot be told apart.
    """
    counts = dict.fromkeys(DAYS, 0)
    commas: frozenset[str] | None = None
    example: str | None = None
    for rows in batches:
        if commas is None:
            commas = frozenset(name for name in numbers if _has_comma(rows[name]))
        if rows[day_column].dtype in (pl.Date, pl.Datetime):
            break
        words = _words(rows[day_column]).drop_nulls()
        example = example or (words[0] if len(words) else None)
        counts = _leaders({day: n + readable(words, day) for day, n in counts.items()})
        _refuse_mixed(file, day_column, words, next(iter(counts)))
        if len(counts) == 1:
            break
    if example is not None and len(counts) == len(DAYS):
        raise DataError(f"{file}: no date can be read in column {day_column!r} (first: {example!r}); {_hint(example)}")
    if example is not None and len(counts) > 1:
        raise DataError(
            f"{file}: the dates in column {day_column!r} (first: {example!r}) read both as day/month and as "
            f"month/day; write them as YYYY-MM-DD"
        )
    return Formats(next(iter(counts)), commas or frozenset())


def _hint(example: str) -> str:
    if re.fullmatch(r"[2-7]\d{4}(\.\d+)?", example):
        return "these are Excel's day numbers: format the column as a date and export it again"
    return f"use {ACCEPTED}"


def _refuse_mixed(file: str, column: str, words: pl.Series, day: str) -> None:
    """Refuse dates of which some read only with the day first and others only with the month first.

    Raises:
        DataError: they do.
    """
    if day not in _MIRRORED:
        return
    left = words.filter(instants(words, day).is_null())
    other = instants(left, _MIRRORED[day]).is_not_null()
    if other.sum() > _MIXED * len(words):
        raise DataError(
            f"{file}: the dates in column {column!r} mix day/month and month/day ({left.filter(other)[0]!r}); "
            f"write them as YYYY-MM-DD"
        )


def _words(column: pl.Series) -> pl.Series:
    words = column.cast(pl.String).str.strip_chars()
    return words.set(words == "", None)


def readable(words: pl.Series, day: str) -> int:
    """Return how many of the trimmed texts are days in the accepted years, written as ``day`` says."""
    return int(instants(words, day).dt.year().is_between(FIRST_YEAR, LAST_YEAR).sum())


def _leaders(counts: dict[str, int]) -> dict[str, int]:
    best = max(counts.values())
    return {day: n for day, n in counts.items() if n == best}


def _has_comma(column: pl.Series) -> bool:
    if column.dtype.is_numeric():
        return False
    words = _words(column)
    return decimals(words, comma=True).count() > decimals(words).count()
