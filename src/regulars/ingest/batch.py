"""What every kind of file gives: its lines in batches, so that memory stays bounded."""

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

from regulars.errors import DataError

BATCH_LINES = 1 << 18
"""Lines a batch, about."""
OWN = "regulars:"
"""Prefix of the columns that an adapter adds to those of the file."""
LEFT_OUT = pl.Null()
"""Type of a column whose values, neither text nor numbers nor times, are left out: it holds nulls only."""
REASON = OWN + "reason"
"""Column in which an adapter says why a row goes to the quarantine; null, or absent, where it does not."""


def no_ragged() -> pl.DataFrame:
    """Return no ragged lines: ``line``, ``reason`` and ``content``."""
    return pl.DataFrame(schema={"line": pl.Int64, "reason": pl.String, "content": pl.String})


def column(rows: pl.DataFrame, name: str, file: str) -> pl.Series:
    """Return the column called ``name`` of a batch of the file called ``file``.

    Raises:
        DataError: what it holds is left out, since it is neither text nor numbers nor times.
    """
    values = rows[name]
    if values.dtype == LEFT_OUT:
        raise DataError(
            f"{file}: column {name!r} holds neither text nor numbers nor times, but lists, records, durations, bytes "
            "or the like; export it as text, as a number or as a time"
        )
    return values


@dataclass(frozen=True)
class Batch:
    """Some lines of a file."""

    rows: pl.DataFrame
    """As read: a CSV's values are text. Columns that start with ``OWN`` were computed.

    Text, numbers, truths, days and times only; a column of anything else is ``LEFT_OUT``.
    """
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
