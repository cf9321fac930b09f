"""Purchases that arrive while the service runs: kept before they are acknowledged, known to the next answer.

A file serves the workers of one machine, a PostgreSQL database those of several.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from regulars.errors import MissingError, RegularsError

SCHEMES = ("postgresql://", "postgres://")
"""How the address of a PostgreSQL database begins."""


class SalesError(RegularsError):
    """The purchases that came in cannot be looked up or kept right now; it names neither customers nor passwords."""


class Sale(NamedTuple):
    """One line of an order, as the ledger keeps it (``schema.TRANSACTIONS``)."""

    customer_id: str
    order_id: str
    item_id: str
    purchased_at: dt.datetime
    quantity: float
    amount: int
    discount: int
    store_id: str | None


class Order(NamedTuple):
    """An order, and whose it is."""

    customer_id: str
    order_id: str


class Numbered(NamedTuple):
    """A line with its number within the order: what tells it from all others."""

    line: int | None
    """None: the line is told by what it says (:mod:`serving.sales_lines`)."""
    sale: Sale


class Added(NamedTuple):
    """What became of some lines."""

    n_new: int
    n_known: int
    """Held already, as they are."""
    contradicted: tuple[int, ...]
    """Places of lines that cannot be what the order holds; if there are any, nothing was kept."""
    foreign: tuple[int, ...] = ()
    """Those of them whose order is another customer's."""


class Sales(Protocol):
    """The purchases that came in. Every method may be called from any thread, and raises SalesError where it fails."""

    @property
    def is_near(self) -> bool:
        """Whether a look-up takes microseconds, so that it may be done on the event loop."""

    def of(self, customer_id: str, most: int | None = None) -> list[Sale]:
        """Return the purchases of a customer, by time; the first ``most`` of them."""

    def among(self, customer_ids: Collection[str]) -> dict[str, list[Sale]]:
        """Return the purchases of those of some customers who have any, by time."""

    def add(self, lines: Sequence[Numbered]) -> Added:
        """Keep lines, all or none; when this returns they are on a disk.

        Lines that are held already change nothing, so a request may be sent again.
        """

    def customers(self, after: str, most: int) -> list[str]:
        """Return the ids behind ``after`` of customers who have any, in their order, ``most`` at once."""

    def forget(self, orders: Collection[Order]) -> int:
        """Remove the lines of some orders in one transaction; return how many they were."""

    def erase(self, customer_ids: Collection[str]) -> int:
        """Remove all lines of some customers in one transaction; return how many they were."""

    def tidy(self) -> None:
        """Clear what was removed from the disk, as far as that is ours to do."""

    def count(self) -> int:
        """Return how many lines are held."""

    def close(self) -> None:
        """Let go of the connections that nobody uses right now; what is asked later opens others."""


def is_address(where: str | Path) -> bool:
    """Whether ``where`` is the address of a database and not the path of a file.

    >>> is_address("postgresql://db.example/purchases"), is_address("purchases.sqlite")
    (True, False)
    """
    return str(where).startswith(SCHEMES)


def opened(where: str | Path) -> Sales:
    """Return the purchases kept at ``where``: a PostgreSQL database by its address, or a file by its path.

    A database need not answer yet. A store that fails is left alone for a moment (:mod:`serving.sales_breaker`).

    Raises:
        ConfigError: the address is none.
        DataError: the file cannot be opened, or is something else.
        MissingError: the driver of the database is not installed.
    """
    from serving.sales_breaker import Breaker  # noqa: PLC0415 - it and both stores know the types above
    from serving.sales_sqlite import SqliteSales  # noqa: PLC0415

    if not is_address(where):
        return Breaker(SqliteSales(Path(where)))
    try:
        from serving.sales_postgres import PostgresSales  # noqa: PLC0415 - the driver is an extra
    except ImportError as error:
        text = "purchases in PostgreSQL need its driver; install it with: pip install 'regulars[postgres]'"
        raise MissingError(text) from error
    return Breaker(PostgresSales(str(where)))
