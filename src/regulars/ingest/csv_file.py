"""CSV files of order lines: any usual delimiter and encoding, plain or compressed."""

import codecs
import csv
import io
import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.csv as pc

from regulars.errors import DataError
from regulars.ingest.batch import Batch, no_ragged

_DELIMITERS = ",;\t|"
_BLOCK = 1 << 24
_HEAD = 1 << 16
_COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}


@dataclass(frozen=True)
class CsvFile:
    """A CSV file with a header; see :class:`~regulars.ingest.batch.LineFile`. Blank lines do not count."""

    path: Path
    header: list[str]
    """The columns as they are written."""
    lines_total: int
    encoding: str
    delimiter: str

    @classmethod
    def open(cls, path: Path) -> "CsvFile":
        """Find out the encoding, the delimiter and the columns.

        Raises:
            DataError: it is no text, or has no proper header.
        """
        encoding, breaks = _encoding(path)
        with _stream(path) as stream:
            head = codecs.getincrementaldecoder(encoding)().decode(stream.read(_HEAD))
        delimiter, header = _header(path.name, head)
        return cls(path, header, max(breaks - 1, 0), encoding, delimiter)

    @property
    def names(self) -> list[str]:
        """The columns, trimmed; a nameless one is called by its place."""
        return [name.strip() or f"column {place}" for place, name in enumerate(self.header, 1)]

    def batches(self) -> Generator[Batch]:
        """Read the lines in order, every value as text.

        Raises:
            DataError: a quote is never closed, a line is too long, or the compressed data are cut off.
        """
        if not self.lines_total:
            return
        bad: dict[int, str] = {}  # line -> text; filled while blocks are parsed, a block or two ahead
        first = 1
        try:
            with _stream(self.path) as stream:
                for block in self._blocks(stream, bad):
                    rows = pl.DataFrame(block.rename_columns(self.names))
                    first, batch = _numbered(rows, first, bad)
                    yield batch
        except (pa.ArrowException, OSError, UnicodeError) as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise DataError(
                f"{self.path.name} cannot be read as CSV after line {first - 1} ({reason}); mend it there"
            ) from error
        if bad:
            nothing = pl.DataFrame(schema=dict.fromkeys(self.names, pl.String))
            yield Batch(nothing, pl.Series([], dtype=pl.Int64), _ragged(bad))

    def _blocks(self, stream: Any, bad: dict[int, str]) -> Iterator[Any]:
        def set_aside(row: Any) -> str:
            bad[row.number - 1] = row.text  # the header is row 1
            return "skip"

        parse = pc.ParseOptions(delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=set_aside)
        # One thread, since with more rows have no numbers; as all values stay text it is no slower.
        read = pc.ReadOptions(encoding=self.encoding, block_size=_BLOCK, use_threads=False)
        text = pc.ConvertOptions(column_types=dict.fromkeys(self.header, pa.string()), strings_can_be_null=False)
        return iter(pc.open_csv(stream, read, parse, text))


def _stream(path: Path) -> Any:
    with path.open("rb") as file:
        magic = file.read(4)
    kinds = [kind for start, kind in _COMPRESSED.items() if magic.startswith(start)]
    return pa.input_stream(str(path), compression=kinds[0] if kinds else None)


def _encoding(path: Path) -> tuple[str, int]:
    """Return the first encoding that fits the whole file, and its number of line breaks."""
    with _stream(path) as stream:
        start = stream.read(2)
    candidates = ["utf-16"] if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ["utf-8-sig", "cp1252"]
    for encoding in candidates:
        try:
            return encoding, _line_breaks(path, encoding)
        except UnicodeDecodeError:
            continue
        except OSError as error:
            raise DataError(f"{path.name} cannot be unpacked ({error}); export it again") from error
    raise DataError(f"{path.name} is neither Parquet nor text in UTF-8 or Windows-1252; export it as CSV in UTF-8")


def _line_breaks(path: Path, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)()
    breaks, last = 0, ""
    with _stream(path) as stream:
        while data := stream.read(1 << 20):
            text = decoder.decode(data)
            breaks += max(text.count("\n"), text.count("\r"))
            last = text[-1:] or last
    decoder.decode(b"", final=True)
    return breaks + (last not in ("\n", "\r", ""))


def _header(name: str, head: str) -> tuple[str, list[str]]:
    """Return the delimiter that splits the header into most columns, and the header."""
    if "\0" in head:
        raise DataError(f"{name} is neither CSV nor Parquet; export it as one of these")
    if not head.strip():
        raise DataError(f"{name} is empty; export it again, with a header and at least one line")
    try:
        headers = {mark: _first_row(head, mark) for mark in _DELIMITERS}
    except csv.Error as error:
        raise DataError(f"{name}: its header cannot be read ({error}); name each column in the first line") from error
    mark = max(headers, key=lambda mark: len(headers[mark]))
    return mark, headers[mark]


def _first_row(head: str, delimiter: str) -> list[str]:
    return next(row for row in csv.reader(io.StringIO(head.lstrip("\r\n"), newline=""), delimiter=delimiter) if row)


def _numbered(rows: pl.DataFrame, first: int, bad: dict[int, str]) -> tuple[int, Batch]:
    """Give the rows of a block their places from ``first`` on, around the ragged lines among them."""
    end = first + rows.height
    here: dict[int, str] = {}
    for line in sorted(bad):
        if line >= end:
            break
        here[line] = bad.pop(line)
        end += 1
    places = pl.int_range(first, end, eager=True)
    lines = places.filter(~places.is_in(list(here))) if here else places
    return end, Batch(rows, lines, _ragged(here) if here else no_ragged())


def _ragged(bad: dict[int, str]) -> pl.DataFrame:
    content = [json.dumps({"line": text}, ensure_ascii=False) for text in bad.values()]
    return pl.DataFrame({"line": list(bad), "content": content}, schema=no_ragged().schema)
