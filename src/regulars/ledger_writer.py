"""One commit to a ledger: stage, merge, then swap the manifest."""

from dataclasses import replace
from pathlib import Path
from types import TracebackType

import polars as pl

from regulars import clock, ledger_merge, schema, table_merge
from regulars.hygiene import Rules, spelling
from regulars.ledger_files import LedgerFiles
from regulars.ledger_lines import PEOPLE, LineMerge, Terms, stage
from regulars.manifest import Manifest, Part, Source
from regulars.staging import Staging

LINES_PER_BUCKET = 1 << 19
"""A ledger gets more buckets when these would hold more lines on average, so that memory stays flat."""
MOST_BUCKETS = 1024
WITHOUT_SOURCE = "shop"
"""The source of lines that do not say which."""


def _enough(buckets: int, lines: int) -> int:
    """Return how many buckets so many lines need, at least ``buckets``."""
    while buckets < MOST_BUCKETS and buckets * LINES_PER_BUCKET < lines:
        buckets *= 2
    return buckets


class Writer:
    """Collects rows in a staging folder and commits them as a whole; see :meth:`Ledger.writer`."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Write to the ledger at ``path``, on top of ``manifest``."""
        self.manifest = manifest
        self.lines_staged = 0
        """Lines handed over so far, known ones included."""
        self._path = path
        self._files = LedgerFiles(path, path / ".staging")
        self._tables: dict[str, list[pl.DataFrame]] = {"items": []}
        self._replaced: set[str] = set()
        self._taken_back: list[pl.DataFrame] = []
        self._terms = Terms(
            rules=dict(manifest.rules),
            zone=manifest.time_zone,
            buckets=manifest.buckets,
            people=self._held("people", PEOPLE),
            spellings=self._held("spellings", spelling.SPELLINGS),
            items=self._held("items", schema.ITEMS.schema),
        )
        self._old_terms = self._terms

    def __enter__(self) -> "Writer":
        """Start with an empty staging folder, whatever an interrupted process left."""
        self._staging = Staging(self._path / ".staging")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Throw away the staging folder and, after a failure, what a half-done commit wrote."""
        self._staging.remove()
        if error is not None:
            self._files.undo()

    def expect(self, lines: int) -> None:
        """Get ready for about so many lines; call it before adding any.

        They are staged in as many buckets as they need, so that memory stays flat; how many the ledger ends up with
        follows from the lines it then holds, not from how they came.
        """
        buckets = _enough(self._terms.buckets, max(lines, self.manifest.n_held))
        self._terms = replace(self._terms, buckets=buckets)

    def set_rules(self, source: str, rules: Rules) -> None:
        """Put hygiene rules in force for all lines of a source, those already held too."""
        self._terms = replace(self._terms, rules=self._terms.rules | {source: rules})

    def set_people(self, people: pl.DataFrame) -> None:
        """Say which person each customer's id stands for (PEOPLE), for all lines; call it before adding any."""
        self._terms = replace(self._terms, people=people.select(list(PEOPLE)).cast(PEOPLE).sort("customer_as_written"))

    def add_transactions(self, rows: pl.DataFrame, feed: int = 0, seen: pl.DataFrame | None = None) -> None:
        """Stage lines of the ``feed``-th source of this commit: ``schema.TRANSACTIONS`` or ``schema.LINES``.

        Customers and items as their source writes them; times in UTC, or the shop's wall clock without a zone. Two
        equal lines of one feed are two lines; a line that another feed or an earlier commit already brought is that
        same line. ``seen`` are the rows' ``spelling.SPELLINGS``, where the caller has them at hand.
        """
        named = rows if "source" in rows.columns else rows.with_columns(source=pl.lit(WITHOUT_SOURCE))
        ready = self._in_utc(named).with_columns(
            pl.col("quantity") + 0.0,  # -0.0 equals 0.0 but has other bytes
            pl.lit(feed, pl.Int32).alias(ledger_merge.FEED),
        )
        told = spelling.seen(ready) if seen is None else seen
        self._terms = replace(self._terms, spellings=spelling.joined([self._terms.spellings, told]))
        stage(self._staging, ready, self._terms)
        self.lines_staged += rows.height

    def _in_utc(self, rows: pl.DataFrame) -> pl.DataFrame:
        if "purchased_at" not in rows.columns or not isinstance(rows.schema["purchased_at"], pl.Datetime):
            return schema.LINES.conform(rows)  # which says what is wrong
        at = clock.in_utc(rows["purchased_at"], self.manifest.time_zone)
        return schema.LINES.conform(rows.with_columns(at.dt.replace_time_zone(None))).with_columns(at)

    def add(self, table: schema.Table, rows: pl.DataFrame) -> None:
        """Stage rows of a table beside the lines; how they meet those held, ``table.keeps`` says.

        Of items the last row of a catalogue wins, else the earliest purchase that describes it (``known_since``).
        """
        self._tables.setdefault(table.name, []).append(table.conform(rows))

    def replace(self, table: schema.Table, rows: pl.DataFrame) -> None:
        """Stage rows that take the place of all that the table holds."""
        self._replaced.add(table.name)
        self.add(table, rows)

    def add_quarantine(self, rows: pl.DataFrame, feed: int = 0) -> None:
        """Stage lines of the ``feed``-th source that were set aside."""
        if rows.height:
            typed = schema.QUARANTINE.conform(rows)
            self._staging.set_aside(typed.with_columns(pl.lit(feed, pl.Int32).alias(ledger_merge.FEED)))

    def take_back(self, rows: pl.DataFrame) -> None:
        """Take lines out of the quarantine: ``source`` and ``line``."""
        self._taken_back.append(rows.select("source", "line"))

    def commit(self, sources: tuple[Source, ...]) -> int:
        """Merge what was staged, swap the manifest, and return the number of lines that were new."""
        before = self.manifest
        tables = {name: self._merge_table(name, frames) for name, frames in self._tables.items()}
        tables["quarantine"] = self._merge_quarantine()
        new = replace(self._terms, items=self._files.read(tables["items"]))
        tables["people"] = self._files.write("people", new.people)
        tables["spellings"] = self._files.write("spellings", new.spellings)
        parts = LineMerge(self._files, self._staging, before, self._old_terms, new).parts()
        manifest = Manifest(
            currency=before.currency,
            time_zone=before.time_zone,
            buckets=new.buckets,
            rules=new.rules,
            transactions=parts,
            tables=before.tables | tables,
            sources=before.sources + sources,
            n_quarantined=tables["quarantine"].rows,
        )
        manifest = self._in_enough_buckets(manifest, new)
        self._files.swap(manifest)
        self.manifest = manifest
        self._files.sweep(keep=before.files | manifest.files)  # readers may still have the last commit open
        return manifest.n_held - before.n_held

    def _in_enough_buckets(self, manifest: Manifest, terms: Terms) -> Manifest:
        """Move the lines to as many buckets as they need, where they were staged in more or fewer."""
        buckets = _enough(self.manifest.buckets, manifest.n_held)
        if buckets == terms.buckets:
            return manifest
        merge = LineMerge(self._files, self._staging, manifest, terms, replace(terms, buckets=buckets))
        return manifest.model_copy(update={"buckets": buckets, "transactions": merge.parts()})

    def _held(self, name: str, columns: pl.Schema) -> pl.DataFrame:
        part = self.manifest.tables.get(name)
        return self._files.read(part) if part else pl.DataFrame(schema=columns)

    def _merge_table(self, name: str, frames: list[pl.DataFrame]) -> Part:
        held = self.manifest.tables.get(name)
        if held is not None and not frames:
            return held
        table = schema.named(name)
        old = table.empty() if name in self._replaced else self._held(name, table.schema)
        if name == "items":
            return self._files.write(name, ledger_merge.items(pl.concat([old, *frames], how="diagonal_relaxed")))
        return self._files.write(name, table_merge.merge(table, [old, *frames]))

    def _merge_quarantine(self) -> Part:
        held, fresh = self.manifest.tables.get("quarantine"), self._staging.aside()
        if held is not None and not fresh and not self._taken_back:
            return held
        old = self._held("quarantine", schema.QUARANTINE.schema)
        for rows in self._taken_back:
            old = old.join(rows, on=["source", "line"], how="anti", maintain_order="left")
        old = old.with_columns(pl.lit(ledger_merge.HELD, pl.Int32).alias(ledger_merge.FEED))
        return self._files.write("quarantine", ledger_merge.quarantine(pl.concat([old, *fresh])))
