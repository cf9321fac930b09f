"""Answers made beforehand, for every customer of the store and its day: what most questions are about.

They are what :mod:`serving.scorer` would compute, made by the same functions; JSON, so that nothing is left to do but
to find them.
"""

import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Any

import orjson

from regulars.errors import DataError, MissingError
from serving.contract import Reason, Whole
from serving.profile import View
from serving.recommend_contract import Recommended
from serving.sqlite import ReadOnly, listed

TABLES = """
CREATE TABLE standings (
    customer_id TEXT PRIMARY KEY, standing BLOB NOT NULL, reasons BLOB NOT NULL, view BLOB NOT NULL
);
CREATE TABLE next_basket (customer_id TEXT PRIMARY KEY, items BLOB NOT NULL);
CREATE TABLE buy_again (customer_id TEXT PRIMARY KEY, items BLOB NOT NULL);
"""
"""A row a customer; a table for each of :data:`serving.offers.PREPARED`."""


class Prepared:
    """The answers, opened for reading by any number of threads."""

    def __init__(self, path: Path) -> None:
        """Open the answers at ``path``.

        Raises:
            MissingError: there are none.
            DataError: they are damaged.
        """
        if not path.is_file():
            raise MissingError(f"no prepared answers at {path}; make them with: regulars refresh")
        self._file = ReadOnly(path)
        try:
            self._file.all("SELECT view FROM standings LIMIT 1")
        except sqlite3.DatabaseError as error:
            self._file.close()
            raise DataError(f"{path} is damaged or old; make it again with: regulars refresh") from error

    def check(self) -> None:
        """Read the whole file.

        Raises:
            sqlite3.DatabaseError: it is damaged.
        """
        self._file.check()

    def close(self) -> None:
        """Close the connections of all threads."""
        self._file.close()

    def standing(self, customer_id: str) -> Whole | None:
        """Return all that can be said of a customer, without reasons; None for strangers."""
        found = self._file.all("SELECT standing FROM standings WHERE customer_id = ?", customer_id)
        return _read(found[0][0]) if found else None

    def standings(self, customer_ids: Collection[str]) -> dict[str, Whole]:
        """Return what :meth:`standing` does of many, by customer."""
        query = "SELECT customer_id, standing FROM standings WHERE customer_id IN (SELECT value FROM json_each(?))"
        return {who: _read(standing) for who, standing in self._file.all(query, listed(customer_ids))}

    def reasons(self, customer_id: str) -> list[Reason]:
        """Return the reasons of a customer's churn probability, strongest first; none for strangers."""
        found = self._file.all("SELECT reasons FROM standings WHERE customer_id = ?", customer_id)
        return _read(found[0][0]) if found else []

    def customers(self, at_most: int) -> list[str]:
        """Return some of those there are answers about."""
        return [who for (who,) in self._file.all("SELECT customer_id FROM standings LIMIT ?", at_most)]

    def view(self, customer_id: str) -> View | None:
        """Return what a profile tells beside the standing; None for strangers."""
        found = self._file.all("SELECT view FROM standings WHERE customer_id = ?", customer_id)
        return _read(found[0][0]) if found else None

    def has_offers(self, customer_id: str, kind: str) -> bool:
        """Whether there is a list of a kind, one of :data:`serving.offers.PREPARED`; not so for strangers."""
        query = f"SELECT 1 FROM {kind} WHERE customer_id = ?"  # noqa: S608 - no word of the request
        return bool(self._file.all(query, customer_id))

    def offers(self, customer_id: str, kind: str) -> list[Recommended] | None:
        """Return the plain list of a kind, best first; None for strangers.

        Args:
            customer_id: of whom.
            kind: one of :data:`serving.offers.PREPARED`.
        """
        query = f"SELECT items FROM {kind} WHERE customer_id = ?"  # noqa: S608 - no word of the request
        found = self._file.all(query, customer_id)
        return _read(found[0][0]) if found else None


def _read(content: bytes) -> Any:
    return orjson.loads(content)
