"""The quarantine and the way back: set-aside lines go out as a table, and come back in once mended."""

import json
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regulars import fingerprint, schema
from regulars.errors import DataError, MissingError
from regulars.ingest import layout, sources
from regulars.ingest.batch import Batch, LineFile
from regulars.ingest.door import Door
from regulars.ingest.lines import Split, split
from regulars.ingest.reading import open_lines, read_all
from regulars.ingest.summary import Summary, summarise
from regulars.ingest.tally import Tally
from regulars.ledger import Ledger
from regulars.ledger_writer import Writer
from regulars.manifest import Source

FILE, LINE, REASON = "quarantine_file", "quarantine_line", "quarantine_reason"
"""The columns in front of a line's own, in a quarantine that is written for mending."""


@dataclass(frozen=True)
class _Mended:
    """The mended lines of one file; see :class:`~regulars.ingest.batch.LineFile`."""

    path: Path
    name: str
    rows: pl.DataFrame
    lines: pl.Series

    @property
    def names(self) -> list[str]:
        """The columns that the file had."""
        return self.rows.columns

    @property
    def lines_total(self) -> int:
        """Its lines."""
        return self.rows.height

    def batches(self) -> Generator[Batch]:
        """Return them all."""
        yield Batch(self.rows, self.lines)


def quarantined(ledger: Ledger, file: str | None = None) -> pl.DataFrame:
    """Return the lines that were set aside, each with its file, line and reason, and its cells as they were read.

    Columns: FILE, LINE, REASON, then those of the files. Mend the cells, and give the table to :func:`requeue`.

    Args:
        ledger: the shop.
        file: only the lines of this one.

    Raises:
        MissingError: there are none.
    """
    held = ledger.quarantine()
    held = held if file is None else held.filter(pl.col("source") == file)
    if held.is_empty():
        raise MissingError("no line is in quarantine" + (f" that came from {file}" if file else ""))
    held = held.unique(["source", "line"], keep="first", maintain_order=True)  # a line may have made others
    cells = held["content"].str.json_decode(_cells(held["content"])).struct.unnest()
    keys = held.select(pl.col("source").alias(FILE), pl.col("line").alias(LINE), pl.col("reason").alias(REASON))
    return pl.concat([keys, cells], how="horizontal")


def write(rows: pl.DataFrame, out: Path) -> None:
    """Write the lines to a .csv or .parquet file, under another name first.

    Raises:
        DataError: the folder cannot be written to.
    """
    draft = out.with_name(f".{out.name}.part")
    try:
        if out.suffix == ".csv":
            rows.write_csv(draft)
        else:
            rows.write_parquet(draft)
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise DataError(f"cannot write {out} ({error.strerror or error}); name another file") from error


def _cells(content: pl.Series) -> pl.Struct:
    """Return the type of all cells together: text, whatever they were."""
    names = dict.fromkeys(name for text in content.to_list() for name in json.loads(text))
    return pl.Struct(dict.fromkeys(names, pl.String))


def requeue(file: Path, ledger: Path) -> Summary:
    """Take mended lines back from a table as :func:`quarantined` gives it, read as their files were read.

    A line that can be used now leaves the quarantine; one that cannot stays there, with its new reason. Lines that
    are no longer in quarantine are left out, so doing it twice changes nothing.

    Raises:
        DataError: the table lacks its first two columns, or lines belong to no file of order lines of the ledger.
        MissingError: none of the lines is in quarantine.
    """
    book = Ledger.open(ledger)
    waiting = _waiting(file, book)
    added: list[Source] = []
    money_before = book.manifest.money_held
    with book.writer() as writer:
        for feed, (mended, record) in enumerate(_by_file(file, waiting, book.manifest.sources)):
            added.append(_take_back(writer, mended, record, feed, waiting))
        new = writer.commit(tuple(added))
    return summarise(book, "requeue", added, new, book.manifest.money_held - money_before)


def _waiting(file: Path, book: Ledger) -> pl.DataFrame:
    """Return the mended lines that are in quarantine, with the money they have there (``_rows``, ``_money``)."""
    given = read_all(open_lines(file))
    absent = [name for name in (FILE, LINE) if name not in given.columns]
    if absent:
        raise DataError(f"{file.name}: no column {absent[0]!r}; mend a table that came from: regulars quarantine")
    line = pl.col(LINE).cast(pl.Int64, strict=False)
    keys = [pl.col("source").alias(FILE), pl.col("line").alias(LINE)]
    held = book.quarantine().group_by(keys).agg(_rows=pl.len(), _money=pl.col("amount").sum())
    waiting = given.with_columns(line, pl.col(FILE).cast(pl.String)).join(held, on=[FILE, LINE], how="inner")
    if waiting.is_empty():
        raise MissingError(f"none of the lines of {file.name} is in quarantine; nothing to take back")
    return waiting


def _by_file(file: Path, waiting: pl.DataFrame, known: Sequence[Source]) -> Iterator[tuple[_Mended, Source]]:
    """Return the mended lines of each file, and how that file was read."""
    records = {source.name: source for source in known}
    for (name,), rows in sorted(waiting.partition_by(FILE, as_dict=True).items()):
        if name not in records:
            raise DataError(
                f"{file.name}: {name} is no file of order lines; mend that file itself and ingest it again with --table"
            )
        cells = rows.drop(FILE, LINE, REASON, "_rows", "_money", strict=False)
        used = [column for column in cells.columns if cells[column].null_count() < rows.height]
        yield _Mended(file, name, cells.select(used), rows[LINE]), records[name]


def _take_back(writer: Writer, mended: _Mended, record: Source, feed: int, waiting: pl.DataFrame) -> Source:
    manifest = writer.manifest
    preset = sources.preset(record.preset).mapped(record.mapping)
    door = Door(
        preset=preset,
        source=record.source,
        currency=record.currency,
        kept_in=manifest.currency,
        time_zone=record.time_zone,
        shop_zone=manifest.time_zone,
        own_ids=record.own_ids,
    )
    feed_file: LineFile = preset.adapter(mended) if preset.adapter else mended
    plan = layout.of_file(feed_file, preset)
    tally = Tally()
    for batch in feed_file.batches():
        parts = split(batch, plan, door)
        tally.add(batch, parts)
        _stage(writer, parts, feed, describe=not preset.catalogue)
    back = waiting.filter(pl.col(FILE) == mended.name)
    writer.take_back(back.select(source=FILE, line=LINE))
    digest = fingerprint.of_text([mended.name, fingerprint.of_file(mended.path), "requeue"])
    told = tally.source(mended.name, digest, door, record.mapping)
    gone = {"lines_taken_back": int(back["_rows"].sum()), "money_taken_back": int(back["_money"].sum())}
    return told.model_copy(update=gone)


def _stage(writer: Writer, parts: Split, feed: int, *, describe: bool) -> None:
    writer.add_transactions(parts.kept, feed, parts.seen)
    if parts.aside.height:
        writer.add_quarantine(parts.aside, feed)
    if describe:
        writer.add(schema.ITEMS, parts.items)
