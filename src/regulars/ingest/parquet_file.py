"""Parquet files of order lines."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.errors import DataError
from regulars.ingest.batch import BATCH_LINES, Batch


@dataclass(frozen=True)
class ParquetFile:
    """A Parquet file; see :class:`~regulars.ingest.batch.LineFile`."""

    path: Path
    names: list[str]
    lines_total: int

    @classmethod
    def open(cls, path: Path) -> "ParquetFile":
        """Read the footer.

        Raises:
            DataError: there is none.
        """
        with _open(path) as file:
            return cls(path, list(file.schema_arrow.names), file.metadata.num_rows)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def batches(self) -> Generator[Batch]:
        """Read the lines in order."""
        first = 1
        with _open(self.path) as file:
            batches = file.iter_batches(batch_size=BATCH_LINES)
            while (rows := self._next(batches)) is not None:
                yield Batch(rows, pl.int_range(first, first + rows.height, eager=True))
                first += rows.height

    def _next(self, batches: Iterator[Any]) -> pl.DataFrame | None:
        try:
            batch = next(batches, None)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self.path, error) from error
        return None if batch is None else pl.DataFrame(batch)


def _open(path: Path) -> Any:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> DataError:
    reason = str(error).splitlines()[0].rstrip(".")
    return DataError(f"{path.name} cannot be read as Parquet ({reason}); export it again")
