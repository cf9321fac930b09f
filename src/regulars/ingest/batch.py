"""What every kind of file gives: its lines in batches, so that memory stays bounded."""

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

BATCH_LINES = 1 << 18
"""Lines a batch, about."""


def no_ragged() -> pl.DataFrame:
    """Return no ragged lines: ``line`` and ``content``."""
    return pl.DataFrame(schema={"line": pl.Int64, "content": pl.String})


@dataclass(frozen=True)
class Batch:
    """Some lines of a file."""

    rows: pl.DataFrame
    """As read: a CSV's values are text."""
    lines: pl.Series
    """The place of each row in the file: the first data line is 1."""
    ragged: pl.DataFrame = field(default_factory=no_ragged)
    """``line`` and ``content`` (JSON) of lines whose number of columns is not the header's."""

    @property
    def height(self) -> int:
        """Number of lines, ragged ones included."""
        return self.rows.height + self.ragged.height


class LineFile(Protocol):
    """A file of order lines."""

    @property
    def path(self) -> Path:
        """Where it lies."""

    @property
    def names(self) -> list[str]:
        """Its columns."""

    @property
    def lines_total(self) -> int | None:
        """Its data lines: exact for Parquet, an estimate for CSV."""

    def batches(self) -> Generator[Batch]:
        """Read it from the start.

        Raises:
            DataError: it is damaged.
        """
