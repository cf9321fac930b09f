"""Reads a file into a table beside the order lines: every row is kept, or set aside with a reason."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regulars import schema
from regulars.errors import DataError
from regulars.ingest import formats
from regulars.ingest.batch import LineFile
from regulars.ingest.reading import open_lines
from regulars.ingest.side_tables.batches import Plan, is_flat, settle
from regulars.ingest.side_tables.columns import Places, locate
from regulars.ingest.side_tables.options import Options
from regulars.ingest.side_tables.tally import Tally
from regulars.ingest.side_tables.values import Written
from regulars.schema import Table

_FIRST = 1 << 14
"""Rows of a batch that settle the formats of most files."""
_NO_TIME = "no time"


@dataclass(frozen=True)
class Loaded:
    """A file, read."""

    rows: pl.DataFrame
    """What conforms to the table, in the order of the file."""
    quarantine: pl.DataFrame
    """``schema.QUARANTINE``: what does not."""
    tally: Tally
    """How they add up."""


def load(path: Path, table: Table, mapping: Mapping[str, str], options: Options) -> Loaded:
    """Read the file at ``path`` into rows of ``table``.

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
        DataError: the file cannot be read, a column is absent, or not one of its rows can be used.
    """
    file = open_lines(Path(path))
    places = locate(file.name, file.names, table, mapping)
    _check_kinds(file, places)
    plan = Plan(file.name, table, places, _survey(file, table, places), options)
    tally = Tally(file.name, table.name, unused=tuple(name for name in places.others if name not in plan.extra))
    rows, aside = [], []
    for batch in file.batches():
        settled = settle(batch, plan)
        tally.rows_in += batch.height
        tally.rows_kept += settled.rows.height
        tally.reasons.update(settled.aside["reason"].to_list())
        tally.amounts_rounded += settled.rounded
        tally.contacts_unreadable += settled.unreadable
        tally.blanked.update(settled.blanked)
        rows.append(settled.rows)
        aside.append(settled.aside)
    tally.check()
    quarantine = pl.concat([schema.QUARANTINE.empty(), *aside])
    if tally.rows_in and not tally.rows_kept:
        raise DataError(_complaint(tally, quarantine))
    return Loaded(pl.concat([table.empty(), *rows], how="diagonal"), quarantine, tally)


def _check_kinds(file: LineFile, places: Places) -> None:
    with contextlib.closing(file.batches()) as batches:
        kinds = next((batch.rows.schema for batch in batches), pl.Schema())
    for column in places.column.values():
        if column in kinds and not is_flat(kinds[column]):
            raise DataError(f"{file.name}: column {column!r} holds {kinds[column]}; export it as text or numbers")


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


def _complaint(tally: Tally, quarantine: pl.DataFrame) -> str:
    """Say why a file without a single usable row cannot be ingested."""
    reason, times = tally.reasons.most_common(1)[0]
    line, content = quarantine.sort("line").select("line", "content").row(0)
    return (
        f"{tally.file}: none of its {tally.rows_in} rows can be used as {tally.table}; most often ({times} times): "
        f"{reason}; first line {line}, {content[:200]}; mend the file, or say which column is which with "
        f"--map column=field"
    )
