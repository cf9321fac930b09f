"""A batch of a source's lines, split into lines a ledger keeps and lines that cannot be used."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from regulars import clock, schema
from regulars.hygiene import non_products, spelling
from regulars.ingest import formats, parsing
from regulars.ingest.batch import OWN, REASON, Batch
from regulars.ingest.door import Door
from regulars.ingest.fields import ITEM_TEXTS, WITHOUT_ITEMS
from regulars.ingest.layout import Layout
from regulars.ingest.parsing import MISSING, Reading

MAX_QUANTITY = 1e6
"""No line has this many units."""
CURRENCY = "currency is not"
"""How the reason for money of another currency begins."""
_TYPED = ["customer_id", "order_id", "item_id", "purchased_at", "quantity", "amount", "discount", "store_id"]


@dataclass(frozen=True)
class Split:
    """What became of a batch."""

    kept: pl.DataFrame
    """``schema.LINES``, times in UTC; without the columns that a ledger fills."""
    items: pl.DataFrame
    """Columns of ``schema.ITEMS``, in no order: each description of an item among the kept lines."""
    seen: pl.DataFrame
    """``spelling.SPELLINGS`` of the kept lines."""
    aside: pl.DataFrame
    """``schema.QUARANTINE``."""
    money: int
    """Net amount of every line whose money could be read, in minor units, summed before the split."""
    rounded: int
    """Lines whose net amount had fractions of a minor unit."""
    mended: int
    """Refunds whose quantity was written without its sign."""


def split(batch: Batch, layout: Layout, door: Door) -> Split:
    """Type the lines of ``batch``; one that cannot be used goes aside with the first reason against it."""
    readings, amount, rounded = _read(batch.rows, layout, door)
    typed = _typed(batch.rows, layout, door, readings, amount)
    reason = _reason(batch.rows, readings, amount, typed, layout, door)
    flip = _refunds(typed, layout)
    if flip.any():
        typed = typed.with_columns(quantity=pl.when(pl.lit(flip)).then(-pl.col("quantity")).otherwise("quantity"))
    good = reason.is_null()
    kept = typed if good.all() else typed.filter(good)
    items = _items(kept)
    return Split(
        kept=kept.select(*_TYPED, source=pl.lit(door.source)),
        items=items.select(pl.exclude("purchased_at"), known_since=clock.wall("purchased_at", door.shop_zone)),
        seen=spelling.seen(items.with_columns(source=pl.lit(door.source))),
        aside=_aside(batch, layout, ~good, reason, typed["amount"]),
        money=int(typed["amount"].sum()),
        rounded=rounded,
        mended=int((flip & good).sum()),
    )


def _read(rows: pl.DataFrame, layout: Layout, door: Door) -> tuple[dict[str, Reading], Reading, int]:
    """Read every field that a line must have, several at a time; count the amounts that were rounded."""
    with ThreadPoolExecutor(2) as pool:
        waiting = {
            "customer_id": pool.submit(parsing.ids, layout.raw(rows, "customer_id")),
            "purchased_at": pool.submit(
                parsing.times, layout.raw(rows, "purchased_at"), layout.formats.day, door.time_zone
            ),
            "item_id": pool.submit(_item, rows, layout),
            "quantity": pool.submit(_quantity, rows, layout),
            "discount": pool.submit(_discount, rows, layout, door.places),
        }
        readings = {field: told.result() for field, told in waiting.items()}
    amount, rounded = _amount(rows, layout, readings["quantity"].value, door.places)
    return readings, amount, rounded


def _typed(
    rows: pl.DataFrame, layout: Layout, door: Door, readings: dict[str, Reading], amount: Reading
) -> pl.DataFrame:
    """Return the lines with every field typed, whether they can be used or not."""
    ids = {field: parsing.ids(layout.raw(rows, field)).value for field in ("order_id", "store_id")}
    texts = {
        column: parsing.text(layout.raw(rows, field)) for column, field in ITEM_TEXTS.items() if field in layout.columns
    }
    values = {field: reading.value for field, reading in readings.items()}
    typed = pl.DataFrame(values | {"amount": amount.value} | ids | texts)
    if door.own_ids:
        own = [pl.format("{}:{}", pl.lit(door.source), name).alias(name) for name in ("customer_id", "order_id")]
        typed = typed.with_columns(own)
    if not typed["order_id"].null_count():
        return typed
    day = clock.wall("purchased_at", door.shop_zone).dt.date()
    stranger = pl.coalesce("customer_id", pl.lit("nobody"))
    return typed.with_columns(pl.col("order_id").fill_null(pl.format("{}/{}", stranger, day)))


def _reason(
    rows: pl.DataFrame,
    readings: dict[str, Reading],
    amount: Reading,
    typed: pl.DataFrame,
    layout: Layout,
    door: Door,
) -> pl.Series:
    """Return the first reason against each line; null where there is none."""
    against = [rows[REASON]] if REASON in rows.columns else []
    checked = {field: readings[field] for field in ("purchased_at", "item_id", "quantity")} | {"amount": amount}
    for field, reading in (checked | {"discount": readings["discount"]}).items():
        if reading.reason.null_count() < typed.height:
            against.append(pl.select(pl.format(f"{field} {{}}", pl.lit(reading.reason))).to_series())
    against += [*_absurd(rows, typed, layout, door), *_foreign(rows, layout, door)]
    if not against:
        return pl.Series([None], dtype=pl.String).new_from_index(0, typed.height)
    return pl.select(pl.coalesce(*against)).to_series()


def _absurd(rows: pl.DataFrame, typed: pl.DataFrame, layout: Layout, door: Door) -> list[pl.Series]:
    """Return reasons against what no shop sells: far too many, or at a price below nothing."""
    found = {"quantity too large": typed["quantity"].abs() >= MAX_QUANTITY}
    if "amount" in layout.columns:
        found["amount of a return positive"] = _goods((typed["quantity"] < 0) & (typed["amount"] > 0), typed, door)
    for price in layout.numbers(rows, "price"):
        found["price negative"] = _goods(price.value < 0, typed, door)
    return [_where(hit, reason) for reason, hit in found.items() if hit.any()]


def _goods(hit: pl.Series, typed: pl.DataFrame, door: Door) -> pl.Series:
    """Return those of ``hit`` that are products: fees and discounts may well be negative."""
    return hit & ~typed.select(non_products.matching("item_id", door.rules)).to_series() if hit.any() else hit


def _foreign(rows: pl.DataFrame, layout: Layout, door: Door) -> list[pl.Series]:
    """Return reasons against money of another currency than the ledger's."""
    money = [rows[layout.columns[field][0]] for field in ("amount", "price") if field in layout.columns]
    named = [_named_currencies(column) for column in money if column.dtype == pl.String]
    if "currency" in layout.columns:
        named.insert(0, parsing.text(layout.raw(rows, "currency")).str.to_uppercase())
    named = [codes for codes in named if codes.count()]
    told = pl.select(pl.coalesce(*named, pl.lit(door.currency))).to_series() if named else None
    if told is None and door.currency == door.kept_in:
        return []
    told = pl.Series([door.currency]).new_from_index(0, rows.height) if told is None else told
    if not (told != door.kept_in).any():
        return []
    return [_where(told != door.kept_in, f"{CURRENCY} {door.kept_in}")]


