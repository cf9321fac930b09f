"""The one door to DuckDB and Splink's chatter: in memory, offline, nothing left behind."""

import contextlib
import logging
import tempfile
from collections.abc import Iterator

import duckdb


@contextlib.contextmanager
def workspace() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory database that fetches no extensions; what it spills to disk goes when it closes.

    Splink's messages are held back meanwhile: some quote the data.
    """
    with tempfile.TemporaryDirectory(prefix="regulars-identity-") as spill, _quiet("splink"):
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": spill,
        }
        connection = duckdb.connect(":memory:", config=config)
        try:
            yield connection
        finally:
            connection.close()


@contextlib.contextmanager
def _quiet(name: str) -> Iterator[None]:
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
