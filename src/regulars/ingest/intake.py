"""Takes a shop's files into a ledger: all of them, or none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regulars import fingerprint, ledger_merge, schema
from regulars.errors import DataError
from regulars.ingest import catalogue, layout, sources
from regulars.ingest.batch import LineFile
from regulars.ingest.catalogue import Files
from regulars.ingest.layout import Layout
from regulars.ingest.lines import split
from regulars.ingest.reading import open_lines
from regulars.ingest.sources import Preset
from regulars.ingest.summary import Summary, summarise
from regulars.ingest.tally import Tally, check
from regulars.ledger import Ledger
from regulars.ledger_writer import Writer
from regulars.manifest import Source

Progress = Callable[[int, int | None], None]
"""Called with the lines done and, where known, the lines in all (an estimate for CSV)."""


@dataclass(frozen=True)
class _Plan:
    """One file and how to read it."""

    file: LineFile
    layout: Layout
    digest: str


def ingest(
    files: Sequence[Path],
    preset: str,
    ledger: Path,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Read ``files`` into the ledger at ``ledger``; on any error it stays as it was.

    A file that was read before, with the same mapping, is not read again; a line that an earlier ingest
    or another of the files already brought is not added again.

    Args:
        files: CSV or Parquet; none for the preset's own data.
        preset: a name of ``sources.PRESETS``.
        ledger: folder of the ledger, made if need be.
        mapping: column -> field, on top of the preset.
        progress: told how far it is.

    Raises:
        ConfigError: no such preset or field.
        DataError: a file cannot be used.
        MissingError: the preset's own data are not installed.
    """
    chosen = sources.preset(preset).mapped(mapping or {})
    found = catalogue.sort_out([Path(file) for file in files], chosen)
    opened = [open_lines(path) for path in found.lines]
    digests = _digests(found, chosen)
    book = Ledger.open_or_create(ledger, chosen.currency)
    done = {source.digest: source for source in book.manifest.sources}
    fresh = [
        _Plan(file, layout.of_file(file, chosen), digest)
        for file, digest in zip(opened, digests, strict=True)
        if digest not in done
    ]
    new = 0
    if fresh:
        with book.writer() as writer:
            added = _add(writer, fresh, chosen, progress)
            _add_catalogue(writer, found)
            new = writer.commit(tuple(added))
        done |= {source.digest: source for source in added}
    return summarise(book, preset, [done[digest] for digest in digests], new)


def _digests(found: Files, chosen: Preset) -> list[str]:
    """Fingerprint each file of order lines with all that decides how it is read."""
    beside = [fingerprint.of_file(path) for path in (*found.products, *found.demographics)]
    reading = [chosen.name, chosen.currency, repr(sorted(chosen.columns.items())), *beside]
    return [fingerprint.of_text([*reading, fingerprint.of_file(path)]) for path in found.lines]


def _add(writer: Writer, plans: Sequence[_Plan], chosen: Preset, progress: Progress | None) -> list[Source]:
    """Stage every file and return their records, once they add up."""
    sizes = [plan.file.lines_total for plan in plans]
    total = None if None in sizes else sum(size for size in sizes if size is not None)
    before = 0
    added = []
    for feed, plan in enumerate(plans):
        tally = Tally()
        for _ in _add_lines(writer, plan, feed, tally, describe=not chosen.catalogue):
            if progress is not None:
                progress(before + tally.lines_in, total)
        before += tally.lines_in
        added.append(tally.source(plan.file.path.name, chosen.name, plan.digest))
    check("staged lines", writer.lines_staged, sum(source.lines_kept for source in added))
    return added


def _add_lines(writer: Writer, plan: _Plan, feed: int, tally: Tally, *, describe: bool) -> Iterator[None]:
    """Stage one file, pausing after each batch.

    Raises:
        DataError: not one of its lines can be used.
    """
    items = schema.ITEMS.empty()
    for batch in plan.file.batches():
        parts = split(batch, plan.layout)
        tally.add(batch.height, parts)
        writer.add_transactions(parts.kept, feed)
        writer.add_quarantine(parts.aside, feed)
        if describe:
            items = ledger_merge.items(pl.concat([items, schema.ITEMS.conform(parts.items)]))
        yield
    if not tally.lines_kept:
        raise DataError(tally.complaint(plan.file.path.name))
    if describe:
        writer.add_items(items)


def _add_catalogue(writer: Writer, found: Files) -> None:
    if found.products:
        writer.add_items(catalogue.items(found.products))
    if found.demographics:
        writer.add_customers(catalogue.customers(found.demographics))
