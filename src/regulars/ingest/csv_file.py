"""CSV files of order lines: any usual delimiter and encoding, plain or compressed."""

import codecs
import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regulars.errors import DataError
from regulars.ingest import records, text
from regulars.ingest.batch import Batch, no_ragged
from regulars.ingest.records import Records, Shape
from regulars.ingest.stream import Limits
from regulars.ingest.text import Text

_DELIMITERS = ",;\t|"
_ENDLESS = 1 << 26
_HINT = re.compile(r'\s*"?sep=([!#-/:-@\[-`{-~ \t])"?[ ,;\t]*\n', re.IGNORECASE)
_FOREIGN = {"<": "a web page or XML", "{": "JSON", "[": "JSON"}


@dataclass(frozen=True)
class CsvFile:
    """A CSV file with a header; see :class:`~regulars.ingest.batch.LineFile`. Blank lines do not count.

    A block without anything out of the ordinary is read by Polars; one that holds anything but records with the
    header's number of values, each quoted properly or not at all, is cut by :mod:`regulars.ingest.records`. What
    becomes of a record is the same either way, so it never depends on its neighbours.
    """

    text: Text
    header: list[str]
    """The columns as they are written."""
    delimiter: str
    start: int
    """Bytes before the first data line."""

    @classmethod
    def open(cls, path: Path, limits: Limits | None = None) -> "CsvFile":
        """Find out the encoding, the delimiter and the columns.

        Raises:
            DataError: it is no text, or has no proper header.
        """
        found = Text.open(path, limits or Limits())
        head = found.head.decode(found.encoding or "utf-8", "surrogateescape")
        _refuse_foreign(path.name, head)
        hint = _HINT.match(head)
        begin = hint.end() if hint else len(head) - len(head.lstrip("\n"))
        delimiter, header, end = _header(head, begin, hint[1] if hint else _DELIMITERS)
        if not header:
            raise DataError(f"{path.name}: its header cannot be read; name each column in the first line")
        return cls(found, header, delimiter, len(head[:end].encode(found.encoding or "utf-8", "surrogateescape")))

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.text.path

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def names(self) -> list[str]:
        """The columns, trimmed; a nameless one is called by its place."""
        return [name.strip() or f"column {place}" for place, name in enumerate(self.header, 1)]

    @property
    def lines_total(self) -> int | None:
        """The lines below the header: counted if they are few, else estimated; None where it is packed."""
        lines = self.text.lines_total
        return None if lines is None else max(lines - 1, 0)

    def batches(self) -> Generator[Batch]:
        """Read the lines in order, every value as text.

        Raises:
            DataError: the compressed data are cut off.
        """
        first = 1
        rest = b""
        encoding = self.text.encoding
        for data, last in self._blocks():
            encoding = encoding or text.encoding_of(data)
            batch, rest = self._batch(rest + data, encoding, first, last=last)
            first += batch.height
            if batch.height:
                yield batch

    def _blocks(self) -> Iterator[tuple[bytes, bool]]:
        """Return the bytes below the header in whole lines, and whether they are the last."""
        skip, rest = self.start, b""
        for block in self.text.blocks():
            below, skip = block[skip:], max(skip - len(block), 0)
            end = below.rfind(b"\n") + 1
            if end:
                yield b"".join((rest, memoryview(below)[:end])), False
                rest = b""
            rest += below[end:]
            if len(rest) > _ENDLESS:
                raise DataError(f"{self.name} has a line that never ends; export it again as CSV")
        yield rest, True

    def _batch(self, data: bytes, encoding: str, first: int, *, last: bool) -> tuple[Batch, bytes]:
        rows = self._plain(data, encoding)
        if rows is not None:
            return Batch(rows, pl.int_range(first, first + rows.height, eager=True)), b""
        cut = records.cut(data, Shape(encoding, self.delimiter, len(self.header)), last=last)
        good = "\n".join(cut.good).encode()
        rows = self._parsed(good, '"') if good else pl.DataFrame(schema=dict.fromkeys(self.names, pl.String))
        return Batch(rows, pl.Series(cut.places, dtype=pl.Int64) + first, _ragged(cut, first)), cut.rest

    def _plain(self, data: bytes, encoding: str) -> pl.DataFrame | None:
        """Read a block that holds only records like the header; None where one may not be."""
        shape = Shape(encoding, self.delimiter, len(self.header))
        if b"\0" in data or not data or shape.width == 1:  # of one value a line, blank ones look like records
            return None
        quoted = b'"' in data
        try:
            sound = data.decode(encoding).encode() if encoding == "cp1252" else data
            if quoted and not shape.fits(sound):
                return None
            rows = self._parsed(sound, '"' if quoted else None)
        except (pl.exceptions.PolarsError, UnicodeDecodeError):
            return None
        records_in = sound.count(b"\n") + (not sound.endswith(b"\n")) - (_within(rows, "\n") if quoted else 0)
        exact = quoted or sound.count(self.delimiter.encode()) == records_in * (shape.width - 1)
        short = 2 * _longest(rows) + 3 * shape.width <= records.MAX_RECORD
        return rows if exact and short and rows.height == records_in else None

    def _parsed(self, data: bytes, quote: str | None) -> pl.DataFrame:
        """Read ``data`` with Polars, which refuses text that is not UTF-8 and skips a mark at its start."""
        return pl.read_csv(
            codecs.BOM_UTF8 + data if data.startswith(codecs.BOM_UTF8) else data,
            has_header=False,
            schema=dict.fromkeys(self.names, pl.String),
            separator=self.delimiter,
            quote_char=quote,
            empty_string_is_null=False,
        )


def _within(rows: pl.DataFrame, mark: str) -> int:
    """Count ``mark`` within values."""
    return int(sum(rows.select(pl.all().str.count_matches(mark, literal=True).sum()).row(0)))


def _longest(rows: pl.DataFrame) -> int:
    """Return an upper bound of the characters of a record's values, as they are without quotes."""
    return int(sum(rows.select(pl.all().str.len_bytes().max()).row(0)))


def _refuse_foreign(name: str, head: str) -> None:
    """Refuse what is no table of text."""
    first = head.lstrip().partition("\n")[0]
    if "\0" in first or head.count("\0") > len(head) // 50:
        raise DataError(f"{name} is neither CSV, Excel nor Parquet; export it as one of these")
    start = head.lstrip()[:1]
    if not start:
        raise DataError(f"{name} is empty; export it again, with a header and at least one line")
    if start in _FOREIGN:
        raise DataError(f"{name} is {_FOREIGN[start]}, whatever it is called; export it as CSV, Excel or Parquet")


def _header(head: str, begin: int, delimiters: str) -> tuple[str, list[str], int]:
    """Return the delimiter that splits the header into most columns, the header, and where the lines start."""
    found = {mark: records.header(head, begin, mark) for mark in delimiters}
    mark = max(found, key=lambda mark: len(found[mark][0]))
    return mark, *found[mark]


def _ragged(cut: Records, first: int) -> pl.DataFrame:
    aside = [(place + first, why, json.dumps({"line": line}, ensure_ascii=False)) for place, why, line in cut.aside]
    return pl.DataFrame(aside, schema=no_ragged().schema, orient="row")
