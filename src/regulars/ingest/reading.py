"""Opens a file of order lines by what it holds, not by its name."""

from collections import Counter
from pathlib import Path

import polars as pl

from regulars.errors import DataError
from regulars.ingest.batch import LineFile
from regulars.ingest.csv_file import CsvFile
from regulars.ingest.parquet_file import ParquetFile

_FOREIGN = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
}


def open_lines(path: Path) -> LineFile:
    """Open the CSV or Parquet file at ``path``.

    Raises:
        DataError: there is none, or nothing can be read from it.
    """
    if path.is_dir():
        raise DataError(f"{path} is a folder; name the files in it")
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except FileNotFoundError as error:
        raise DataError(f"no file {path}; check the name") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from error
    if not magic:
        raise DataError(f"{path.name} is empty; export it again, with a header and at least one line")
    if magic in _FOREIGN:
        raise DataError(f"{path.name} is {_FOREIGN[magic]}; export it as CSV or Parquet")
    parquet = magic == b"PAR1" or path.suffix.lower() in (".parquet", ".pq")
    found: LineFile = ParquetFile.open(path) if parquet else CsvFile.open(path)
    twice = [name for name, times in Counter(found.names).items() if times > 1]
    if twice:
        raise DataError(f"{path.name}: column {twice[0]!r} appears more than once; rename one")
    return found


def read_all(file: LineFile) -> pl.DataFrame:
    """Return every line of a small file."""
    return pl.concat([batch.rows for batch in file.batches()], how="vertical")
