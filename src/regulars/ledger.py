"""The shop on disk: Parquet bucketed by customer, committed atomically, fingerprinted.

A customer's whole history lies in one bucket, so every computation is "for each bucket, the same pure
function". A commit writes new files, then replaces the manifest in one rename: a reader sees the old
shop or the new one, never half.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from filelock import FileLock, Timeout

from regulars import schema
from regulars.errors import DataError, MissingError
from regulars.ledger_writer import Writer, bucket_of
from regulars.manifest import Manifest

DEFAULT_BUCKETS = 16


class Ledger:
    """One shop on disk; the only reader and writer of its files."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Use :meth:`open` or :meth:`open_or_create`."""
        self.path = path
        self.manifest = manifest

    @classmethod
    def open(cls, path: Path | str) -> "Ledger":
        """Open the ledger at ``path`` as of its last commit.

        Raises:
            MissingError: there is none.
        """
        path = Path(path)
        if not (path / "manifest.json").is_file():
            command = f"regulars ingest --preset complete-journey --ledger {path}"
            raise MissingError(f"no ledger at {path}; make one with: {command}")
        return cls(path, Manifest.read(path / "manifest.json"))

    @classmethod
    def open_or_create(cls, path: Path | str, currency: str, buckets: int = DEFAULT_BUCKETS) -> "Ledger":
        """Open the ledger at ``path``, or prepare an empty one there (nothing is written before a commit).

        Raises:
            DataError: the ledger there is kept in another currency.
        """
        path = Path(path)
        if not (path / "manifest.json").is_file():
            return cls(path, Manifest(currency=currency, buckets=buckets))
        ledger = cls.open(path)
        if ledger.manifest.currency != currency:
            held = ledger.manifest.currency
            raise DataError(f"the ledger at {path} is kept in {held}, the source in {currency}; use another --ledger")
        return ledger

    @property
    def fingerprint(self) -> str:
        """32 hex digits over the content."""
        return self.manifest.fingerprint

    @property
    def data_through(self) -> dt.date:
        """The day of the last transaction.

        Raises:
            DataError: the ledger is empty.
        """
        if self.manifest.last_day is None:
            raise DataError(f"the ledger at {self.path} has no transactions; ingest some first")
        return self.manifest.last_day

    @property
    def buckets(self) -> range:
        """The numbers of the buckets."""
        return range(self.manifest.buckets)

    def transactions(self, bucket: int | None = None, before: dt.date | None = None) -> pl.LazyFrame:
        """Return the transactions (of one bucket), by customer and time, with only rows before ``before``."""
        parts = self.manifest.transactions
        chosen = [parts[number] for number in sorted(parts) if bucket is None or number == bucket]
        if not chosen:
            return schema.TRANSACTIONS.empty().lazy()
        lines = pl.scan_parquet([self.path / part.file for part in chosen])
        return (
            lines if before is None else lines.filter(pl.col("purchased_at") < pl.lit(before).cast(pl.Datetime("us")))
        )

    def customer(self, customer_id: str) -> pl.DataFrame:
        """Return one customer's transactions; no rows for a stranger."""
        lines = self.transactions(bucket_of(customer_id, self.manifest.buckets))
        return lines.filter(pl.col("customer_id") == customer_id).collect()

    def items(self, before: dt.date | None = None) -> pl.DataFrame:
        """Return the items table, with only what purchases before ``before`` (or a catalogue) say."""
        items, since = self._table(schema.ITEMS), pl.col("known_since")
        if before is None:
            return items
        return items.filter(since.is_null() | (since < pl.lit(before).cast(pl.Datetime("us"))))

    def customers(self) -> pl.DataFrame:
        """Return what is known about customers beside purchases."""
        return self._table(schema.CUSTOMERS)

    def quarantine(self) -> pl.DataFrame:
        """Return the lines that were set aside, with reasons."""
        return self._table(schema.QUARANTINE)

    def _table(self, table: schema.Table) -> pl.DataFrame:
        part = self.manifest.tables.get(table.name)
        return pl.read_parquet(self.path / part.file) if part else table.empty()

    @contextlib.contextmanager
    def writer(self) -> Iterator[Writer]:
        """Open the ledger for one commit; leaving without ``commit`` leaves it as it was.

        Raises:
            DataError: another process is writing, or the folder cannot be written to.
        """
        made = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        with _locked(self.path):
            try:
                # Another process may have committed since this ledger was opened.
                self.manifest = self.open_or_create(self.path, self.manifest.currency, self.manifest.buckets).manifest
                with Writer(self.path, self.manifest) as writer:
                    yield writer
                self.manifest = writer.manifest
            finally:
                if not (self.path / "manifest.json").is_file():
                    _take_back(self.path, made)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path / ".lock", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise DataError(f"another process is writing to {path}; wait until it is done") from error
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"cannot write a ledger to {path} ({reason}); pass another --ledger") from error
    try:
        yield
    finally:
        lock.release()


def _take_back(path: Path, made: list[Path]) -> None:
    """Remove what a first commit that failed left, and the folders made for it."""
    (path / ".lock").unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # not empty: somebody else's files are in it
        for table in schema.TABLES:
            for folder in (*path.glob(f"{table.name}/bucket=*"), *path.glob(table.name)):
                folder.rmdir()
        for folder in made:
            folder.rmdir()
