"""The online store: everything the service needs to know about customers, in one SQLite file.

Per customer it holds the whole history, as Arrow IPC streams of lines and of events, from which the feature code of the
batch makes the row of any day. The file is never changed in place.
"""

import datetime as dt
import io
import sqlite3
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from regulars import schema
from regulars.errors import DataError, MissingError
from regulars.features import Side
from regulars.features.contacts import COLUMNS
from serving import people
from serving.sqlite import ReadOnly, listed

FORMAT: Literal[4] = 4
"""Version of the layout."""

TABLES = f"""
CREATE TABLE header (content TEXT NOT NULL);
CREATE TABLE histories (customer_id TEXT PRIMARY KEY, lines BLOB NOT NULL);
CREATE TABLE contacts (customer_id TEXT PRIMARY KEY, events BLOB NOT NULL);
CREATE TABLE people (customer_id TEXT PRIMARY KEY, {", ".join(people.COLUMNS)}) WITHOUT ROWID;
CREATE TABLE stores (content BLOB NOT NULL);
CREATE TABLE items (item_id TEXT PRIMARY KEY, {", ".join(schema.ITEMS.names[1:])}) WITHOUT ROWID;
"""
"""The layout: a row a customer in ``histories``, ``contacts`` and ``people``, an item in ``items``; stores whole."""

_ITEM = {name: pl.Int64 if dtype.is_temporal() else dtype for name, dtype in schema.ITEMS.schema.items()}
"""The columns of ``items`` as SQLite keeps them: times as whole microseconds."""


class Header(BaseModel):
    """What a store was built from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[4] = FORMAT
    """Version of the layout."""
    key: str
    """Fingerprint of the data, the day and the code: an equal key is an equal store."""
    as_of: dt.date
    """The day it was built for: purchases before it are known."""
    data_through: dt.date
    """Day of the last purchase."""
    fingerprint: str
    """Fingerprint of the ledger."""
    currency: str
    """ISO 4217 code of every amount."""
    features: tuple[str, ...]
    """Names of the features that the code of the store knows."""
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
        self._file = ReadOnly(path)
        try:
            (content,) = self._file.all("SELECT content FROM header")[0]
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
        self._file.close()

    def history(self, customer_id: str) -> pl.DataFrame:
        """Return the customer's transactions (``schema.TRANSACTIONS``), by time; no rows for strangers."""
        found = self._file.all("SELECT lines FROM histories WHERE customer_id = ?", customer_id)
        if not found:
            return schema.TRANSACTIONS.empty()
        lines = pl.read_ipc_stream(io.BytesIO(found[0][0]))
        return lines.select(pl.lit(customer_id).alias("customer_id"), pl.all())

    def person(self, customer_id: str) -> dict[str, str | None] | None:
        """Return what is known of who a customer is (:data:`serving.people.COLUMNS`); None where nothing is."""
        found = self._file.all(
            f"SELECT {', '.join(people.COLUMNS)} FROM people WHERE customer_id = ?",  # noqa: S608 - our own words
            customer_id,
        )
        return dict(zip(people.COLUMNS, found[0], strict=True)) if found else None

    def side(self, customer_ids: Collection[str], item_ids: Collection[str]) -> Side:
        """Return what features need beside the lines of some customers; none of them: one without an id."""
        since = self.header.events_since
        events = None if since is None or not customer_ids else self._events(customer_ids)
        return Side(self.items(item_ids), self._stores, events, since)

    @cached_property
    def _stores(self) -> pl.DataFrame | None:
        found = self._file.all("SELECT content FROM stores")
        return pl.read_ipc_stream(io.BytesIO(found[0][0])) if found else None

    def _events(self, customer_ids: Collection[str]) -> pl.DataFrame:
        query = "SELECT customer_id, events FROM contacts WHERE customer_id IN (SELECT value FROM json_each(?))"
        empty = schema.EVENTS.empty().select(COLUMNS)
        found = [
            pl.read_ipc_stream(io.BytesIO(events)).select(pl.lit(who).alias("customer_id"), pl.all()).select(COLUMNS)
            for who, events in self._file.all(query, listed(customer_ids))
        ]
        return pl.concat([empty, *found])

    def items(self, item_ids: Collection[str]) -> pl.DataFrame:
        """Return what is known about these items (``schema.ITEMS`` without own columns), in any order."""
        query = "SELECT * FROM items WHERE item_id IN (SELECT value FROM json_each(?))"
        rows = self._file.all(query, listed(item_ids))
        return pl.DataFrame(rows, schema=_ITEM, orient="row").cast(schema.ITEMS.schema)
