"""Making the online store from a ledger: bucket by bucket, into a new file that then replaces the old one."""

import contextlib
import datetime as dt
import io
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import polars as pl

import regulars
from regulars import features, fingerprint, scale, schema, windows
from regulars.errors import RegularsError
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from serving.store import FORMAT, ROW, TABLES, Header, Store


def build(ledger: Ledger, path: Path, as_of: dt.date | None = None) -> Header:
    """Write the store of all customers of ``ledger`` to ``path``; keep it where it is up to date already.

    Args:
        ledger: the shop.
        path: the file; its folder is made if need be.
        as_of: the day the feature rows are for; by default the day after the data.
    """
    day = as_of or windows.after(ledger.data_through)
    key = _key(ledger, day)
    with contextlib.suppress(RegularsError), Store(path) as store:
        if store.header.key == key:
            return store.header
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        header = _write(ledger, draft, day, key)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return header


def _key(ledger: Ledger, as_of: dt.date) -> str:
    code = fingerprint.of_tree(Path(regulars.__file__).parent)
    return fingerprint.of_text([str(FORMAT), code, ledger.fingerprint, as_of.isoformat()])


def _write(ledger: Ledger, draft: Path, as_of: dt.date, key: str) -> Header:
    with _created(draft) as connection:
        side = scale.side(ledger)
        _add_items(connection, ledger.items())
        _add_side(connection, side)
        n_customers = sum(_add_bucket(connection, ledger, bucket, side, as_of) for bucket in ledger.buckets)
        header = Header(
            key=key,
            as_of=as_of,
            data_through=_data_through(ledger, as_of),
            fingerprint=ledger.fingerprint,
            currency=ledger.manifest.currency,
            features=features.NAMES,
            n_customers=n_customers,
            events_since=side.since,
        )
        connection.execute("INSERT INTO header VALUES (?)", (header.model_dump_json(),))
    return header


@contextlib.contextmanager
def _created(draft: Path) -> Iterator[sqlite3.Connection]:
    """Open a new, empty store; on leaving it is on disk, whole."""
    draft.unlink(missing_ok=True)
    connection = sqlite3.connect(draft, isolation_level=None)
    try:
        # A draft that is not finished is thrown away, so it needs no journal.
        connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {TABLES} BEGIN;")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()
    with draft.open("rb") as file:
        os.fsync(file.fileno())


def _add_items(connection: sqlite3.Connection, items: pl.DataFrame) -> None:
    places = ", ".join("?" for _ in schema.ITEMS.names)
    rows = items.select(pl.col(schema.ITEMS.names).to_physical()).iter_rows()
    connection.executemany(f"INSERT INTO items VALUES ({places})", rows)  # noqa: S608


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


def _add_bucket(
    connection: sqlite3.Connection, ledger: Ledger, bucket: int, side: features.Side, as_of: dt.date
) -> int:
    """Add the customers of one bucket; return their number."""
    lines = ledger.transactions(bucket, before=as_of).collect()
    table = features.table(lines, side, [Snapshot(as_of)])
    rows = features.matrix(table).astype(ROW)
    ids = table["customer_id"].to_list()
    connection.executemany(
        "INSERT INTO rows VALUES (?, ?)", ((who, row.tobytes()) for who, row in zip(ids, rows, strict=True))
    )
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
