"""Takes a shop's files into a ledger: all of them, or none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from regulars import clock, fingerprint, ledger_merge, schema
from regulars.errors import ConfigError, DataError
from regulars.ingest import catalogue, layout, sources
from regulars.ingest.ahead import ahead
from regulars.ingest.batch import LineFile
from regulars.ingest.catalogue import Files
from regulars.ingest.door import Door
from regulars.ingest.layout import Layout
from regulars.ingest.lines import split
from regulars.ingest.preset import Preset
from regulars.ingest.presets.generic import GENERIC
from regulars.ingest.reading import open_feeds
from regulars.ingest.summary import Summary, summarise
from regulars.ingest.tally import Tally, check
from regulars.ledger import Ledger
from regulars.ledger_writer import Writer
from regulars.manifest import Source

Progress = Callable[[int, int | None], None]
"""Called with the lines done and, where known, the lines in all (an estimate for CSV)."""


@dataclass(frozen=True)
class Terms:
    """What the caller says of the files; what it leaves out, the preset says."""

    source: str | None = None
    """What the reporting system is called."""
    own_ids: bool = False
    """True where customers' and orders' ids are that system's own: its name goes in front of them."""
    currency: str | None = None
    """ISO 4217 code of the money."""
    time_zone: str | None = None
    """IANA zone of the clock."""

    def __post_init__(self) -> None:
        """Refuse what would let ids of two systems meet.

        Raises:
            ConfigError: own ids without a source, or a source with a colon, which stands between it and an id.
        """
        if self.own_ids and not self.source:
            raise ConfigError("own ids need the name of their system; pass --source NAME")
        if self.source is not None and (":" in self.source or not self.source.strip()):
            raise ConfigError(f"--source {self.source!r}: a name without a colon is needed, such as till")


_MANY_ITEMS = 1 << 20
"""Descriptions of items that are held before they are merged."""
_BYTES_A_LINE = 12
"""Of a packed file, about."""


@dataclass(frozen=True)
class _Plan:
    """One feed and how to read it."""

    file: LineFile
    layout: Layout
    digest: str
    content: str
    """Fingerprint of its bytes, and of the sheet."""


def ingest(
    files: Sequence[Path],
    preset: str,
    ledger: Path,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    terms: Terms | None = None,
) -> Summary:
    """Read ``files`` into the ledger at ``ledger``; on any error it stays as it was.

    A file that was read before, in the same way, is not read again; a line that an earlier ingest or another of the
    files already brought is not added again.

    Args:
        files: order lines in any format that a preset reads; none for the preset's own data.
        preset: a name of ``sources.PRESETS``.
        ledger: folder of the ledger, made if need be.
        mapping: column -> field, on top of the preset.
        progress: told how far it is.
        terms: what the caller knows better than the preset.

    Raises:
        ConfigError: no such preset, field, currency or time zone.
        DataError: a file cannot be used.
        MissingError: the preset's own data are not installed.
    """
    terms = terms or Terms()
    chosen = sources.preset(preset).mapped(mapping or {})
    found = catalogue.sort_out([Path(file) for file in files], chosen)
    feeds = [(path, feed) for path in found.lines for feed in open_feeds(path, chosen)]
    book, door = _enter(ledger, chosen, terms)
    contents = _contents(feeds)
    digests = _digests(found, contents, door)
    done = {source.digest: source for source in book.manifest.sources}
    fresh = [
        _Plan(feed, layout.of_file(feed, chosen), digest, content)
        for (_, feed), digest, content in zip(feeds, digests, contents, strict=True)
        if digest not in done
    ]
    _check_not_read_otherwise(fresh, book.manifest.sources, door)
    fresh = _named_apart(fresh, [source.name for source in book.manifest.sources])
    money_before, new = book.manifest.money_held, 0
    if fresh:
        with book.writer() as writer:
            added = _add(writer, fresh, door, mapping or {}, progress)
            _add_catalogue(writer, found)
            new = writer.commit(tuple(added))
        done |= {source.digest: source for source in added}
    return summarise(book, preset, [done[digest] for digest in digests], new, book.manifest.money_held - money_before)


def _enter(path: Path, preset: Preset, terms: Terms) -> tuple[Ledger, Door]:
    """Open the ledger and say how lines enter it."""
    there = (path / "manifest.json").is_file()
    held = Ledger.open(path).manifest if there else None
    money = terms.currency or (held.currency if held and preset.name == GENERIC.name else preset.currency)
    zone = clock.check_zone(
        terms.time_zone or (held.time_zone if held and preset.name == GENERIC.name else preset.time_zone)
    )
    kept_in = held.currency if held and "currency" in preset.columns else money
    book = Ledger.open_or_create(path, kept_in, time_zone=None if there else zone)
    door = Door(
        preset=preset,
        source=terms.source or preset.source,
        currency=money,
        kept_in=book.manifest.currency,
        time_zone=zone,
        shop_zone=book.manifest.time_zone,
        own_ids=terms.own_ids,
    )
    for record in book.manifest.sources:
        if record.source == door.source and record.preset != preset.name:
            raise ConfigError(
                f"source {door.source!r} was read with the preset {record.preset}, which has rules of its own; "
                f"give this one another name with --source NAME"
            )
    return book, door


