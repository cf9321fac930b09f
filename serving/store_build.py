"""Making the online store from a ledger, bucket by bucket."""

import dataclasses
import datetime as dt
import io
import sqlite3
from pathlib import Path

import polars as pl

import regulars
from regulars import features, fingerprint, scale, schema, windows
from regulars.ledger import Ledger
from serving import people_build
from serving.drafts import created
from serving.store import FORMAT, TABLES, Header


def build(ledger: Ledger, path: Path, as_of: dt.date | None = None, track: scale.Track[int] = scale.silently) -> Header:
    """Write the store of all customers of ``ledger`` to the new file ``path``.

    Args:
        ledger: the shop.
        path: the file.
        as_of: the day it is for; by default the day after the data.
        track: shows progress.
    """
    day = as_of or windows.after(ledger.data_through)
    side = scale.side(ledger)
    with created(path, TABLES) as connection:
        _add_items(connection, ledger)
        _add_side(connection, side)
        connection.executemany("INSERT INTO aliases VALUES (?, ?)", ledger.people().iter_rows())
        _add_people(connection, people_build.of(ledger))
        buckets = track(ledger.buckets, "online store", len(ledger.buckets))
        n_customers = sum(_add_bucket(connection, ledger, bucket, day) for bucket in buckets)
        return _headed(connection, ledger, day, side, n_customers)


def build_bare(ledger: Ledger, path: Path) -> Header:
    """Write a store of items and stores, but of no customers, to the new file ``path``."""
    side = scale.side(ledger)
    with created(path, TABLES) as connection:
        _add_items(connection, ledger)
        _add_side(connection, dataclasses.replace(side, events=None))
        return _headed(connection, ledger, windows.after(ledger.data_through), side, 0)


def key(ledger: Ledger, as_of: dt.date) -> str:
    """Return what a store hangs on: the data, the day and the code that makes the rows."""
    code = fingerprint.of_tree(Path(regulars.__file__).parent)
    return fingerprint.of_text([str(FORMAT), code, ledger.fingerprint, as_of.isoformat()])


def _headed(
    connection: sqlite3.Connection, ledger: Ledger, as_of: dt.date, side: features.Side, n_customers: int
) -> Header:
    header = Header(
        key=key(ledger, as_of),
        as_of=as_of,
        data_through=_data_through(ledger, as_of),
        fingerprint=ledger.fingerprint,
        currency=ledger.manifest.currency,
        features=features.NAMES,
        n_customers=n_customers,
        events_since=side.since,
        time_zone=ledger.manifest.time_zone,
        has_merged=_any(connection, "SELECT 1 FROM aliases"),
        has_spellings=_any(connection, "SELECT 1 FROM spellings WHERE folded <> item_id"),
        systems=_systems(ledger) if n_customers else (),
    )
    connection.execute("INSERT INTO header VALUES (?)", (header.model_dump_json(),))
    return header


def _any(connection: sqlite3.Connection, query: str) -> bool:
    return connection.execute(f"{query} LIMIT 1").fetchone() is not None


def _systems(ledger: Ledger) -> tuple[str, ...]:
    """Return the systems whose customers' ids begin with its name."""
    records = ledger.customers().select("source", "customer_id").drop_nulls("source")
    own = records.filter(pl.col("customer_id").str.starts_with(pl.format("{}:", "source")))
    lines = (source.source for source in ledger.manifest.sources if source.own_ids)
    return tuple(sorted({*own["source"], *lines}))


def _add_items(connection: sqlite3.Connection, ledger: Ledger) -> None:
    """Add what is known of items, and how they are spelt."""
    connection.executemany("INSERT INTO spellings VALUES (?, ?)", ledger.item_names().iter_rows())
    places = ", ".join("?" for _ in schema.ITEMS.names)
    rows = ledger.items().select(pl.col(schema.ITEMS.names).to_physical()).iter_rows()
    connection.executemany(f"INSERT INTO items VALUES ({places})", rows)  # noqa: S608


def _add_people(connection: sqlite3.Connection, people: pl.DataFrame) -> None:
    places = ", ".join("?" for _ in people.columns)
    connection.executemany(f"INSERT INTO people VALUES ({places})", people.iter_rows())  # noqa: S608


def _data_through(ledger: Ledger, as_of: dt.date) -> dt.date:
    """Return the day of the last purchase that the store holds."""
    last: dt.datetime | None = ledger.transactions(before=as_of).select(pl.col("purchased_at").max()).collect().item()
    return ledger.data_through if last is None else last.date()


def _add_side(connection: sqlite3.Connection, side: features.Side) -> None:
    """Add the stores, and the events of everybody: who has none yet may buy tomorrow."""
    if side.stores is not None:
        connection.execute("INSERT INTO stores VALUES (?)", (_packed(side.stores),))
    if side.events is not None:
        contacts = _by_customer(side.events, "at")
        connection.executemany("INSERT INTO contacts VALUES (?, ?)", contacts.items())


def _add_bucket(connection: sqlite3.Connection, ledger: Ledger, bucket: int, as_of: dt.date) -> int:
    """Add the customers of one bucket; return their number."""
    lines = ledger.transactions(bucket, before=as_of).collect()
    histories = _by_customer(lines, "purchased_at")
    connection.executemany("INSERT INTO histories VALUES (?, ?)", histories.items())
    return len(histories)


def _by_customer(rows: pl.DataFrame, when: str) -> dict[str, bytes]:
    """Return the rows of each customer, packed, by time."""
    parts = rows.sort("customer_id", when, maintain_order=True).partition_by("customer_id", as_dict=True)
    return {who: _packed(part.drop("customer_id")) for (who,), part in parts.items()}


def _packed(rows: pl.DataFrame) -> bytes:
    """Return the rows as an Arrow IPC stream: LZ4 takes a fifth of the room and is read as fast."""
    buffer = io.BytesIO()
    rows.write_ipc_stream(buffer, compression="lz4")
    return buffer.getvalue()
