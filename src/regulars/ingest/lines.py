"""A batch of a source's lines, split into purchases and lines that cannot be used."""

from dataclasses import dataclass

import polars as pl

from regulars import schema
from regulars.ingest import parsing
from regulars.ingest.batch import Batch
from regulars.ingest.layout import Layout
from regulars.ingest.parsing import MISSING, Reading
from regulars.ingest.sources import ITEM_TEXTS, WITHOUT_ITEMS

RAGGED = "number of columns differs from the header"
"""The reason for a line of a CSV with more or fewer columns than its header."""


@dataclass(frozen=True)
class Split:
    """What became of a batch."""

    kept: pl.DataFrame
    """``schema.TRANSACTIONS``."""
    items: pl.DataFrame
    """``schema.ITEMS``, in no order: each description of an item among the kept lines."""
    aside: pl.DataFrame
    """``schema.QUARANTINE``."""
    money: int
    """Net amount of every line whose money could be read, in minor units, summed before the split."""
    rounded: int
    """Lines whose net amount had fractions of a minor unit."""


def split(batch: Batch, layout: Layout) -> Split:
    """Type the lines of ``batch``; one that cannot be used goes aside with the first reason against it."""
    typed, rounded = _typed(batch.rows, layout)
    good = typed["reason"].is_null()
    kept = typed.filter(good)
    aside = (
        typed.filter(~good)
        .select("reason", "amount")
        .with_columns(line=batch.lines.filter(~good), content=_json(batch.rows.filter(~good)))
    )
    ragged = batch.ragged.with_columns(reason=pl.lit(RAGGED))
    return Split(
        kept=kept.select(schema.TRANSACTIONS.names),
        items=kept.group_by("item_id", *ITEM_TEXTS).agg(known_since=pl.min("purchased_at")),
        aside=pl.concat([aside, ragged], how="diagonal")
        .with_columns(source=pl.lit(layout.file))
        .select(schema.QUARANTINE.names),
        money=int(typed["amount"].sum()),
        rounded=rounded,
    )


def _typed(rows: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, int]:
    """Return the lines with every field typed and ``reason``, and how many amounts were rounded."""
    quantity = _quantity(rows, layout)
    amount, rounded = _amount(rows, layout, quantity.value)
    readings = {
        "customer_id": parsing.ids(layout.raw(rows, "customer_id")),
        "purchased_at": parsing.times(layout.raw(rows, "purchased_at"), layout.formats.day),
        "item_id": _item(rows, layout),
        "quantity": quantity,
        "amount": amount,
        "discount": _discount(rows, layout),
    }
    reasons = [pl.format(f"{field} {{}}", pl.lit(reading.reason)) for field, reading in readings.items()]
    day = pl.format("{}/{}", "customer_id", pl.col("purchased_at").dt.date())
    typed = pl.DataFrame(
        {field: reading.value for field, reading in readings.items()}
        | {field: parsing.ids(layout.raw(rows, field)).value for field in ("order_id", "store_id")}
        | {column: parsing.text(layout.raw(rows, field)) for column, field in ITEM_TEXTS.items()}
    )
    return typed.with_columns(pl.col("order_id").fill_null(day), reason=pl.coalesce(reasons)), rounded


def _item(rows: pl.DataFrame, layout: Layout) -> Reading:
    """Read the item; without ids it goes by its name, and without names there is just one."""
    for field in ("item_id", "item_name"):
        if field in layout.columns:
            return parsing.ids(layout.raw(rows, field))
    return _always(WITHOUT_ITEMS, rows.height)


def _quantity(rows: pl.DataFrame, layout: Layout) -> Reading:
    for reading in layout.numbers(rows, "quantity"):
        return _or(reading, 1.0)
    return _always(1.0, rows.height)


def _amount(rows: pl.DataFrame, layout: Layout, quantity: pl.Series) -> tuple[Reading, int]:
    """Read the net amount in minor units, as written or else quantity x price; count the rounded ones."""
    prices = [Reading(quantity * price.value, price.reason) for price in layout.numbers(rows, "price")]
    units, *others = [*layout.numbers(rows, "amount"), *prices]
    for other in others:
        missing = _missing(units)
        units = Reading(other.value.zip_with(missing, units.value), other.reason.zip_with(missing, units.reason))
    amount, rounded = parsing.cents(units)
    return amount, int(rounded.sum())


def _discount(rows: pl.DataFrame, layout: Layout) -> Reading:
    """Add up the discounts in minor units; shops write a reduction as 1.00 or as -1.00."""
    total = _always(0, rows.height)
    for reading in layout.numbers(rows, "discount"):
        more, _ = parsing.cents(_or(reading, 0.0))
        reason = total.reason.zip_with(total.reason.is_not_null(), more.reason)
        total = Reading(total.value + more.value.abs(), reason)
    return total


def _missing(reading: Reading) -> pl.Series:
    return (reading.reason == MISSING).fill_null(value=False)


def _or(reading: Reading, default: float) -> Reading:
    """Return ``reading`` with ``default`` where nothing is written."""
    missing = _missing(reading)
    return Reading(reading.value.set(missing, default), reading.reason.set(missing, None))


def _always(value: str | float, height: int) -> Reading:
    readable = pl.Series([None], dtype=pl.String).new_from_index(0, height)
    return Reading(pl.Series([value]).new_from_index(0, height), readable)


def _json(rows: pl.DataFrame) -> pl.Series:
    """Return each row as one JSON object; bytes are left out."""
    readable = [name for name, dtype in rows.schema.items() if dtype not in (pl.Binary, pl.Object)]
    return rows.select(readable).to_struct("content").struct.json_encode()
