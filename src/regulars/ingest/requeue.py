"""The way back from the quarantine: mended lines, read as their files were read."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from regulars import fingerprint, ledger_merge, schema
from regulars.errors import DataError, MissingError
from regulars.ingest import mending, sources
from regulars.ingest.batch import Batch, LineFile
from regulars.ingest.door import Door
from regulars.ingest.formats import Formats
from regulars.ingest.layout import Layout
from regulars.ingest.lines import Split, split
from regulars.ingest.mending import FILE, LINE, REASON, TEXT, quarantined, write
from regulars.ingest.preset import Preset
from regulars.ingest.reading import open_lines
from regulars.ingest.summary import Summary, summarise
from regulars.ingest.tally import Tally
from regulars.ledger import Ledger
from regulars.ledger_writer import Writer
from regulars.manifest import Source

__all__ = ["FILE", "LINE", "REASON", "TEXT", "quarantined", "requeue", "write"]

_ISO = r"^(\d{4}-\d{2}-\d{2})(?:\D|$)"


@dataclass(frozen=True)
class _Mended:
    """The mended lines of one file; see :class:`~regulars.ingest.batch.LineFile`."""

    path: Path
    name: str
    rows: pl.DataFrame
    lines: pl.Series

    @property
    def names(self) -> list[str]:
        """The columns that the file had, and those that were filled in beside them."""
        return self.rows.columns

    @property
    def lines_total(self) -> int:
        """Its lines."""
        return self.rows.height

    def batches(self) -> Generator[Batch]:
        """Return them all."""
        yield Batch(self.rows, self.lines)


def requeue(file: Path, ledger: Path) -> Summary:
    """Take mended lines back from a table as :func:`quarantined` gives it, read as their files were read.

    A line that can be used now leaves the quarantine; one that cannot stays there, with its new reason. Dates and
    numbers are read the way the rest of the file writes them, and days as YYYY-MM-DD too. Lines that are no longer
    in quarantine, and lines without a single cell, are left out, so doing it twice changes nothing.

    Raises:
        DataError: the table lacks its first two columns, has a line twice, cannot be cut into its columns somewhere,
            or has lines of no file of order lines of the ledger.
        MissingError: none of the lines is in quarantine, or they are all empty.
    """
    book = Ledger.open(ledger)
    given = _given(file)
    added: list[Source] = []
    with book.writer() as writer:
        money_before = book.manifest.money_held
        held = book.quarantine().rename({"source": FILE, "line": LINE})
        waiting = _waiting(file, given, held)
        for mended, record in _by_file(file, waiting, book.manifest.sources):
            added.append(_take_back(writer, mended, record, held))
        new = writer.commit(tuple(added))
    return summarise(book, "requeue", added, new, book.manifest.money_held - money_before)


def _given(file: Path) -> pl.DataFrame:
    """Return the table, with FILE and LINE typed."""
    opened = open_lines(file)
    for name in (FILE, LINE):
        if name not in opened.names:
            raise DataError(f"{file.name}: no column {name!r}; mend a table that came from: regulars quarantine")
    parts = [pl.DataFrame(schema=dict.fromkeys(opened.names, pl.String))]
    for batch in opened.batches():
        for line, reason in batch.ragged.select("line", "reason").iter_rows():
            raise DataError(f"{file.name}: line {line}: {reason}; save the table again with all of its columns")
        parts.append(batch.rows)
    rows = pl.concat(parts[1:] or parts)
    given = rows.with_columns(pl.col(LINE).cast(pl.Int64, strict=False), pl.col(FILE).cast(pl.String))
    twice = given.filter(pl.col(LINE).is_not_null() & pl.struct(FILE, LINE).is_duplicated())
    for name, line in twice.select(FILE, LINE).iter_rows():
        raise DataError(
            f"{file.name}: line {line} of {name} is there twice; keep one row a line, "
            "and ingest what else it held as a file of its own"
        )
    return given


def _waiting(file: Path, given: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Return those of the given lines that are in quarantine and hold anything."""
    waiting = given.join(held, on=[FILE, LINE], how="semi", maintain_order="left")
    if waiting.is_empty():
        raise MissingError(f"none of the lines of {file.name} is in quarantine; nothing to take back")
    own = pl.exclude(FILE, LINE, REASON, TEXT)
    filled = waiting.filter(pl.any_horizontal(own.cast(pl.String).str.strip_chars() != ""))
    if filled.is_empty():
        raise MissingError(f"the lines of {file.name} have no cells; fill in what quarantine_text says")
    return filled


