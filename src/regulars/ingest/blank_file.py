"""Text files without a header and with blanks between the values, as research data often are."""

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regulars.ingest import text
from regulars.ingest.batch import Batch, no_ragged
from regulars.ingest.records import RAGGED
from regulars.ingest.stream import Limits
from regulars.ingest.text import Text


@dataclass(frozen=True)
class BlankFile:
    """See :class:`~regulars.ingest.batch.LineFile`. Blank lines, and a first line without a digit, do not count."""

    text: Text
    columns: tuple[str, ...]
    """What its values are, in order."""

    @classmethod
    def open(cls, path: Path, columns: tuple[str, ...], limits: Limits | None = None) -> "BlankFile":
        """Open the file at ``path``.

        Raises:
            DataError: it is no text.
        """
        return cls(Text.open(path, limits or Limits()), columns)

    @staticmethod
    def fits(head: bytes, columns: tuple[str, ...]) -> bool:
        """Say whether a file starts with blank-separated lines of as many values as ``columns``."""
        lines = [line.split() for line in head.split(b"\n")[:20] if line.strip()]
        return bool(lines) and sum(len(line) == len(columns) for line in lines) * 2 > len(lines)

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
        """Its columns."""
        return list(self.columns)

    @property
    def lines_total(self) -> int | None:
        """Its lines: counted if they are few, else estimated; None where it is packed."""
        return self.text.lines_total

    def batches(self) -> Generator[Batch]:
        """Read the lines in order, every value as text.

        Raises:
            DataError: the file is damaged.
        """
        first = 1
        for lines in self._lines():
            values = lines.str.extract_all(r"\S+")
            sound = values.list.len() == len(self.columns)
            places = pl.int_range(first, first + len(lines), eager=True)
            rows = values.filter(sound).list.to_struct(fields=self.names).struct.unnest()
            aside = _ragged(lines.filter(~sound), places.filter(~sound))
            yield Batch(rows.cast(pl.String), places.filter(sound), aside)
            first += len(lines)

    def _lines(self) -> Iterator[pl.Series]:
        """Return the lines that count, block by block."""
        rest, begin = b"", True
        for block in (*self.text.blocks(), b"\n"):
            data = rest + block
            end = data.rfind(b"\n") + 1
            data, rest = data[:end], data[end:]
            words = data.decode(self.text.encoding or text.encoding_of(data) or "utf-8", "replace").split("\n")
            lines = pl.Series([line for line in words if line.strip()], dtype=pl.String)
            if begin and len(lines):
                lines, begin = lines[1:] if not lines.str.contains(r"\d")[0] else lines, False
            if len(lines):
                yield lines


def _ragged(lines: pl.Series, places: pl.Series) -> pl.DataFrame:
    content = [json.dumps({"line": line[:1000]}, ensure_ascii=False) for line in lines]
    reason = [RAGGED] * len(content)
    return pl.DataFrame({"line": places, "reason": reason, "content": content}, schema=no_ragged().schema)
