"""Columns from elsewhere, brought into the form that a probe takes: a row a customer at one as_of."""

import datetime as dt

import polars as pl

from regulars import features
from regulars.errors import ConfigError, DataError
from regulars.leakage import values

LABEL = "churned"


def given(columns: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Return the rows of one as_of, a row a customer: customer_id as text, and the columns to probe.

    Args:
        columns: ``customer_id``, ``as_of`` (dates, or text such as 2017-10-01; may be left out) and others.
        as_of: the instant.

    Raises:
        DataError: there is no customer_id, nothing to probe or nothing as of that day, a customer has several rows,
            or a column holds what cannot be probed.
        ConfigError: a column is called like a feature or the label.
    """
    if "customer_id" not in columns.columns:
        raise DataError(f"the columns to probe have no customer_id, only {', '.join(columns.columns)}; add it")
    values.probeable(columns, columns.columns)
    rows = columns.with_columns(pl.col("customer_id").cast(pl.String))
    if "as_of" in rows.columns:
        rows = _at(rows, as_of)
    names = [name for name in rows.columns if name != "customer_id"]
    if not names:
        raise DataError("there is no column beside customer_id and as_of; add those to probe")
    _free(names)
    twice = rows.filter(pl.col("customer_id").is_duplicated())
    if twice.height:
        raise DataError(f"customer {twice['customer_id'][0]!r} has several rows as of {as_of}; give one a customer")
    return rows


def _free(names: list[str]) -> None:
    if LABEL in names:
        raise ConfigError(f"a column to probe is called {LABEL!r}, which is the name of the label; rename it")
    if taken := sorted({*names} & {*features.NAMES}):
        raise ConfigError(f"a column to probe is called like the feature {taken[0]!r}; rename it")


def _at(rows: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    days = values.iso_dates(rows["as_of"])
    if days is None:
        raise DataError("the column as_of of the columns to probe holds no dates; write YYYY-MM-DD")
    found = rows.filter(days == as_of)
    if found.is_empty():
        known = ", ".join(str(day) for day in days.unique().sort().head(5))
        raise DataError(f"the columns to probe have no row as of {as_of}, only {known}; use one of these as --as-of")
    return found.drop("as_of")
