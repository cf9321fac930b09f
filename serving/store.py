"""The online store: everything the service needs to know about customers, in one SQLite file.

Per customer it holds the whole history, as Arrow IPC streams of lines and of events, from which the feature code of the
batch makes the row of any day. The file is never changed in place.
"""

import datetime as dt
import functools
import io
import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from regulars import schema
from regulars.errors import DataError, MissingError
from regulars.features import Side
from regulars.features.contacts import COLUMNS
from regulars.hygiene import spelling
from serving import people
from serving.sqlite import ReadOnly, listed

FORMAT: Literal[5] = 5
"""Version of the layout."""

TABLES = f"""
CREATE TABLE header (content TEXT NOT NULL);
CREATE TABLE histories (customer_id TEXT PRIMARY KEY, lines BLOB NOT NULL);
CREATE TABLE contacts (customer_id TEXT PRIMARY KEY, events BLOB NOT NULL);
CREATE TABLE people (customer_id TEXT PRIMARY KEY, {", ".join(people.COLUMNS)}) WITHOUT ROWID;
CREATE TABLE aliases (customer_as_written TEXT PRIMARY KEY, customer_id TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX aliases_of ON aliases (customer_id, customer_as_written);
CREATE TABLE spellings (folded TEXT PRIMARY KEY, item_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE stores (content BLOB NOT NULL);
CREATE TABLE items (item_id TEXT PRIMARY KEY, {", ".join(schema.ITEMS.names[1:])}) WITHOUT ROWID;
"""
"""The layout: a row a customer in ``histories``, ``contacts`` and ``people``, an item in ``items``; stores whole.

``aliases`` says which customer an id stands for, where that is another one; ``spellings`` how the item is written whose
spellings fold to one (:func:`regulars.hygiene.spelling.folded`).
"""

ASKED = 4096
"""Customers whose ids are at hand: those asked about last."""

_ITEM = {name: pl.Int64 if dtype.is_temporal() else dtype for name, dtype in schema.ITEMS.schema.items()}
"""The columns of ``items`` as SQLite keeps them: times as whole microseconds."""


class Header(BaseModel):
    """What a store was built from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[5] = FORMAT
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
    time_zone: str
    """IANA name of the zone of the shop's wall clock."""
    has_merged: bool
    """Whether some customer goes by several ids."""
    has_spellings: bool
    """Whether the ledger writes some item otherwise than folded, so that any id may be another spelling."""
    systems: tuple[str, ...]
    """Systems whose customers' ids have its name and a colon in front."""


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
        # It knows the file and not this object: in a circle it would outlive it.
        self._merged = functools.lru_cache(maxsize=ASKED)(functools.partial(_merged_ids, self._file))
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

    def check(self) -> None:
        """Read the whole file.

        Raises:
            sqlite3.DatabaseError: it is damaged.
        """
        self._file.check()

    def close(self) -> None:
        """Close the connections of all threads."""
        self._file.close()

    def ids(self, customer_id: str) -> tuple[str, ...]:
        """Return all ids of a customer, given any of them: first the one by which all else here goes."""
        return self._merged(customer_id) if self.header.has_merged else (customer_id,)

    def known(self, customer_ids: Collection[str]) -> set[str]:
        """Return those of some ids under which the shop knows anything of a customer."""
        tables = {"histories": "customer_id", "contacts": "customer_id", "people": "customer_id"}
        queries = [
            f"SELECT {column} FROM {table} WHERE {column} IN (SELECT value FROM json_each(?1))"  # noqa: S608
            for table, column in (tables | {"aliases": "customer_as_written"}).items()
        ]
        return {who for (who,) in self._file.all(" UNION ".join(queries), listed(customer_ids))}

    def named(self, item_ids: Collection[str]) -> dict[str, str]:
        """Return the item that each id stands for, however it is spelt; itself where the ledger knows no other."""
        names = {written: written for written in item_ids}
        if not names:
            return names
        words = pl.Series("written", list(names), dtype=pl.String)
        told = dict(pl.select(words, spelling.folded(pl.lit(words)).alias("folded")).iter_rows())
        asked = {written: word for written, word in told.items() if self.header.has_spellings or written != word}
        if asked:
            query = "SELECT folded, item_id FROM spellings WHERE folded IN (SELECT value FROM json_each(?))"
            found = dict(self._file.all(query, listed(set(asked.values()))))
            names |= {written: found[word] for written, word in asked.items() if word in found}
        return names

    def history(self, customer_id: str) -> pl.DataFrame:
        """Return the customer's transactions (``schema.TRANSACTIONS``), by time; no rows for strangers."""
        found = self._file.all("SELECT lines FROM histories WHERE customer_id = ?", customer_id)
        if not found:
            return schema.TRANSACTIONS.empty()
        lines = pl.read_ipc_stream(io.BytesIO(found[0][0]))
        return lines.select(pl.lit(customer_id).alias("customer_id"), pl.all())

    def orders(self, customer_id: str) -> frozenset[str]:
        """Return the orders of a customer, by any of their ids; none for strangers."""
        found = self._file.all("SELECT lines FROM histories WHERE customer_id = ?", self.ids(customer_id)[0])
        return frozenset(pl.read_ipc_stream(io.BytesIO(found[0][0]), columns=["order_id"])["order_id"] if found else ())

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

    @functools.cached_property
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


def _merged_ids(file: ReadOnly, customer_id: str) -> tuple[str, ...]:
    query = (
        "SELECT customer_id, customer_as_written FROM aliases WHERE customer_id = coalesce("
        "(SELECT customer_id FROM aliases WHERE customer_as_written = ?1), ?1) ORDER BY customer_as_written"
    )
    found = file.all(query, customer_id)
    return (found[0][0], *(written for _, written in found)) if found else (customer_id,)