def _named_currencies(amounts: pl.Series) -> pl.Series:
    """Return the currency that an amount names, as in ``12,50 EUR``; only what is no plain number is looked at."""
    odd = amounts.cast(pl.Float64, strict=False).is_null()
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(amounts))
    return nothing.scatter(odd.arg_true(), formats.currencies(amounts.filter(odd))) if odd.any() else nothing


def _where(hit: pl.Series, reason: str) -> pl.Series:
    return pl.select(pl.when(pl.lit(hit)).then(pl.lit(reason))).to_series()


def _refunds(typed: pl.DataFrame, layout: Layout) -> pl.Series:
    """Return which lines are refunds written as so many goods for so little less: their quantity lacks its sign."""
    if "amount" not in layout.columns:
        return pl.Series([False]).new_from_index(0, typed.height)
    return ((typed["amount"] < 0) & (typed["quantity"] > 0)).fill_null(value=False)


def _items(kept: pl.DataFrame) -> pl.DataFrame:
    """Return each description of an item, and when it was sold so first."""
    texts = [column for column in ITEM_TEXTS if column in kept.columns]
    return kept.group_by("item_id", *texts).agg(pl.min("purchased_at"))


def _aside(batch: Batch, layout: Layout, bad: pl.Series, reason: pl.Series, amount: pl.Series) -> pl.DataFrame:
    """Return ``schema.QUARANTINE`` of the lines that cannot be used, ragged ones too."""
    told = pl.DataFrame(
        {
            "line": batch.lines.filter(bad),
            "reason": reason.filter(bad),
            "amount": amount.filter(bad),
            "content": _json(batch.rows.filter(bad)),
        }
    )
    both = pl.concat([told, batch.ragged], how="diagonal_relaxed")
    return both.with_columns(source=pl.lit(layout.file)).select(schema.QUARANTINE.names)


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


def _amount(rows: pl.DataFrame, layout: Layout, quantity: pl.Series, places: int) -> tuple[Reading, int]:
    """Read the net amount in minor units, as written or else quantity x price; count the rounded ones."""
    prices = [Reading(quantity * price.value, price.reason) for price in layout.numbers(rows, "price")]
    units, *others = [*layout.numbers(rows, "amount"), *prices]
    for other in others:
        missing = _missing(units)
        units = Reading(other.value.zip_with(missing, units.value), other.reason.zip_with(missing, units.reason))
    amount, rounded = parsing.cents(units, places)
    return amount, int(rounded.sum())


def _discount(rows: pl.DataFrame, layout: Layout, places: int) -> Reading:
    """Add up the discounts in minor units; shops write a reduction as 1.00 or as -1.00."""
    total = _always(0, rows.height)
    for reading in layout.numbers(rows, "discount"):
        more, _ = parsing.cents(_or(reading, 0.0), places)
        reason = total.reason.zip_with(total.reason.is_not_null(), more.reason)
        total = Reading(total.value + more.value.abs(), reason)
    return total


def _missing(reading: Reading) -> pl.Series:
    return (reading.reason == MISSING).fill_null(value=False)


def _or(reading: Reading, default: float) -> Reading:
    """Return ``reading`` with ``default`` where nothing is written."""
    if not reading.value.null_count():
        return reading
    missing = _missing(reading)
    return Reading(reading.value.set(missing, default), reading.reason.set(missing, None))


def _always(value: str | float, height: int) -> Reading:
    readable = pl.Series([None], dtype=pl.String).new_from_index(0, height)
    return Reading(pl.Series([value]).new_from_index(0, height), readable)


def _json(rows: pl.DataFrame) -> pl.Series:
    """Return each row as one JSON object, as it was read; bytes are left out."""
    readable = [
        name for name, dtype in rows.schema.items() if dtype not in (pl.Binary, pl.Object) and not name.startswith(OWN)
    ]
    return rows.select(readable).to_struct("content").struct.json_encode()