def _by_file(file: Path, waiting: pl.DataFrame, known: Sequence[Source]) -> Iterator[tuple[_Mended, Source]]:
    """Return the mended lines of each file, and how that file was read."""
    records = {source.name: source for source in known}
    for (name,), rows in sorted(waiting.partition_by(FILE, as_dict=True).items()):
        if name not in records:
            raise DataError(
                f"{file.name}: {name} is no file of order lines; leave its rows out here, "
                "mend that file itself and ingest it again with --table"
            )
        cells = rows.drop(FILE, LINE, REASON, TEXT, strict=False).rename(mending.as_in_file)
        yield _Mended(file, name, _of_file(cells, records[name].columns), rows[LINE]), records[name]


def _of_file(cells: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return the columns that the file had, and others where these lines have something in them."""
    filled = (pl.all().cast(pl.String).str.strip_chars() != "").any()
    used = [name for name, any_ in cells.select(filled).row(0, named=True).items() if any_ and name not in columns]
    absent = [pl.lit(None, pl.String).alias(name) for name in columns if name not in cells.columns]
    return cells.with_columns(absent).select(*columns, *used)


def _take_back(writer: Writer, mended: _Mended, record: Source, held: pl.DataFrame) -> Source:
    preset = sources.preset(record.preset).mapped(record.mapping)
    door = _door(writer, preset, record)
    feed_file, plan = _layout(mended, preset, record)
    tally = Tally()
    for batch in feed_file.batches():
        parts = split(batch, plan, door)
        tally.add(batch, parts)
        _stage(writer, parts, describe=not preset.catalogue)
    back = held.filter((pl.col(FILE) == mended.name) & pl.col(LINE).is_in(mended.lines.implode()))
    writer.take_back(back.select(source=FILE, line=LINE).unique())
    digest = fingerprint.of_text([mended.name, fingerprint.of_file(mended.path), "requeue"])
    made = int(mending.empty(mending.cells(back["content"], record.columns)).sum()) if preset.adapter else 0
    gone = {
        "lines_taken_back": back.height - made,
        "made_taken_back": made,
        "money_taken_back": int(back["amount"].sum()),
    }
    return tally.source(plan, digest, door, record.mapping).model_copy(update=gone)


def _door(writer: Writer, preset: Preset, record: Source) -> Door:
    return Door(
        preset=preset,
        source=record.source,
        currency=record.currency,
        kept_in=writer.manifest.currency,
        time_zone=record.time_zone,
        shop_zone=writer.manifest.time_zone,
        own_ids=record.own_ids,
    )


def _layout(mended: _Mended, preset: Preset, record: Source) -> tuple[LineFile, Layout]:
    """Return the lines, and how to read them: as their file was read."""
    formats = Formats(record.day, frozenset(record.commas))
    if preset.adapter:
        adapted = preset.adapter(mended)
        return adapted, Layout(mended.name, preset.locate(mended.name, adapted.names), formats)
    columns = preset.locate(mended.name, mended.names)
    rows = _days(mended.rows, columns["purchased_at"][0], record.day)
    return replace(mended, rows=rows), Layout(mended.name, columns, formats)


def _days(rows: pl.DataFrame, column: str, day: str) -> pl.DataFrame:
    """Write days that were mended as YYYY-MM-DD as the file writes days.

    >>> _days(pl.DataFrame({"at": ["2024-01-31 08:00", "03/04/2024"]}), "at", "%d/%m/%Y")["at"].to_list()
    ['31/01/2024 08:00', '03/04/2024']
    """
    if rows.schema[column] != pl.String:
        return rows
    words = pl.col(column).str.strip_chars()
    known = words.str.extract(_ISO, 1).str.to_date("%Y-%m-%d", strict=False)
    return rows.with_columns(pl.coalesce(known.dt.to_string(day) + words.str.slice(10), column).alias(column))


def _stage(writer: Writer, parts: Split, *, describe: bool) -> None:
    """Stage lines as what they are: more of a file that is held, not a later file about the same sales."""
    writer.add_transactions(parts.kept, ledger_merge.HELD, parts.seen)
    if parts.aside.height:
        writer.add_quarantine(parts.aside, ledger_merge.HELD)
    if describe:
        writer.add(schema.ITEMS, parts.items)
