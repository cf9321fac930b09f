"""The online store: everything the service needs to know about customers, in one SQLite file.

Per customer it holds the row of features at the store's ``as_of``, as float64 bytes, and the whole history, as Arrow
IPC streams of lines and of events, from which the same feature code makes the row of any other day. The file is never
changed in place: a new one replaces it in one rename, and readers keep what they opened.
"""

import datetime as dt
import io
import json
import sqlite3
import threading
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from regulars import schema
from regulars.errors import DataError, MissingError
from regulars.features import Side
from regulars.features.contacts import COLUMNS

FORMAT: Literal[2] = 2
"""Version of the layout."""

TABLES = f"""
CREATE TABLE header (content TEXT NOT NULL);
CREATE TABLE rows (customer_id TEXT PRIMARY KEY, features BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE histories (customer_id TEXT PRIMARY KEY, lines BLOB NOT NULL);
CREATE TABLE contacts (customer_id TEXT PRIMARY KEY, events BLOB NOT NULL);
CREATE TABLE stores (content BLOB NOT NULL);
CREATE TABLE items (item_id TEXT PRIMARY KEY, {", ".join(schema.ITEMS.names[1:])}) WITHOUT ROWID;
"""
"""The layout: a row a customer in ``rows``, ``histories`` and ``contacts``, an item in ``items``; stores as a whole."""

ROW = np.dtype("<f8")
"""A feature in ``rows``; NaN where it is not defined."""

_ITEM = {name: pl.Int64 if dtype.is_temporal() else dtype for name, dtype in schema.ITEMS.schema.items()}
"""The columns of ``items`` as SQLite keeps them: times as whole microseconds."""


class Header(BaseModel):
    """What a store was built from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[2] = FORMAT
    """Version of the layout."""
    key: str
    """Fingerprint of the data and of the code that made the rows: an equal key is an equal store."""
    as_of: dt.date
    """The day the rows are for: purchases before it are known."""
    data_through: dt.date
    """Day of the last purchase."""
    fingerprint: str
    """Fingerprint of the ledger."""
    currency: str
    """ISO 4217 code of every amount."""
    features: tuple[str, ...]
    """Names of the features, in the order of a row."""
    n_customers: int
    """Customers with a history."""
    events_since: dt.date | None
    """The first day with events; without any, what they would tell is not known."""


class Store:
    """A store opened for reading, by any number of threads."""

    def __init__(self, path: Path) -> None:
        """Open the store at ``path``.

        Raises:
            MissingError: there is none.
            DataError: it is damaged, or of another version.
        """
        if not path.is_file():
            raise MissingError(f"no online store at {path}; make one with: regulars package")
        self.path = path
        # The file is never written again, so SQLite need not look for changes or locks.
        self._address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        try:
            (content,) = self._all("SELECT content FROM header")[0]
            self.header = Header.model_validate_json(content)
        except (sqlite3.DatabaseError, IndexError, ValidationError) as error:
            self.close()
            raise DataError(
                f"the online store {path} is damaged or old; make it again with: regulars package"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        while self._open:
            self._open.pop().close()

    def features(self, customer_id: str) -> npt.NDArray[np.float64] | None:
        """Return the customer's row at ``header.as_of``: (n_features,), NaN for null; None for strangers."""
        found = self._all("SELECT features FROM rows WHERE customer_id = ?", customer_id)
        return np.frombuffer(found[0][0], dtype=ROW) if found else None

    def history(self, customer_id: str) -> pl.DataFrame:
        """Return the customer's transactions (``schema.TRANSACTIONS``), by time; no rows for strangers."""
        found = self._all("SELECT lines FROM histories WHERE customer_id = ?", customer_id)
        if not found:
            return schema.TRANSACTIONS.empty()
        lines = pl.read_ipc_stream(io.BytesIO(found[0][0]))
        return lines.select(pl.lit(customer_id).alias("customer_id"), pl.all())

    def side(self, customer_id: str | None, item_ids: Collection[str]) -> Side:
        """Return what features need beside the lines of one customer (None: one without an id)."""
        since = self.header.events_since
        events = None if since is None or customer_id is None else self._events(customer_id)
        return Side(self.items(item_ids), self._stores, events, since)

    @cached_property
    def _stores(self) -> pl.DataFrame | None:
        found = self._all("SELECT content FROM stores")
        return pl.read_ipc_stream(io.BytesIO(found[0][0])) if found else None

    def _events(self, customer_id: str) -> pl.DataFrame:
        found = self._all("SELECT events FROM contacts WHERE customer_id = ?", customer_id)
        if not found:
            return schema.EVENTS.empty().select(COLUMNS)
        return pl.read_ipc_stream(io.BytesIO(found[0][0])).with_columns(customer_id=pl.lit(customer_id))

    def items(self, item_ids: Collection[str]) -> pl.DataFrame:
        """Return what is known about these items (``schema.ITEMS`` without own columns), in any order."""
        query = "SELECT * FROM items WHERE item_id IN (SELECT value FROM json_each(?))"
        rows = self._all(query, json.dumps(list(item_ids)))
        return pl.DataFrame(rows, schema=_ITEM, orient="row").cast(schema.ITEMS.schema)

    def _all(self, query: str, *values: str | int) -> list[Any]:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._address, uri=True, check_same_thread=False)
            self._local.connection = connection
            self._open.append(connection)
        return connection.execute(query, values).fetchall()
