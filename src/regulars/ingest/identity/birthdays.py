"""Birthdays as dates, from the spellings that tills and forms produce."""

import polars as pl

MONTH_FIRST = ("US", "FM", "MH", "PW", "PH")
"""Countries that write the month before the day (Unicode CLDR, short dates)."""
_DAY_FIRST_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
_MONTH_FIRST_FORMATS = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y")
_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y")
_FIRST = pl.date(1900, 1, 2)
"""Nobody who shops was born earlier, and 1 January 1900 is what forms fill in."""
_LAST = pl.date(2100, 1, 1)


def birthdays(frame: pl.DataFrame, country: str | None) -> pl.Series:
    """Return ``birthday`` of the frame as dates; null where nothing is written or no such day exists.

    Text may be ISO (with or without a time of day), digits alone (``19710524``), or day, month and year with
    slashes, dots or dashes or with the month's English name. Where day and month could be swapped, the record's
    ``country``, else ``country``, decides: the month first in the United States, the day first almost everywhere.

    >>> frame = pl.DataFrame({"birthday": ["3/4/1980", "31.02.1980", "25/12/1980"], "country": ["US", None, "US"]})
    >>> birthdays(frame, None).to_list()
    [datetime.date(1980, 3, 4), None, datetime.date(1980, 12, 25)]
    """
    raw = frame["birthday"]
    if raw.dtype.is_temporal():
        return _possible(frame.select(pl.col("birthday").cast(pl.Date)))
    month_first = pl.coalesce("country", pl.lit(country, pl.String)).is_in(MONTH_FIRST).fill_null(value=False)
    words = pl.col("birthday").cast(pl.String).str.strip_chars()
    words = words.str.replace(r"^(\d{4}-\d{2}-\d{2})[T ].*$", "$1")
    by_day, by_month = (_read(words, formats) for formats in (_DAY_FIRST_FORMATS, _MONTH_FIRST_FORMATS))
    two_orders = pl.when(month_first).then(pl.coalesce(by_month, by_day)).otherwise(pl.coalesce(by_day, by_month))
    return _possible(frame.select(pl.coalesce(_read(words, _FORMATS), two_orders).alias("birthday")))


def _read(words: pl.Expr, formats: tuple[str, ...]) -> pl.Expr:
    return pl.coalesce(words.str.to_date(form, strict=False) for form in formats)


def _possible(dates: pl.DataFrame) -> pl.Series:
    day = pl.col("birthday")
    return dates.select(pl.when(day.is_between(_FIRST, _LAST, closed="left")).then(day))["birthday"]
