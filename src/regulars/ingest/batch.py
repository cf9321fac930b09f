"""What every kind of file gives: its lines in batches, so that memory stays bounded."""

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

BATCH_LINES = 1 << 18
"""Lines a batch, about."""
OWN = "regulars:"
"""Prefix of the columns that an adapter adds to those of the file."""
REASON = OWN + "reason"
"""Column in which an adapter says why a row goes to the quarantine; null, or absent, where it does not."""


def no_ragged() -> pl.DataFrame:
    """Return no ragged lines: ``line``, ``reason`` and ``content``."""
    return pl.DataFrame(schema={"line": pl.Int64, "reason": pl.String, "content": pl.String})


@dataclass(frozen=True)
class Batch:
    """Some lines of a file."""

    rows: pl.DataFrame
    """As read: a CSV's values are text. Columns that start with ``OWN`` were computed."""
    lines: pl.Series
    """The place of each row in the file: the first data line is 1. A made row has that of the row it stems from."""
    ragged: pl.DataFrame = field(default_factory=no_ragged)
    """``line``, ``reason`` and ``content`` (JSON) of lines that could not be cut into the header's columns."""
    made: int = 0
    """Rows that an adapter added beyond the file's own lines, such as an order's postage."""

    @property
    def height(self) -> int:
        """Number of rows, ragged lines and made rows included."""
        return self.rows.height + self.ragged.height


class LineFile(Protocol):
    """A file of order lines, or one sheet of it."""

    @property
    def path(self) -> Path:
        """Where it lies."""

    @property
    def name(self) -> str:
        """What to call it in messages: the file's name, and the sheet's where it has several."""

    @property
    def names(self) -> list[str]:
        """Its columns."""

    @property
    def lines_total(self) -> int | None:
        """Its data lines: exact for Parquet and Excel, an estimate for text; None where nobody knows."""

    def batches(self) -> Generator[Batch]:
        """Read it from the start.

        Raises:
            DataError: it is damaged.
        """