def _named_apart(plans: Sequence[_Plan], known: Sequence[str]) -> list[_Plan]:
    """Give each feed a name of its own in the ledger, as shops export every month to the same ``sales.csv``."""
    taken, named = set(known), []
    for plan in plans:
        name, number = plan.layout.file, 1
        while name in taken:
            number += 1
            name = f"{plan.layout.file} ({number})"
        taken.add(name)
        named.append(replace(plan, layout=replace(plan.layout, file=name)))
    return named


def _contents(feeds: Sequence[tuple[Path, LineFile]]) -> list[str]:
    """Fingerprint the bytes of each feed's file, and which sheet of it is meant."""
    bytes_of = {path: fingerprint.of_file(path) for path in {path for path, _ in feeds}}
    return [fingerprint.of_text([feed.name.removeprefix(path.name), bytes_of[path]]) for path, feed in feeds]


def _digests(found: Files, contents: Sequence[str], door: Door) -> list[str]:
    """Fingerprint each feed with all that decides how it is read."""
    beside = [fingerprint.of_file(path) for path in (*found.products, *found.demographics)]
    columns = repr(sorted(door.preset.columns.items()))
    reading = [door.preset.name, door.source, str(door.own_ids), door.currency, door.time_zone, columns, *beside]
    return [fingerprint.of_text([*reading, content]) for content in contents]


def _check_not_read_otherwise(plans: Sequence[_Plan], known: Sequence[Source], door: Door) -> None:
    """Refuse a file that is in the ledger under other ids: all its lines would be there twice.

    Raises:
        ConfigError: one is.
    """
    read = {record.file_digest: record for record in known}
    for plan in plans:
        record = read.get(plan.content)
        if record is not None and (record.source, record.own_ids) != (door.source, door.own_ids):
            how = f"as source {record.source!r}, with{'' if record.own_ids else 'out'} --own-ids"
            raise ConfigError(
                f"{plan.layout.file} is in the ledger already, read {how}; its lines would be there twice; "
                "read it as before, or into another --ledger"
            )


def _add(
    writer: Writer, plans: Sequence[_Plan], door: Door, mapping: Mapping[str, str], progress: Progress | None
) -> list[Source]:
    """Stage every feed and return their records, once they add up."""
    sizes = [plan.file.lines_total for plan in plans]
    total = None if None in sizes else sum(size for size in sizes if size is not None)
    writer.expect(total or sum(plan.file.path.stat().st_size for plan in plans) // _BYTES_A_LINE)
    if door.source not in writer.manifest.rules:
        writer.set_rules(door.source, door.rules)
    before = 0
    added = []
    for feed, plan in enumerate(plans):
        tally = Tally()
        for _ in _add_lines(writer, plan, feed, tally, door):
            if progress is not None:
                progress(before + tally.lines_in, total)
        before += tally.lines_in
        added.append(
            tally.source(plan.layout, plan.digest, door, mapping).model_copy(update={"file_digest": plan.content})
        )
    check("staged lines", writer.lines_staged, sum(source.lines_kept for source in added))
    return added


def _add_lines(writer: Writer, plan: _Plan, feed: int, tally: Tally, door: Door) -> Iterator[None]:
    """Stage one feed, pausing after each batch.

    Raises:
        DataError: not one of its lines can be used.
    """
    items = [schema.ITEMS.empty()]
    read = ((batch, split(batch, plan.layout, door)) for batch in ahead(plan.file.batches()))
    for batch, parts in ahead(read):
        tally.add(batch, parts)
        writer.add_transactions(parts.kept, feed, parts.seen)
        if parts.aside.height:
            writer.add_quarantine(parts.aside, feed)
        if not door.preset.catalogue:
            items = _fewer([*items, schema.ITEMS.conform(parts.items)])
        yield
    if not tally.lines_kept:
        raise DataError(tally.complaint(plan.file.name))
    if not door.preset.catalogue:
        writer.add(schema.ITEMS, ledger_merge.items(pl.concat(items)))


def _fewer(items: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """Merge what batches say of items, once it is so much that it would fill the memory."""
    if sum(told.height for told in items) < _MANY_ITEMS:
        return items
    return [ledger_merge.items(pl.concat(items))]


def _add_catalogue(writer: Writer, found: Files) -> None:
    if found.products:
        writer.add(schema.ITEMS, catalogue.items(found.products))
    if found.demographics:
        writer.add(schema.CUSTOMERS, catalogue.customers(found.demographics))
