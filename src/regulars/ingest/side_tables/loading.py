"""Reads a file into a table beside the order lines: every row is kept, or set aside with a reason."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regulars.errors import DataError
from regulars.ingest import formats
from regulars.ingest.batch import LineFile
from regulars.ingest.reading import open_lines
from regulars.ingest.side_tables.batches import Plan, Settled, settle
from regulars.ingest.side_tables.columns import Places, locate
from regulars.ingest.side_tables.options import Options
from regulars.ingest.side_tables.tally import Tally
from regulars.ingest.side_tables.values import Written
from regulars.schema import Table

_FIRST = 1 << 14
"""Rows of a batch that settle the formats of most files."""
_NO_TIME = "no time"


@dataclass(frozen=True)
class Loading:
    """A file that is read batch by batch, so that memory stays bounded."""

    file: LineFile
    """Where its rows come from."""
    plan: Plan
    """How they are read."""
    tally: Tally
    """How they add up; complete once all batches were taken."""

    def batches(self) -> Iterator[Settled]:
        """Return the rows in the order of the file, those that conform to the table and those set aside.

        Raises:
            DataError: the file is damaged, a column holds what no table can, or not one of its rows can be used.
        """
        for batch in self.file.batches():
            settled = settle(batch, self.plan)
            self.tally.add(batch, settled)
            yield settled
        self.tally.check()
        if self.tally.rows_in and not self.tally.rows_kept:
            raise DataError(self.tally.complaint())


def load(path: Path, table: Table, mapping: Mapping[str, str], options: Options) -> Loading:
    """Open the file at ``path`` as rows of ``table``.

    Columns are found by ``mapping`` and by name, in any case and with blanks for underscores. Encodings, delimiters,
    decimal commas and orders of day and month are found out as for order lines. A time with an offset from UTC
    becomes the shop's wall clock; money becomes whole minor units. A table that is open keeps the file's other
    columns as text.

    Args:
        path: CSV, Parquet or an Excel workbook.
        table: one of ``schema.SIDE_TABLES``.
        mapping: column of the file -> column of the table.
        options: what the file does not say.

    Raises:
        ConfigError: the table has no such column, or two columns are named for one.
        DataError: the file cannot be read, or a column is absent.
    """
    file = open_lines(Path(path))
    places = locate(file.name, file.names, table, mapping)
    plan = Plan(file.name, table, places, _survey(file, table, places), options)
    unused = tuple(name for name in places.others if name not in plan.extra)
    return Loading(file, plan, Tally(file.name, table.name, unused=unused))


def _survey(file: LineFile, table: Table, places: Places) -> Written:
    """Find out how the file writes its times and numbers.

    Raises:
        DataError: its times cannot be read, or their days and months not be told apart.
    """
    column = places.column
    here = [each for each in table.columns if each.name in column]
    numbers = [column[each.name] for each in here if each.dtype.is_numeric()]
    found = {
        each.name: _formats(file, column[each.name], numbers) for each in here if isinstance(each.dtype, pl.Datetime)
    }
    if not found and numbers:
        found[_NO_TIME] = _formats(file, _NO_TIME, numbers)
    commas = {name for known in found.values() for name in known.commas}
    return Written(
        {name: known.day for name, known in found.items()},
        frozenset(each.name for each in here if column[each.name] in commas),
    )


def _formats(file: LineFile, time: str, numbers: list[str]) -> formats.Formats:
    with contextlib.closing(file.batches()) as batches:
        whole = (b.rows if time != _NO_TIME else b.rows.with_columns(pl.lit("").alias(time)) for b in batches)
        parts = (part for rows in whole for part in (rows[:_FIRST], rows[_FIRST:]))
        return formats.survey(file.name, parts, time, numbers)
