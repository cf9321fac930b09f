"""Square's item detail export: date, time and zone in columns of their own, items often without a SKU."""

from collections.abc import Generator, Iterator

import polars as pl

from regulars import clock
from regulars.errors import DataError, did_you_mean
from regulars.ingest import formats
from regulars.ingest.adapters.base import Adapted
from regulars.ingest.adapters.zones import iana
from regulars.ingest.batch import OWN, REASON, Batch, LineFile

NEEDED = ("Date", "Time", "Item", "Qty", "Net Sales", "Transaction ID")
"""Columns that an export must have."""
ADDED = (OWN + "at", OWN + "item", OWN + "item_name", REASON)
"""The columns that are added to an export's own."""
_USUAL = ("", "regular")


def adapt(file: LineFile) -> LineFile:
    """Return ``file`` with the time of each line, in UTC where the export names its zone, and its item.

    Raises:
        DataError: it is no item detail export.
    """
    for column in NEEDED:
        if column not in file.names:
            hint = did_you_mean(column, file.names)
            raise DataError(
                f"{file.name}: no column {column!r}{hint}; export 'Items Detail CSV' from Square's transactions"
            )

    def turn(batches: Iterator[Batch]) -> Generator[Batch]:
        day = formats.survey(file.name, (batch.rows for batch in file.batches()), "Date", []).day
        for batch in batches:
            rows = batch.rows.cast(pl.String)
            added = [_times(rows, day).alias(OWN + "at"), *_item(rows)]
            yield Batch(rows.with_columns(added).with_columns(_reason(rows.columns)), batch.lines, batch.ragged)

    return Adapted(file, ADDED, turn)


def _times(rows: pl.DataFrame, day: str) -> pl.Series:
    """Return the times: UTC where every line names a zone that is known, else the wall clock as it stands."""
    words = rows.select(pl.concat_str(pl.col("Date", "Time").str.strip_chars(), separator=" ").str.strip_chars())
    naive = formats.instants(words.to_series(), day)
    if "Time Zone" not in rows.columns:
        return naive
    zones = {word: iana(word) for word in rows["Time Zone"].unique()}
    if None in zones.values():
        return naive
    value = pl.Series([None], dtype=clock.UTC).new_from_index(0, rows.height)
    for word, zone in zones.items():
        value = value.zip_with((rows["Time Zone"] != word).fill_null(value=True), clock.in_utc(naive, str(zone)))
    return value


def _reason(names: list[str]) -> pl.Expr:
    """Return what speaks against a line: a date that cannot be read; less than nothing for what was sold."""
    unread = pl.col(OWN + "at").is_null() & (pl.col("Date").str.strip_chars() != "")
    event = pl.col("Event Type").str.to_lowercase() if "Event Type" in names else pl.lit("")
    below = (event == "payment") & pl.col("Net Sales").str.contains(r"^\s*[-(]") & ~pl.col("Qty").str.contains("-")
    worth = pl.col("Net Sales").str.contains("[1-9]")
    reason = pl.when(unread).then(pl.lit("purchased_at unreadable")).when(below & worth).then(pl.lit("price negative"))
    return reason.alias(REASON)


def _item(rows: pl.DataFrame) -> list[pl.Expr]:
    """Return what identifies the item (its SKU, else its name) and its name, with its variation if it has several."""
    name = pl.col("Item").str.strip_chars()
    if "Price Point Name" in rows.columns:
        variation = pl.col("Price Point Name").fill_null("").str.strip_chars()
        plain = variation.str.to_lowercase().is_in(_USUAL) | (variation == name)
        name = pl.when(plain).then(name).otherwise(pl.concat_str(name, variation, separator=", "))
    sku = pl.col("SKU") if "SKU" in rows.columns else pl.lit(None, pl.String)
    known = sku.str.strip_chars() != ""
    return [pl.when(known).then(sku).otherwise(name).alias(OWN + "item"), name.alias(OWN + "item_name")]
