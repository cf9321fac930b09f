"""The lines of a ledger at a commit: bucket by bucket, those staged meet those held."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from regulars import bucket, hygiene, ledger_merge, schema
from regulars.hygiene import Context, Rules, non_products, spelling
from regulars.ledger_files import LedgerFiles
from regulars.manifest import Manifest, Part
from regulars.staging import Staging

PEOPLE = pl.Schema({"customer_as_written": pl.String(), "customer_id": pl.String()})
"""Customers' ids as a source writes them, and the person each stands for, where that is another."""

_AT_ONCE = 2


@dataclass(frozen=True)
class Terms:
    """All that the lines of a ledger depend on beside what their sources wrote."""

    rules: dict[str, Rules]
    """Source -> the hygiene rules in force for it."""
    zone: str
    """The shop's time zone."""
    buckets: int
    """Number of buckets."""
    people: pl.DataFrame
    """PEOPLE."""
    spellings: pl.DataFrame
    """``spelling.SPELLINGS``."""
    items: pl.DataFrame
    """``schema.ITEMS``, as written."""

    @cached_property
    def respelt(self) -> pl.DataFrame:
        """Spellings that stand for another one."""
        return spelling.respelt(self.spellings, Context(self.rules).on("spelling"))

    @cached_property
    def context(self) -> Context:
        """What the marks depend on."""
        spelt = bucket.renamed(self.items, "item", self.respelt).select("item_id", "name", "known_since")
        named = pl.concat([spelt, self.items.select(spelt.columns)])  # a source may keep its own spelling
        return Context(self.rules, self.zone, non_products.named(named, self.rules, self.zone))

    @property
    def whole(self) -> list[str]:
        """Sources whose exports tell the state of whole orders."""
        return [source for source, rules in self.rules.items() if rules.whole_orders]

    def moves(self, new: "Terms") -> bool:
        """Tell whether under ``new`` lines go to another bucket."""
        return self.buckets != new.buckets or not self.people.equals(new.people)

    def remarks(self, new: "Terms") -> bool:
        """Tell whether under ``new`` a line that was read under these may get another item or mark."""
        if {source: new.rules.get(source) for source in self.rules} != self.rules:
            return True
        written = self.spellings["item_as_written"].unique().implode()
        spelt = new.respelt.filter(pl.col("item_as_written").is_in(written))
        seen = pl.concat([self.spellings["item_as_written"], spelt["item_id"]]).unique().implode()
        named = new.context.named.filter(pl.col("item_id").is_in(seen) & pl.col("source").is_in(list(self.rules)))
        return not (spelt.equals(self.respelt) and named.equals(self.context.named))


@dataclass(frozen=True)
class LineMerge:
    """One merge of what was staged into what a ledger holds."""

    files: LedgerFiles
    staging: Staging
    held: Manifest
    old: Terms
    new: Terms

    def parts(self) -> dict[int, Part]:
        """Write the buckets that change, and return the parts of all."""
        if self._moves:
            for part in self.held.transactions.values():
                stage(self.staging, bucket.as_written(self._lines(part), "customer"), self.new)
        numbers = range(self.new.buckets)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            merged = dict(zip(numbers, pool.map(self._merge, numbers), strict=True))
        return {number: part for number, part in merged.items() if part is not None}

    @cached_property
    def _moves(self) -> bool:
        return self.old.moves(self.new)

    @cached_property
    def _remarks(self) -> bool:
        return self.old.remarks(self.new)

    def _merge(self, number: int) -> Part | None:
        held = None if self._moves else self.held.transactions.get(number)
        rows = self.staging.read(number)
        if not rows and (held is None or not self._remarks):
            return held
        if held is not None:
            rows.insert(0, self._lines(held))
        newest = ledger_merge.newest_orders(pl.concat(rows), self.new.whole)
        lines = self._settled(ledger_merge.lines(newest))
        self.staging.done(number)
        part = self.files.write(f"transactions/bucket={number:02d}", lines)
        return part.model_copy(update={"facts": bucket.facts(lines, self.new.zone)})

    def _settled(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Give each line its item and its marks."""
        spelt = bucket.spelt(lines, self.new.respelt, self.new.context)
        if spelt["item_as_written"].null_count() < spelt.height:
            spelt = ledger_merge.in_order(spelt)
        return hygiene.mark(spelt, self.new.context).select(schema.LINES.names)

    def _lines(self, part: Part) -> pl.DataFrame:
        """Return held lines, with items as they were written."""
        written = bucket.as_written(self.files.read(part), "item")
        return written.with_columns(pl.lit(ledger_merge.HELD, pl.Int32).alias(ledger_merge.FEED))


def stage(staging: Staging, lines: pl.DataFrame, terms: Terms) -> None:
    """Append lines, as written, to the buckets of the persons who bought."""
    staging.add(bucket.renamed(lines, "customer", terms.people), terms.buckets)
