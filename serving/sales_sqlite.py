"""Purchases that came in, in an SQLite file: for all workers of one machine."""

import contextlib
import datetime as dt
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from regulars.errors import DataError
from serving.sales import Added, Numbered, Sale, SalesError
from serving.sqlite import listed

BUSY_SECONDS = 5.0
"""How long a writer waits for another one."""

TABLE = """
CREATE TABLE IF NOT EXISTS sales (
    order_id TEXT NOT NULL, line INTEGER NOT NULL, customer_id TEXT NOT NULL, item_id TEXT NOT NULL,
    purchased_at INTEGER NOT NULL, quantity REAL NOT NULL, amount INTEGER NOT NULL, discount INTEGER NOT NULL,
    store_id TEXT, PRIMARY KEY (order_id, line)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sales_of ON sales (customer_id);
"""
"""A line of an order a row; ``purchased_at`` in microseconds since 1970, money in minor units."""

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
            self._connection.executescript(TABLE)
        except (OSError, sqlite3.DatabaseError) as error:
            raise DataError(f"cannot keep purchases in {path} ({error}); name another file") from error

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            # FULL: what is committed is on the disk, whatever happens to the process or to the machine.
            connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
            self._local.connection = connection
        return connection

    def of(self, customer_id: str) -> list[Sale]:
        """Return the purchases of a customer, by time."""
        query = f"SELECT {_COLUMNS} FROM sales WHERE customer_id = ? ORDER BY purchased_at, order_id, line"  # noqa: S608
        with _failing():
            return [_sale(row) for row in self._connection.execute(query, (customer_id,))]

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
            new = [_insert(connection, each) for each in lines]
            contradicted = [at for at, each in enumerate(lines) if not new[at] and not _holds(connection, each)]
            if contradicted:
                connection.execute("ROLLBACK")
        return Added(0 if contradicted else sum(new), len(lines) - sum(new), tuple(contradicted))

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

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection; keep what the block writes if it ends well and has not rolled back itself."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            if connection.in_transaction:
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


def _row(numbered: Numbered) -> tuple[str | int | float | None, ...]:
    line, sale = numbered
    at = (sale.purchased_at - _EPOCH) // dt.timedelta(microseconds=1)
    return (sale.order_id, line, sale.customer_id, sale.item_id, at, *sale[4:])


def _sale(row: tuple[str, str, str, int, float, int, int, str | None]) -> Sale:
    who, order, item, at, quantity, amount, discount, store = row
    bought = _EPOCH + dt.timedelta(microseconds=at)
    return Sale(who, order, item, bought, quantity, amount, discount, store)


def _insert(connection: sqlite3.Connection, numbered: Numbered) -> bool:
    """Add a line; return whether its order and number were free."""
    done = connection.execute("INSERT OR IGNORE INTO sales VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(numbered))
    return done.rowcount == 1


def _holds(connection: sqlite3.Connection, numbered: Numbered) -> bool:
    """Return whether a line is held as it is."""
    query = f"SELECT {_COLUMNS} FROM sales WHERE order_id = ? AND line = ?"  # noqa: S608
    row = connection.execute(query, (numbered.sale.order_id, numbered.line)).fetchone()
    return _sale(row) == numbered.sale
