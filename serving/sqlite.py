"""An SQLite file that is never written again, read by any number of threads and processes."""

import json
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

MAPPED_BYTES = 1 << 30
"""Of the file that may be read through a memory map, whose pages all processes share."""


class ReadOnly:
    """Connections to one file, a thread each."""

    def __init__(self, path: Path) -> None:
        """Read the file at ``path``, which is opened on the first question."""
        # The file is never written again, so SQLite need not look for changes or locks.
        self._address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []

    def all(self, query: str, *values: str | int) -> list[Any]:
        """Return the rows that ``query`` finds.

        Raises:
            sqlite3.DatabaseError: the file is damaged.
        """
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._address, uri=True, check_same_thread=False)
            connection.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")
            self._local.connection = connection
            self._open.append(connection)
        return connection.execute(query, values).fetchall()

    def check(self) -> None:
        """Read the whole file.

        Raises:
            sqlite3.DatabaseError: it is damaged.
        """
        found = self.all("PRAGMA quick_check(1)")
        if found != [("ok",)]:
            raise sqlite3.DatabaseError(found[0][0])

    def close(self) -> None:
        """Close the connections of all threads."""
        while self._open:
            self._open.pop().close()


def listed(values: Iterable[str]) -> str:
    """Return values as the parameter of ``IN (SELECT value FROM json_each(?))``: any number of them."""
    return json.dumps(list(values))
