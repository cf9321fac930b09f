"""New files and folders that are on disk, whole, or not there at all."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def created(path: Path, tables: str) -> Iterator[sqlite3.Connection]:
    """Open a new, empty file with ``tables``, in one transaction; on leaving it is on disk, whole.

    What lies at ``path`` is replaced. If the block fails, the file is of no use and has to be removed.
    """
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        # A draft that is not finished is thrown away, so it needs no journal.
        connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {tables} BEGIN;")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()
    flush(path)


def flush(path: Path) -> None:
    """Return when a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_tree(folder: Path) -> None:
    """Return when all that is in a folder is on the disk."""
    for path in (*folder.rglob("*"), folder):
        flush(path)
