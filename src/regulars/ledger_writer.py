"""One commit to a ledger: stage, merge bucket by bucket, then swap the manifest."""

import contextlib
import os
import re
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import polars as pl

from regulars import fingerprint, ledger_merge, schema
from regulars.manifest import Manifest, Part, Source

_OWN = re.compile(r"(transactions/bucket=\d+|items|customers|quarantine)/[0-9a-f]{32}\.parquet")
_MERGE: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "items": ledger_merge.items,
    "customers": ledger_merge.customers,
    "quarantine": ledger_merge.quarantine,
}


def bucket_of(customer_id: str, buckets: int) -> int:
    """Return the bucket of a customer: the same on every machine and in every version.

    >>> bucket_of("C1042", 16)
    7
    """
    return zlib.crc32(customer_id.encode()) % buckets


class Writer:
    """Collects rows in a staging folder and commits them as a whole; see :meth:`Ledger.writer`."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Write to the ledger at ``path``, on top of ``manifest``."""
        self.manifest = manifest
        self.lines_staged = 0
        """Transactions handed over so far, known ones included."""
        self._path = path
        self._staging = path / ".staging"
        self._tables: dict[str, list[pl.DataFrame]] = {name: [] for name in _MERGE}
        self._chunks = 0
        self._written: list[str] = []

    def __enter__(self) -> "Writer":
        """Start with an empty staging folder, whatever an interrupted process left."""
        shutil.rmtree(self._staging, ignore_errors=True)
        self._staging.mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Throw away the staging folder and, after a failure, what a half-done commit wrote."""
        shutil.rmtree(self._staging, ignore_errors=True)
        if error is not None and self._written:
            current = self._path / "manifest.json"  # not self.manifest: the swap may have happened just now
            kept = Manifest.read(current).files if current.is_file() else set()
            for file in set(self._written) - kept:
                (self._path / file).unlink(missing_ok=True)

    def add_transactions(self, rows: pl.DataFrame, feed: int = 0) -> None:
        """Stage transactions of the ``feed``-th source of this commit.

        Two equal lines of one source are two lines; a line that another source or an earlier commit
        already brought is that same line.
        """
        positive_zero = pl.col("quantity") + 0.0  # -0.0 equals 0.0 but has other bytes
        typed = schema.TRANSACTIONS.conform(rows).with_columns(
            positive_zero, pl.lit(feed, pl.Int32).alias(ledger_merge.FEED)
        )
        split = typed.with_columns(self._bucket(typed)).partition_by("_bucket", as_dict=True, include_key=False)
        for (bucket,), part in split.items():
            folder = self._staging / f"bucket={bucket:02d}"
            folder.mkdir(exist_ok=True)
            part.write_parquet(folder / f"{self._chunks:06d}.parquet", compression="lz4")
        self._chunks += 1
        self.lines_staged += rows.height

    def add_items(self, rows: pl.DataFrame) -> None:
        """Stage items; the last row of a catalogue wins, else the earliest purchase (``known_since``)."""
        self._tables["items"].append(schema.ITEMS.conform(rows))

    def add_customers(self, rows: pl.DataFrame) -> None:
        """Stage customer records; a later row replaces an earlier one of the same customer."""
        self._tables["customers"].append(schema.CUSTOMERS.conform(rows))

    def add_quarantine(self, rows: pl.DataFrame, feed: int = 0) -> None:
        """Stage lines of the ``feed``-th source that were set aside."""
        typed = schema.QUARANTINE.conform(rows)
        self._tables["quarantine"].append(typed.with_columns(pl.lit(feed, pl.Int32).alias(ledger_merge.FEED)))

    def commit(self, sources: tuple[Source, ...]) -> int:
        """Merge what was staged, swap the manifest, and return the number of lines that were new."""
        before = self.manifest
        parts = dict(before.transactions)
        for bucket in range(before.buckets):
            if (part := self._merge(bucket)) is not None:
                parts[bucket] = part
        tables = {name: self._merge_table(name, frames) for name, frames in self._tables.items()}
        manifest = before.model_copy(
            update={
                "transactions": parts,
                "tables": tables,
                "sources": before.sources + sources,
                "n_quarantined": tables["quarantine"].rows,
                **self._totals(parts),
            }
        )
        self._swap(manifest)
        self.manifest = manifest
        self._sweep(keep=before.files | manifest.files)  # readers may still have the last commit open
        return manifest.n_lines - before.n_lines

    def _bucket(self, rows: pl.DataFrame) -> pl.Expr:
        ids = rows["customer_id"].unique()
        numbers = [bucket_of(customer, self.manifest.buckets) for customer in ids.to_list()]
        return pl.col("customer_id").replace_strict(ids, pl.Series(numbers, dtype=pl.Int32)).alias("_bucket")

    def _merge(self, bucket: int) -> Part | None:
        staged = sorted((self._staging / f"bucket={bucket:02d}").glob("*.parquet"))
        if not staged:
            return None
        rows = [pl.read_parquet(file) for file in staged]
        held = self.manifest.transactions.get(bucket)
        if held is not None:
            old = pl.read_parquet(self._path / held.file)
            rows.insert(0, old.with_columns(pl.lit(ledger_merge.HELD, pl.Int32).alias(ledger_merge.FEED)))
        return self._write(f"transactions/bucket={bucket:02d}", ledger_merge.lines(pl.concat(rows)))

    def _merge_table(self, name: str, frames: list[pl.DataFrame]) -> Part:
        held = self.manifest.tables.get(name)
        if held is not None and not frames:
            return held
        table = next(table for table in schema.TABLES if table.name == name)
        old = pl.read_parquet(self._path / held.file) if held is not None else table.empty()
        if name == "quarantine":
            old = old.with_columns(pl.lit(ledger_merge.HELD, pl.Int32).alias(ledger_merge.FEED))
        return self._write(name, _MERGE[name](pl.concat([old, *frames], how="diagonal_relaxed")))

    def _write(self, folder: str, rows: pl.DataFrame) -> Part:
        digest = fingerprint.of_frame(rows)
        file = f"{folder}/{digest}.parquet"
        target = self._path / file
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = self._staging / "part.parquet"
            rows.write_parquet(draft, row_group_size=1 << 16)
            _to_disk(draft)
            self._written.append(file)
            draft.replace(target)
        return Part(file=file, rows=rows.height, digest=digest)

    def _totals(self, parts: dict[int, Part]) -> dict[str, object]:
        day = pl.col("purchased_at").dt.date()
        totals = [
            pl.scan_parquet(self._path / part.file)
            .select(
                n_lines=pl.len(),
                n_customers=pl.col("customer_id").n_unique(),
                n_orders=pl.struct("customer_id", "order_id").n_unique(),
                money=pl.col("amount").sum(),
                first_day=day.min(),
                last_day=day.max(),
            )
            .collect()
            for part in parts.values()
        ]
        if not totals:
            return {}
        # A customer is in one bucket only, so what is distinct in each adds up.
        days = {"first_day": pl.min("first_day"), "last_day": pl.max("last_day")}
        sums = pl.sum("n_lines", "n_customers", "n_orders", "money").cast(pl.Int64)
        return pl.concat(totals).select(sums, **days).row(0, named=True)

    def _swap(self, manifest: Manifest) -> None:
        draft = self._staging / "manifest.json"
        draft.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
        _to_disk(draft)
        draft.replace(self._path / "manifest.json")

    def _sweep(self, keep: set[str]) -> None:
        """Delete the ledger's own files that are not in ``keep``; whatever else lies there is not ours."""
        for file in self._path.rglob("*.parquet"):
            name = file.relative_to(self._path).as_posix()
            if _OWN.fullmatch(name) and name not in keep:
                with contextlib.suppress(OSError):
                    file.unlink()


def _to_disk(path: Path) -> None:
    """Wait until the file's bytes are on the disk, so that no rename outlives them in a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
