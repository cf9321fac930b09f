"""Parquet files of order lines.

What a line can say is text, a number, a truth, a day or a time; a column of anything else is ``LEFT_OUT``. Bytes are
text if they are UTF-8. A day or time that no calendar has, as overflows give, becomes the first or last that it has.
"""

import datetime as dt
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.errors import DataError
from regulars.ingest.batch import BATCH_LINES, LEFT_OUT, Batch

_READABLE = (
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null, pa.types.is_boolean),
    *(pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal32, pa.types.is_decimal64, pa.types.is_decimal128),
    *(pa.types.is_date, pa.types.is_time, pa.types.is_timestamp),
    *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary),
)
_FIRST, _LAST = dt.date(1, 1, 2), dt.date(9999, 12, 30)  # a day off each end, as time zones move them
_MIDNIGHT, _LATEST = dt.time(), dt.time.max


@dataclass(frozen=True)
class ParquetFile:
    """A Parquet file; see :class:`~regulars.ingest.batch.LineFile`."""

    path: Path
    names: list[str]
    lines_total: int
    readable: tuple[str, ...]
    """The columns that can be read."""

    @classmethod
    def open(cls, path: Path) -> "ParquetFile":
        """Read the footer.

        Raises:
            DataError: there is none.
        """
        with _open(path) as file:
            schema = file.schema_arrow
            readable = tuple(column.name for column in schema if _is_readable(column.type))
            return cls(path, list(schema.names), file.metadata.num_rows, readable)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def batches(self) -> Generator[Batch]:
        """Read the lines in order."""
        first = 1
        with _open(self.path) as file:
            batches = file.iter_batches(batch_size=BATCH_LINES, columns=self.readable)
            while (rows := self._next(batches)) is not None:
                yield Batch(rows, pl.int_range(first, first + rows.height, eager=True))
                first += rows.height

    def _next(self, batches: Iterator[Any]) -> pl.DataFrame | None:
        try:
            batch = next(batches, None)
            return None if batch is None else self._rows(batch)
        except (pa.ArrowException, pl.exceptions.PolarsError, OSError) as error:
            raise _damaged(self.path, error) from error

    def _rows(self, batch: Any) -> pl.DataFrame:
        read = pl.DataFrame(batch.select(list(self.readable)))
        out = _nothing(batch.num_rows)
        return pl.DataFrame([(_plain(read[name]) if name in self.readable else out).alias(name) for name in self.names])


def _nothing(height: int) -> pl.Series:
    """Return the column that stands for one that is left out."""
    return pl.Series([None], dtype=LEFT_OUT).new_from_index(0, height)


def _is_readable(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_readable(kind.value_type)
    return any(fits(kind) for fits in _READABLE)


def _plain(values: pl.Series) -> pl.Series:
    """Return values as text where they are words in another guise, and times within the calendar."""
    if values.dtype in (pl.Categorical, pl.Enum, pl.Null):
        return values.cast(pl.String)
    if values.dtype == pl.Binary:
        try:
            return values.cast(pl.String)
        except pl.exceptions.ComputeError:  # it is no UTF-8
            return _nothing(len(values))
    return _within_calendar(values) if values.dtype.is_temporal() else values


def _within_calendar(values: pl.Series) -> pl.Series:
    """Return days and times that can be shown: the first or the last one stands for those before or after it."""
    if isinstance(values.dtype, pl.Datetime):
        if values.dtype.time_unit == "ns":  # which end in 2262
            return values
        ends = pl.Series([_FIRST, _LAST]).cast(pl.Datetime(values.dtype.time_unit))
    else:
        ends = pl.Series([_MIDNIGHT, _LATEST] if values.dtype == pl.Time else [_FIRST, _LAST])
    ticks = values.to_physical()
    first, last = ends.to_physical()
    beyond = (ticks < first) | (ticks > last)
    return ticks.clip(first, last).cast(values.dtype) if beyond.any() else values


def _open(path: Path) -> Any:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> DataError:
    reason = str(error).splitlines()[0].rstrip(".")
    return DataError(f"{path.name} cannot be read as Parquet ({reason}); export it again")
