"""Opens a file of order lines by what it holds, not by its name."""

import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from regulars.errors import DataError
from regulars.ingest import excel_file
from regulars.ingest.batch import LineFile
from regulars.ingest.blank_file import BlankFile
from regulars.ingest.csv_file import CsvFile
from regulars.ingest.parquet_file import ParquetFile
from regulars.ingest.preset import Preset
from regulars.ingest.stream import Limits
from regulars.ingest.text import Text

_FOREIGN = {
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"ARRO": "an Arrow file",
    b"Obj\x01": "an Avro file",
    b"SQLi": "a SQLite database",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff\xe0": "a picture",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
}
_OFFICE = ("[Content_Types].xml", "mimetype")
_LOCKED = "EncryptedPackage".encode("utf-16-le")


def open_lines(path: Path, limits: Limits | None = None) -> LineFile:
    """Open the file at ``path``, with its first sheet where it is a workbook.

    Raises:
        DataError: there is none, or nothing can be read from it.
    """
    return _open(path, (), lambda _: True, limits or Limits())[0]


def open_feeds(path: Path, preset: Preset, limits: Limits | None = None) -> tuple[LineFile, ...]:
    """Open the file at ``path`` as ``preset`` reads it: one feed, or one for each sheet of a workbook that fits.

    Raises:
        DataError: there is none, or nothing can be read from it.
    """
    feeds = _open(path, preset.headless, preset.fits, limits or Limits())
    if preset.adapter is None:
        return feeds
    return tuple(preset.adapter(feed) for feed in feeds)


def read_all(file: LineFile) -> pl.DataFrame:
    """Return every line of a small file."""
    return pl.concat([batch.rows for batch in file.batches()], how="vertical")


def _open(
    path: Path, headless: tuple[str, ...], fits: Callable[[Sequence[str]], bool], limits: Limits
) -> tuple[LineFile, ...]:
    magic = _magic(path)
    if magic in _FOREIGN:
        raise DataError(f"{path.name} is {_foreign(path, magic)}")
    if excel_file.is_workbook(path):
        return excel_file.open_sheets(path, fits, limits)
    if magic == b"PK\x03\x04":
        _refuse_office(path)
    found: LineFile
    if magic == b"PAR1" or path.suffix.lower() in (".parquet", ".pq"):
        found = ParquetFile.open(path)
    elif headless and BlankFile.fits(Text.open(path, limits).head, headless):
        found = BlankFile.open(path, headless, limits)
    else:
        found = CsvFile.open(path, limits)
    twice = [name for name, times in Counter(found.names).items() if times > 1]
    if twice:
        raise DataError(f"{path.name}: column {twice[0]!r} appears more than once; rename one")
    return (found,)


def _magic(path: Path) -> bytes:
    """Return the first bytes of the file at ``path``."""
    if path.is_dir():
        raise DataError(f"{path} is a folder; name the files in it")
    if path.exists() and not path.is_file():
        raise DataError(f"{path} is no file that can be read twice; save its content to one")
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except FileNotFoundError as error:
        raise DataError(f"no file {path}; check the name") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); check who may read it") from error
    if not magic:
        raise DataError(f"{path.name} is empty; export it again, with a header and at least one line")
    return magic


def _foreign(path: Path, magic: bytes) -> str:
    if magic.startswith(b"\xd0\xcf"):
        with path.open("rb") as file:
            if _LOCKED in file.read(1 << 20):
                return "a workbook locked with a password; save it without one"
        return _FOREIGN[magic] + "; save it as .xlsx or CSV"
    return _FOREIGN[magic] + "; export it as CSV, Excel or Parquet"


def _refuse_office(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path.name} starts like an Excel workbook or a zip archive, but is cut off or damaged; export it again"
        ) from error
    if any(name in _OFFICE for name in names):
        raise DataError(f"{path.name} is an office document, but no Excel workbook; save it as .xlsx or CSV")
