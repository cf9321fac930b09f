"""Purchases that came in, in an SQLite file: for all workers of one machine."""

import contextlib
import datetime as dt
import os
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from regulars.errors import DataError
from serving.sales import Added, Numbered, Order, Sale, SalesError
from serving.sales_lines import Kept, by_order, placed
from serving.sqlite import listed

BUSY_SECONDS = 5.0
"""How long a writer waits for another one."""

OWNER_ONLY = 0o600
"""Rights of a new file; SQLite gives those beside it the same."""

TABLE = """
CREATE TABLE IF NOT EXISTS sales (
    order_id TEXT NOT NULL, line INTEGER NOT NULL, customer_id TEXT NOT NULL, item_id TEXT NOT NULL,
    purchased_at INTEGER NOT NULL, quantity REAL NOT NULL, amount INTEGER NOT NULL, discount INTEGER NOT NULL,
    store_id TEXT, PRIMARY KEY (order_id, line)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sales_by_time ON sales (customer_id, purchased_at);
DROP INDEX IF EXISTS sales_of;
"""
"""A line of an order a row; ``purchased_at`` in microseconds since 1970, money in minor units.

The index is in the order of the answers, so that the first lines of a customer who has very many are found at once.
"""

_COLUMNS = "customer_id, order_id, item_id, purchased_at, quantity, amount, discount, store_id"
_EPOCH = dt.datetime(1970, 1, 1)


class SqliteSales:
    """The purchases that came in; one file for all workers of a machine."""

    is_near: ClassVar[bool] = True
    """A look-up takes microseconds."""

    def __init__(self, path: Path) -> None:
        """Open the file at ``path``, which is made if need be.

        Raises:
            DataError: it cannot be opened, or is something else.
        """
        self.path = path
        self._local = threading.local()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
            self._connection.executescript(TABLE)
        except (OSError, sqlite3.DatabaseError) as error:
            raise DataError(f"cannot keep purchases in {path} ({error}); name another file") from error

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            # FULL: what is committed is on the disk, whatever happens to the process or to the machine.
            # What is forgotten is overwritten.
            connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;")
            self._local.connection = connection
        return connection

    def of(self, customer_id: str, most: int | None = None) -> list[Sale]:
        """Return the purchases of a customer, by time; the first ``most`` of them."""
        query = f"SELECT {_COLUMNS} FROM sales WHERE customer_id = ? ORDER BY purchased_at, order_id, line LIMIT ?"  # noqa: S608
        with _failing():
            return [_sale(row) for row in self._connection.execute(query, (customer_id, -1 if most is None else most))]

    def among(self, customer_ids: Collection[str]) -> dict[str, list[Sale]]:
        """Return the purchases of those of some customers who have any, by time."""
        query = (
            f"SELECT {_COLUMNS} FROM sales WHERE customer_id IN (SELECT value FROM json_each(?)) "  # noqa: S608
            "ORDER BY purchased_at, order_id, line"
        )
        found: dict[str, list[Sale]] = {}
        with _failing():
            for row in self._connection.execute(query, (listed(customer_ids),)):
                found.setdefault(row[0], []).append(_sale(row))
        return found

    def add(self, lines: Sequence[Numbered]) -> Added:
        """Keep lines, all or none; when this returns they are on the disk.

        Lines that are held already change nothing, so a request may be sent again.
        """
        with _failing(), self._transaction() as connection:
            found = placed(lines, _held(connection, by_order(lines)))
            connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, found.new))
        return found.added

    def customers(self, after: str, most: int) -> list[str]:
        """Return the ids behind ``after`` of customers who have any, in their order, ``most`` at once."""
        query = "SELECT DISTINCT customer_id FROM sales WHERE customer_id > ? ORDER BY customer_id LIMIT ?"
        with _failing():
            return [who for (who,) in self._connection.execute(query, (after, most))]

    def forget(self, orders: Collection[Order]) -> int:
        """Remove the lines of some orders in one transaction; return how many they were."""
        return self._removed("DELETE FROM sales WHERE customer_id = ? AND order_id = ?", orders)

    def erase(self, customer_ids: Collection[str]) -> int:
        """Remove all lines of some customers in one transaction; return how many they were."""
        return self._removed("DELETE FROM sales WHERE customer_id = ?", [(who,) for who in customer_ids])

    def tidy(self) -> None:
        """Empty the write-ahead log, which holds what was removed.

        Raises:
            SalesError: somebody reads from it, or writes, for too long.
        """
        with _failing():
            (is_busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            raise SalesError(f"{self.path.name}-wal is in use and still holds what was removed; try again in a moment")

    def count(self) -> int:
        """Return how many lines are held."""
        with _failing():
            (found,) = self._connection.execute("SELECT count(*) FROM sales").fetchone()
            return int(found)

    def close(self) -> None:
        """Close the connection of this thread."""
        connection: sqlite3.Connection | None = self._local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def _removed(self, query: str, which: Iterable[Sequence[str]]) -> int:
        with _failing(), self._transaction() as connection:
            return connection.executemany(query, which).rowcount

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection; keep what the block writes if it ends well."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:  # a disk that is full may end it, too
                connection.execute("ROLLBACK")


@contextlib.contextmanager
def _failing() -> Iterator[None]:
    """Say which error of SQLite it was, but not its message."""
    try:
        yield
    except sqlite3.Error as error:
        reason = getattr(error, "sqlite_errorname", type(error).__name__)
        raise SalesError(f"the file of the purchases fails ({reason}); see to its disk and its rights") from error


def _row(line: Kept) -> tuple[str | int | float | None, ...]:
    number, sale = line
    at = (sale.purchased_at - _EPOCH) // dt.timedelta(microseconds=1)
    return (sale.order_id, number, sale.customer_id, sale.item_id, at, *sale[4:])


def _sale(row: Sequence[Any]) -> Sale:
    who, order, item, at, quantity, amount, discount, store = row
    bought = _EPOCH + dt.timedelta(microseconds=at)
    return Sale(who, order, item, bought, quantity, amount, discount, store)


def _held(connection: sqlite3.Connection, order_ids: Collection[str]) -> Iterator[Kept]:
    """Yield all lines of some orders."""
    query = f"SELECT line, {_COLUMNS} FROM sales WHERE order_id IN (SELECT value FROM json_each(?))"  # noqa: S608
    for number, *row in connection.execute(query, (listed(order_ids),)):
        yield Kept(number, _sale(row))
