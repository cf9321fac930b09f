"""Cuts a block of CSV into records, one after the other: for blocks that hold a line out of the ordinary.

A quote that is never closed would swallow all lines up to the next one. So a value may go over several lines
only if it is quoted properly from end to end; else the line on which it starts is set aside, and the next
line is a record again.
"""

import csv
import re
from dataclasses import dataclass, field
from functools import lru_cache

import polars as pl

MAX_RECORD = 1 << 17
"""Characters of a record, at most."""
RAGGED = "number of columns differs from the header"
QUOTES = "its quotes do not pair up"
LONG = f"longer than {MAX_RECORD:,} characters"
NUL = "holds NUL bytes"
_SHOWN = 1_000
_UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass
class Records:
    """What a block holds."""

    good: list[str] = field(default_factory=list)
    """Records with as many values as the header, quoted properly."""
    places: list[int] = field(default_factory=list)
    """The place of each good record among the block's records, from 0."""
    aside: list[tuple[int, str, str]] = field(default_factory=list)
    """Place, reason and text of the others."""
    rest: bytes = b""
    """The end of the block, if what goes on after it decides how to read it."""

    @property
    def count(self) -> int:
        """All records."""
        return len(self.good) + len(self.aside)

    def add(self, record: str, reason: str = "") -> None:
        """Append a record, to those set aside if there is a reason; blank ones do not count."""
        if not record or record.isspace():
            return
        if reason:
            self.aside.append((self.count, reason, _shown(record)))
        else:
            self.places.append(self.count)
            self.good.append(record)


@dataclass(frozen=True)
class Shape:
    """How the records of a file look."""

    encoding: str
    delimiter: str
    width: int
    """Values a record."""

    @property
    def exact(self) -> re.Pattern[str]:
        """Match one record as it should be."""
        return _exact(self.delimiter, self.width)

    def fits(self, block: bytes) -> bool:
        """Say whether ``block`` is nothing but whole records as they should be; it has quotes.

        Raises:
            polars.exceptions.PolarsError: it is no UTF-8.
        """
        text = pl.Series([block], dtype=pl.Binary).cast(pl.String)
        return bool(text.str.contains(_all_exact(self.delimiter, self.width)).item())


def cut(block: bytes, shape: Shape, *, last: bool) -> Records:
    """Cut ``block`` into records; blank lines do not count."""
    encoding = shape.encoding or "utf-8"
    text = block.decode(encoding, "surrogateescape")
    found = Records()
    at = 0
    while at < len(text):
        quote = text.find('"', at)
        plain = text.rfind("\n", at, quote) + 1 if quote >= 0 else len(text)
        if plain > at:
            _plain(found, text[at:plain], shape)
            at = plain
            continue
        end, fault = _next(text, at, shape.delimiter)
        if fault and not last and end - at < MAX_RECORD and len(text) - at < MAX_RECORD:
            found.rest = text[at:].encode(encoding, "surrogateescape")
            break
        _quoted(found, text[at:end], fault, shape)
        at = end + 1
    return found


def _plain(found: Records, text: str, shape: Shape) -> None:
    """Add lines without quotes."""
    marks = shape.width - 1
    sound = "\0" not in text and not _escaped(text)
    for line in text.split("\n"):
        whole = line.count(shape.delimiter) == marks and (marks or not line.isspace())
        if sound and whole and 0 < len(line) <= MAX_RECORD:
            found.places.append(found.count)
            found.good.append(line)
        else:
            ragged = RAGGED if line.count(shape.delimiter) != marks else ""
            found.add(line, _fault(line, shape.encoding) or ragged)


def _quoted(found: Records, record: str, fault: str, shape: Shape) -> None:
    """Add a record with quotes; one that is quoted oddly, but clearly, is quoted anew."""
    fault = _fault(record, shape.encoding) or fault
    if fault or shape.exact.fullmatch(record):
        found.add(record, fault)
        return
    row = next(csv.reader([record], delimiter=shape.delimiter))
    anew = shape.delimiter.join('"' + value.replace('"', '""') + '"' for value in row)
    found.add(anew if len(row) == shape.width else record, RAGGED if len(row) != shape.width else "")


def header(text: str, at: int, delimiter: str) -> tuple[list[str], int]:
    """Return the values of the record at ``at``, none if it is too long or odd, and where the next one starts."""
    end, fault = _next(text, at, delimiter)
    fault = LONG if end - at > MAX_RECORD else fault
    return ([] if fault else next(csv.reader([text[at:end]], delimiter=delimiter), [])), min(end + 1, len(text))


def _next(text: str, at: int, delimiter: str) -> tuple[int, str]:
    """Return where the record at ``at`` ends, and what is wrong with its quotes."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    if text.find('"', at, end) < 0:
        return end, ""
    whole = _loose(delimiter).match(text, at, min(len(text), max(end, at + MAX_RECORD)))
    if whole is None or text[whole.end() : whole.end() + 1] not in ("", "\n"):  # cut off where the search ends
        return end, QUOTES
    return whole.end(), ""


def _fault(record: str, encoding: str) -> str:
    if len(record) > MAX_RECORD:
        return LONG
    if "\0" in record:
        return NUL
    if _escaped(record):
        return f"no text in {'Windows-1252' if encoding == 'cp1252' else 'UTF-8'}"
    return ""


def _shown(record: str) -> str:
    text = record.encode("utf-8", "replace").decode() if not record.isascii() else record
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _escaped(text: str) -> bool:
    """Say whether ``text`` has bytes that could not be decoded."""
    return not text.isascii() and _UNDECODED.search(text) is not None


@lru_cache
def _loose(delimiter: str) -> re.Pattern[str]:
    """Match one record whose quotes pair up; an inch mark within a value that is not quoted is just a mark."""
    mark = re.escape(delimiter)
    value = rf'(?:"(?:[^"]++|"")*+"[ \t]*+|[^"{mark}\n][^{mark}\n]*|)'
    return re.compile(rf"{value}(?:{mark}{value})*+(?=\n|\Z)")


@lru_cache
def _exact(delimiter: str, width: int) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    value = rf'(?:"(?:[^"]++|"")*+"|[^"{mark}\n]*+)'
    return re.compile(rf"{value}(?:{mark}{value}){{{width - 1}}}")


@lru_cache
def _all_exact(delimiter: str, width: int) -> str:
    """Return ``_exact`` for a block of records, in the dialect of Polars."""
    mark = re.escape(delimiter)
    value = rf'(?:"(?:[^"]|"")*"|[^"{mark}\n]*)'
    record = rf"{value}(?:{mark}{value}){{{width - 1}}}"
    return rf"\A{record}(?:\n{record})*\n?\z"
