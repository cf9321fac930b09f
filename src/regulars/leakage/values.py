"""What a ready-made column holds: numbers, flags, text, or dates, also those written as text."""

from collections.abc import Mapping, Sequence

import polars as pl

from regulars.errors import DataError

NEARLY = 0.95
"""Share of the values that must read as dates for a column of text to be one of dates."""
FORMATS: Mapping[str, str] = {
    "%Y-%m-%d": "year-month-day", "%d-%m-%Y": "day-month-year", "%m-%d-%Y": "month-day-year",
}  # fmt: skip
"""How dates are written, whatever stands between the numbers; of two that read as many, the first counts."""
_DAY = r"^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?:[ T]\d{1,2}:\S.*)?\s*$"
_CANNOT: Mapping[type[pl.DataType], str] = {
    pl.List: "lists", pl.Array: "lists", pl.Struct: "structs", pl.Object: "objects", pl.Binary: "bytes",
}  # fmt: skip


def probeable(table: pl.DataFrame, names: Sequence[str]) -> None:
    """Refuse columns that no order can be found in.

    Raises:
        DataError: one holds lists, structs, objects or bytes.
    """
    for name in names:
        what = _CANNOT.get(table.schema[name].base_type())
        if what:
            raise DataError(f"column {name!r} holds {what}, which cannot be probed; give numbers, flags, dates or text")


def as_dates(values: pl.Series) -> tuple[pl.Series, str]:
    """Return a column of dates, or of text that reads as dates, as Date, and how it was read; others as they are.

    >>> dates, how = as_dates(pl.Series(["31/12/2017", "1/2/2018"]))
    >>> dates.to_list()[1], how
    (datetime.date(2018, 2, 1), 'day-month-year')
    >>> as_dates(pl.Series(["blue", "1/2/2018"]))[0].dtype
    String
    """
    if values.dtype in (pl.Date, pl.Datetime):
        return values.cast(pl.Date), ""
    if values.dtype not in (pl.String, pl.Categorical, pl.Enum):
        return values, ""
    best, how = max(
        ((_read(values, form), how) for form, how in FORMATS.items()), key=lambda found: int(found[0].count())
    )
    enough = best.count() and best.count() >= NEARLY * values.count()
    return (best, how) if enough else (values, "")


def iso_dates(values: pl.Series) -> pl.Series | None:
    """Return a column of dates, or of text such as 2017-10-01, as Date; None where a value is none."""
    found = _read(values, "%Y-%m-%d") if values.dtype == pl.String else values
    if found.dtype not in (pl.Date, pl.Datetime) or found.count() < values.count():
        return None
    return found.cast(pl.Date)


def _read(values: pl.Series, form: str) -> pl.Series:
    day = values.cast(pl.String).str.extract(_DAY).str.replace_all(r"[/.]", "-")
    return day.str.to_date(form, strict=False)
