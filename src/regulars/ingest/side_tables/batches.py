"""A batch of a file's rows, split into those that fit their table and those that cannot be used."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from regulars import schema
from regulars.ingest import parsing
from regulars.ingest.batch import LEFT_OUT, OWN, Batch, column
from regulars.ingest.parsing import MISSING, UNREADABLE, Reading
from regulars.ingest.side_tables import contacts, values
from regulars.ingest.side_tables.columns import Places
from regulars.ingest.side_tables.options import Options
from regulars.ingest.side_tables.values import Written
from regulars.schema import Column, Table

CONTACTS = ("email", "phone")
"""Columns that can be kept as hashes."""


@dataclass(frozen=True)
class Plan:
    """One file and how to read it."""

    file: str
    """Its name."""
    table: Table
    """Where its rows go."""
    places: Places
    """Which of its columns say what."""
    written: Written
    """How it writes times and numbers."""
    options: Options
    """What the caller says."""

    @property
    def secret(self) -> bool:
        """True where no contact may be kept as it is written."""
        return self.options.contact_key is not None

    @property
    def extra(self) -> list[str]:
        """Columns of the shop's own that the table keeps; none where contacts are secret, as they may hold some."""
        if not self.table.open or self.secret:
            return []
        return [name for name in self.places.others if name not in self.table.names and not name.startswith(("_", OWN))]


@dataclass(frozen=True)
class Settled:
    """What became of a batch."""

    rows: pl.DataFrame
    """Rows that conform to the table."""
    aside: pl.DataFrame
    """``schema.QUARANTINE``."""
    rounded: int
    """Values of money that had fractions of a minor unit."""
    unreadable: int
    """Contacts that have no hash."""
    blanked: Mapping[str, int]
    """Column -> values that could not be read and are not needed: not known then, in a row that is kept."""


def settle(batch: Batch, plan: Plan) -> Settled:
    """Type the rows of ``batch``; one that cannot be used goes aside with the first reason against it."""
    typed, against, rounded, blanked = _typed(batch.rows, plan)
    typed, unreadable = _guarded(typed, plan)
    typed = typed.with_columns(_texts(batch.rows, plan.extra))
    reason = pl.select(pl.coalesce(against, plan.table.against(typed))).to_series().alias("reason")
    good = reason.is_null()
    aside = pl.DataFrame(
        [
            batch.lines.filter(~good).alias("line"),
            reason.filter(~good),
            _json(batch.rows.filter(~good), plan).alias("content"),
        ]
    )
    ragged = batch.ragged.with_columns(
        content=pl.lit(f'{{"line": "{contacts.NOT_KEPT}"}}') if plan.secret else "content"
    )
    return Settled(
        rows=plan.table.conform(typed.filter(good)),
        aside=schema.QUARANTINE.conform(pl.concat([aside, ragged]).with_columns(source=pl.lit(plan.file))),
        rounded=rounded,
        unreadable=unreadable,
        blanked=blanked,
    )


def _typed(rows: pl.DataFrame, plan: Plan) -> tuple[pl.DataFrame, pl.Series, int, dict[str, int]]:
    """Return the table's columns, what speaks against each row first, and two counts.

    These are the amounts that were rounded, and by column the unreadable values that are not needed.
    """
    lands = _lands(rows, plan)
    typed: dict[str, pl.Series] = {}
    reasons, rounded, blanked = [pl.lit(None, pl.String)], 0, {}
    for field in plan.table.columns:
        if field.name in plan.places.column:
            raw = column(rows, plan.places.column[field.name], plan.file)
            reading, more = _read(raw, field, plan, lands)
            typed[field.name], rounded = reading.value, rounded + more
            known = reading.reason.set((reading.reason == MISSING).fill_null(value=False), None)
            if not field.required and (n := int((known == UNREADABLE).sum())):
                blanked[field.name] = n
                known = known.set((known == UNREADABLE).fill_null(value=False), None)
            reasons.append(pl.format(f"{field.name} {{}}", pl.lit(known)))
    frame = pl.DataFrame(typed).with_columns(_named(plan))
    return frame, frame.select(pl.coalesce(reasons).alias("reason"))["reason"], rounded, blanked


def _read(raw: pl.Series, field: Column, plan: Plan, lands: pl.Series) -> tuple[Reading, int]:
    if field.unit == "minor units":
        return values.money(raw, field, plan.written, plan.options)
    return values.read(raw, field, plan.written, plan.options, lands), 0


def _lands(rows: pl.DataFrame, plan: Plan) -> pl.Series:
    """Return the country of each row, as far as it is known."""
    if "country" not in plan.places.column:
        return pl.Series("country", [None], dtype=pl.String).new_from_index(0, rows.height)
    country = next(field for field in plan.table.columns if field.name == "country")
    return values.words(column(rows, plan.places.column["country"], plan.file), country).value


def _named(plan: Plan) -> list[pl.Expr]:
    """Return the source of each row and the customers' ids with it in front, where that is wanted."""
    source = pl.lit(plan.options.source, pl.String)
    named = []
    if "source" in plan.table.names:
        named.append(
            pl.coalesce("source", source).alias("source") if "source" in plan.places.column else source.alias("source")
        )
    if plan.options.own_ids and "customer_id" in plan.places.column:
        named.append(pl.format("{}:{}", source, "customer_id").alias("customer_id"))
    return named


def _guarded(typed: pl.DataFrame, plan: Plan) -> tuple[pl.DataFrame, int]:
    """Replace contacts by their hashes where they are secret, and count those that have none."""
    there = [name for name in CONTACTS if name in typed.columns]
    if plan.options.contact_key is None or not there:
        return typed, 0
    absent = [pl.lit(None, pl.String).alias(name) for name in (*CONTACTS, "country") if name not in typed.columns]
    plain = typed.with_columns(absent).select(*CONTACTS, "country")
    hashes = contacts.hashed(plain, plan.options.contact_key, plan.options.country)
    lost = sum(int(hashes[name].null_count() - plain[name].null_count()) for name in there)
    return typed.with_columns(hashes.select(there)), lost


def _texts(rows: pl.DataFrame, names: list[str]) -> list[pl.Series]:
    return [parsing.text(rows[name]).alias(name) for name in names if rows.schema[name] not in (pl.Null, LEFT_OUT)]


def _json(rows: pl.DataFrame, plan: Plan) -> pl.Series:
    """Return each row as one JSON object; contacts are left out where they are secret."""
    shown = rows
    if plan.secret:
        hidden = [plan.places.column[name] for name in CONTACTS if name in plan.places.column]
        used = plan.places.column.values()
        shown = rows.select(pl.lit(contacts.NOT_KEPT).alias(name) if name in hidden else pl.col(name) for name in used)
    readable = [name for name, dtype in shown.schema.items() if dtype != LEFT_OUT]
    return shown.select(readable).to_struct("content").struct.json_encode()
