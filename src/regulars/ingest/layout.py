"""Which columns of one file say what, and how they are written."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from regulars.ingest import formats, parsing
from regulars.ingest.batch import LineFile, column
from regulars.ingest.fields import FIELD
from regulars.ingest.formats import Formats
from regulars.ingest.parsing import Reading
from regulars.ingest.preset import Preset

_FIRST = 1 << 14
"""Lines of a batch that settle the formats of most files."""


@dataclass(frozen=True)
class Layout:
    """One file's columns, field by field."""

    file: str
    """The file's name, for messages and the quarantine."""
    columns: Mapping[str, tuple[str, ...]]
    """Field -> its columns; only fields that the file has."""
    formats: Formats
    """How dates and numbers are written."""

    def raw(self, rows: pl.DataFrame, field: str) -> pl.Series:
        """Return the field's column as it was read; nulls where the file has none.

        Raises:
            DataError: it holds neither text nor numbers nor times.
        """
        if field in self.columns:
            return column(rows, self.columns[field][0], self.file)
        return pl.Series([None], dtype=pl.String).new_from_index(0, rows.height)

    def numbers(self, rows: pl.DataFrame, field: str) -> list[Reading]:
        """Read a number from each of the field's columns; an empty list where the file has none.

        Raises:
            DataError: one holds neither text nor numbers nor times.
        """
        names = self.columns.get(field, ())
        return [parsing.numbers(column(rows, name, self.file), comma=name in self.formats.commas) for name in names]


def of_file(file: LineFile, preset: Preset) -> Layout:
    """Find out how ``file`` is laid out.

    Raises:
        DataError: a column is absent or holds what no line can say, or the dates cannot be read.
    """
    name = file.name
    columns = preset.locate(name, file.names)
    numbers = [c for field, found in columns.items() if FIELD[field].kind in ("number", "money") for c in found]
    used = [c for found in columns.values() for c in found]
    with contextlib.closing(file.batches()) as batches:
        told = (pl.DataFrame([column(batch.rows, c, name) for c in used]) for batch in batches)
        rows = (part for every in told for part in (every[:_FIRST], every[_FIRST:]))
        return Layout(name, columns, formats.survey(name, rows, columns["purchased_at"][0], numbers))
