"""Workbooks of order lines (.xlsx): every sheet that has the right header is a feed of its own."""

import zipfile
import zlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import fastexcel
import polars as pl

from regulars.errors import DataError
from regulars.ingest.batch import BATCH_LINES, Batch
from regulars.ingest.stream import Limits, too_large

_WORKBOOK = "xl/workbook.xml"
_HEADER_WITHIN = 20
_STEP = 1 << 20


@dataclass(frozen=True)
class ExcelSheet:
    """A sheet; see :class:`~regulars.ingest.batch.LineFile`. It lies in memory, which Excel's row limit bounds."""

    path: Path
    sheet: str
    """What the sheet is called."""
    alone: bool
    """True where it is the only one that holds anything."""
    rows: pl.DataFrame = field(repr=False)
    """Its cells as text, without empty rows."""
    places: pl.Series = field(repr=False)
    """The place of each row below the header, from 1."""

    @property
    def name(self) -> str:
        """The file's name, and the sheet's where others hold something too."""
        return self.path.name if self.alone else f"{self.path.name}, sheet {self.sheet!r}"

    @property
    def names(self) -> list[str]:
        """The columns."""
        return self.rows.columns

    @property
    def lines_total(self) -> int:
        """Rows that hold anything."""
        return self.rows.height

    def batches(self) -> Generator[Batch]:
        """Return the rows in order, every cell as text."""
        for first in range(0, self.rows.height, BATCH_LINES):
            yield Batch(self.rows[first : first + BATCH_LINES], self.places[first : first + BATCH_LINES])


def is_workbook(path: Path) -> bool:
    """Say whether ``path`` is a workbook as Excel has written it since 2007."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _WORKBOOK in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def open_sheets(path: Path, fits: Callable[[Sequence[str]], bool], limits: Limits) -> tuple[ExcelSheet, ...]:
    """Return the sheets of a workbook whose header ``fits``; the first that holds anything where none does.

    Raises:
        DataError: it is damaged, too large, or holds nothing.
    """
    _weigh(path, limits)
    cells = {name: rows for name, rows in _cells(path).items() if rows.height}
    if not cells:
        raise DataError(f"{path.name} is empty; export it again, with a header and at least one line")
    found = [
        _sheet(path, name, rows, row, alone=len(cells) == 1)
        for name, rows in cells.items()
        if (row := _header(rows, fits)) is not None
    ]
    first = next(iter(cells))
    return tuple(found) or (_sheet(path, first, cells[first], 0, alone=len(cells) == 1),)


def _weigh(path: Path, limits: Limits) -> None:
    """Refuse a workbook that is too large when unpacked, whatever it says of itself."""
    done, packed = 0, path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                info.file_size = 1 << 62  # what it claims would end the reading too early
                with archive.open(info) as member:
                    while step := len(member.read(_STEP)):
                        done += step
                        if done > limits.workbook:
                            raise DataError(
                                f"{path.name} holds more than {limits.workbook >> 20:,} MiB when it is unpacked; "
                                "export it as CSV or Parquet, or raise the limit"
                            )
                        if done > 64 * _STEP and done > limits.ratio * packed:
                            raise too_large(path.name, limits.ratio)
    except (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise _damaged(path, error) from error


def _cells(path: Path) -> dict[str, pl.DataFrame]:
    """Return the cells of each sheet as text."""
    try:
        book = fastexcel.read_excel(path)
        return {name: book.load_sheet(name, header_row=None, dtypes="string").to_polars() for name in book.sheet_names}
    except (fastexcel.FastExcelError, OSError, ValueError) as error:
        raise _damaged(path, error) from error


def _header(rows: pl.DataFrame, fits: Callable[[Sequence[str]], bool]) -> int | None:
    """Return the place of the header among the first rows; reports often have a title above it."""
    return next((row for row in range(min(_HEADER_WITHIN, rows.height)) if fits(_names(rows, row))), None)


def _names(rows: pl.DataFrame, row: int) -> list[str]:
    return [(cell or "").strip() for cell in rows.row(row)]


def _sheet(path: Path, name: str, rows: pl.DataFrame, row: int, *, alone: bool) -> ExcelSheet:
    body = rows[row + 1 :]
    named = _names(rows, row)
    kept = [i for i, title in enumerate(named) if title or body[:, i].null_count() < body.height]
    titles = [named[i] or f"column {i + 1}" for i in kept]
    table = body[:, kept]
    filled = ~pl.select(pl.all_horizontal(*(pl.lit(table[:, i].is_null()) for i in range(table.width)))).to_series()
    places = pl.int_range(1, body.height + 1, eager=True).filter(filled)
    if len(set(titles)) < len(titles):
        twice = next(title for title in titles if titles.count(title) > 1)
        raise DataError(f"{path.name}: column {twice!r} appears more than once; rename one")
    lines = table.filter(filled).rename(dict(zip(table.columns, titles, strict=True)))
    return ExcelSheet(path, name, alone, lines, places)


def _damaged(path: Path, error: Exception) -> DataError:
    reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    return DataError(f"{path.name} cannot be read as an Excel workbook ({reason}); save it again as .xlsx or CSV")
