"""Purchases that came in, in a PostgreSQL database: for all workers of several machines."""

import contextlib
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from regulars.errors import ConfigError
from serving.sales import Added, Numbered, Order, Sale, SalesError
from serving.sales_lines import Kept, by_order, placed

CONNECT_SECONDS, STATEMENT_SECONDS, ANSWER_SECONDS = 2, 2, 3.0
"""How long the server may take to let us in, and for a statement; and what we wait for one that says nothing at all."""

DEFAULTS = {
    "connect_timeout": CONNECT_SECONDS,
    "tcp_user_timeout": 1000 * STATEMENT_SECONDS,
    "target_session_attrs": "read-write",  # of several hosts the one that keeps, not its copies
    "client_encoding": "UTF8",
    "application_name": "regulars",
}
"""Of a connection, where its address says nothing else."""

SESSION = f"SET synchronous_commit = on; SET statement_timeout = '{STATEMENT_SECONDS}s'"
"""What is committed is on the disk, whatever the server's own setting."""

MISSING = "SELECT to_regclass('regulars_purchases') IS NULL"
ALONE = "SELECT pg_advisory_xact_lock(7245093118045)"
"""Waits for another host that makes the table; the number is ours."""

TABLE = """
CREATE TABLE IF NOT EXISTS regulars_purchases (
    order_id text COLLATE "C" NOT NULL, line integer NOT NULL, customer_id text COLLATE "C" NOT NULL,
    item_id text NOT NULL, purchased_at timestamp NOT NULL, quantity double precision NOT NULL,
    amount bigint NOT NULL, discount bigint NOT NULL, store_id text, PRIMARY KEY (order_id, line)
);
CREATE INDEX IF NOT EXISTS regulars_purchases_of ON regulars_purchases (customer_id);
"""
"""A line of an order a row; money in minor units. Ids sort by their bytes, as in a file."""

_COLUMNS = "customer_id, order_id, item_id, purchased_at, quantity, amount, discount, store_id"
_ORDER = "ORDER BY purchased_at, order_id, line"
OF = f"SELECT {_COLUMNS} FROM regulars_purchases WHERE customer_id = %s {_ORDER} LIMIT %s"  # noqa: S608
AMONG = f"SELECT {_COLUMNS} FROM regulars_purchases WHERE customer_id = ANY(%s) {_ORDER}"  # noqa: S608
ADD = f"""
INSERT INTO regulars_purchases (line, {_COLUMNS})
SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::timestamp[], %s::float8[], %s::bigint[],
    %s::bigint[], %s::text[])
"""  # noqa: S608
HELD = f"SELECT line, {_COLUMNS} FROM regulars_purchases WHERE order_id = ANY(%s)"  # noqa: S608
CUSTOMERS = "SELECT DISTINCT customer_id FROM regulars_purchases WHERE customer_id > %s ORDER BY customer_id LIMIT %s"
FORGET = """
DELETE FROM regulars_purchases WHERE (customer_id, order_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
"""
ERASE = "DELETE FROM regulars_purchases WHERE customer_id = ANY(%s)"

MINE = "SELECT pg_advisory_xact_lock(7245093, lane) FROM unnest(%s::int[]) AS lane"
"""Waits for whoever writes to the same orders, so that two requests do not give one number twice."""

LANES = 64
"""Orders share that many locks: a server has room for some thousands only."""

T = TypeVar("T")


class Patient(psycopg.Connection[TupleRow]):
    """A connection that gives up where the server says nothing, which no setting of the server's can promise."""

    gave_up = False

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait as psycopg does, and close the connection after :data:`ANSWER_SECONDS`."""
        try:
            return super().wait(gen, interval, ANSWER_SECONDS if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.info.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.gave_up = True
                self.close()
            raise


class PostgresSales:
    """The purchases that came in; one database for all workers of several machines."""

    is_near: ClassVar[bool] = False
    """A look-up goes over the network."""

    def __init__(self, address: str) -> None:
        """Use the database at ``address``; it is connected to when it is first asked.

        Raises:
            ConfigError: the address is none.
        """
        given = _settings(address)
        self.name = masked(given)
        self._settings: dict[str, Any] = {**DEFAULTS, **given}
        self._idle: deque[Patient] = deque()

    def of(self, customer_id: str, most: int | None = None) -> list[Sale]:
        """Return the purchases of a customer, by time; the first ``most`` of them."""
        return [Sale(*row) for row in self._asked(lambda connection: _rows(connection, OF, customer_id, most))]

    def among(self, customer_ids: Collection[str]) -> dict[str, list[Sale]]:
        """Return the purchases of those of some customers who have any, by time."""
        found: dict[str, list[Sale]] = {}
        for row in self._asked(lambda connection: _rows(connection, AMONG, list(customer_ids))):
            found.setdefault(row[0], []).append(Sale(*row))
        return found

    def add(self, lines: Sequence[Numbered]) -> Added:
        """Keep lines, all or none; when this returns they are on the server's disk.

        Lines that are held already change nothing, so a request may be sent again. Where the connection is lost while
        the server keeps them, it is sent again here, and they count as known.
        """
        return self._asked(lambda connection: _add(connection, lines))

    def customers(self, after: str, most: int) -> list[str]:
        """Return the ids behind ``after`` of customers who have any, in their order, ``most`` at once."""
        return [who for (who,) in self._asked(lambda connection: _rows(connection, CUSTOMERS, after, most))]

    def forget(self, orders: Collection[Order]) -> int:
        """Remove the lines of some orders in one transaction; return how many they were."""
        columns = [[order.customer_id for order in orders], [order.order_id for order in orders]]
        return self._asked(lambda connection: connection.execute(FORGET, columns).rowcount)

    def erase(self, customer_ids: Collection[str]) -> int:
        """Remove all lines of some customers in one transaction; return how many they were."""
        return self._asked(lambda connection: connection.execute(ERASE, [list(customer_ids)]).rowcount)

    def tidy(self) -> None:
        """Do nothing: the server clears its disk by itself (autovacuum)."""

    def count(self) -> int:
        """Return how many lines are held."""
        ((found,),) = self._asked(lambda connection: _rows(connection, "SELECT count(*) FROM regulars_purchases"))
        return int(found)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def _asked(self, task: Callable[[psycopg.Connection[TupleRow]], T]) -> T:
        """Return what ``task`` does on a connection; one that was lost meanwhile is opened again once.

        Raises:
            SalesError: the database does not answer, or refuses.
        """
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connected()
        else:
            try:
                return self._done(task, connection)
            except SalesError:
                if connection.gave_up or not connection.closed:
                    raise
            self.close()  # the server was started again, so the others are lost as well
            connection = self._connected()
        return self._done(task, connection)

    def _done(self, task: Callable[[psycopg.Connection[TupleRow]], T], connection: Patient) -> T:
        try:
            with self._failing("does not do what it is asked"):
                done = task(connection)
        except BaseException:
            if not connection.closed:
                self._idle.append(connection)
            raise
        self._idle.append(connection)
        return done

    def _connected(self) -> Patient:
        """Return a new connection, to a database that has the table."""
        with self._failing("does not let this service in"):
            connection = Patient.connect(**self._settings, autocommit=True)
            try:
                connection.execute(SESSION)
                _make_table(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    @contextlib.contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        """Say which database it is and which kind of error, but not its message, which may quote what was sent."""
        try:
            yield
        except psycopg.Error as error:
            reason = type(error).__name__ + (f" {error.sqlstate}" if error.sqlstate else "")
            raise SalesError(f"the database at {self.name} {what} ({reason})") from error


def masked(settings: Mapping[str, Any]) -> str:
    """Return the address of a database without what is secret.

    >>> masked({"user": "me", "password": "secret", "host": "db.example", "dbname": "shop"})
    'postgresql://me:***@db.example/shop'
    """
    user = settings.get("user", "") + (":***" if "password" in settings else "")
    host, port, name = (settings.get(key, "") for key in ("host", "port", "dbname"))
    return f"postgresql://{user}{'@' if user else ''}{host}{':' if port else ''}{port}/{name}"


def _settings(address: str) -> dict[str, Any]:
    """Return what an address says.

    Raises:
        ConfigError: it is none, or holds a password that is not escaped, parts of which would pass for a host.
    """
    with contextlib.suppress(psycopg.Error):  # whose message may hold a part of the password
        found = conninfo_to_dict(address)
        places = [str(found.get(key, "")) for key in ("host", "port", "dbname")]
        if not any("@" in place for place in places) and set(places[1]) <= set("0123456789,"):
            return {**found}
    text = "the address of the purchases' database cannot be read; write postgresql://USER@HOST:PORT/DATABASE"
    raise ConfigError(f"{text}, with special characters escaped as in %40")


def _make_table(connection: psycopg.Connection[TupleRow]) -> None:
    """Make the table where it is missing; somebody who may not make it may still use it."""
    if not _rows(connection, MISSING)[0][0]:
        return
    with connection.transaction():
        connection.execute(ALONE)
        connection.execute(TABLE)


def _rows(connection: psycopg.Connection[TupleRow], query: str, *values: object) -> list[TupleRow]:
    return connection.execute(query, values, binary=True).fetchall()


def _add(connection: psycopg.Connection[TupleRow], lines: Sequence[Numbered]) -> Added:
    """Add lines in one transaction, all or none."""
    order_ids = by_order(lines)
    with connection.transaction():
        # In one order: two hosts that send the same orders would else wait for each other.
        connection.execute(MINE, [sorted({zlib.crc32(order.encode()) % LANES for order in order_ids})])
        held = (Kept(row[0], Sale(*row[1:])) for row in _rows(connection, HELD, order_ids))
        found = placed(lines, held)
        if found.new:
            columns = zip(*((line, *sale) for line, sale in found.new), strict=True)
            connection.execute(ADD, [*map(list, columns)])
    return found.added
