"""The shop on disk: Parquet bucketed by customer, committed atomically, fingerprinted.

A customer's whole history lies in one bucket, so every computation is "for each bucket, the same pure
function". A commit writes new files, then replaces the manifest in one rename: a reader sees the old
shop or the new one, never half.
"""

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from filelock import FileLock, Timeout

from regulars import bucket as parts
from regulars import clock, ledger_merge, schema
from regulars import currency as money
from regulars.errors import DataError, MissingError
from regulars.hygiene import Context, spelling
from regulars.ledger_lines import PEOPLE
from regulars.ledger_writer import Writer
from regulars.manifest import Manifest, Part
from regulars.staging import bucket_of

DEFAULT_BUCKETS = 16
_URL = re.compile(r"([a-z][a-z0-9+]+):/+(.*)")  # a path that was a URL has lost one of its slashes


class Ledger:
    """One shop on disk; the only reader and writer of its files."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Use :meth:`open` or :meth:`open_or_create`."""
        self.path = path
        self.manifest = manifest
        self.address = url_of(path) or str(path.absolute())
        """Where it lies, for whoever does not share our current folder: an absolute path, or a URL."""

    @classmethod
    def open(cls, path: Path | str) -> "Ledger":
        """Open the ledger at ``path`` as of its last commit; a URL such as s3://bucket/shop is opened for reading.

        Raises:
            MissingError: there is none.
            DataError: it is damaged, or the URL cannot be reached.
        """
        url, path = url_of(path), Path(path)
        if url is not None:
            return cls(path, _fetched(url))
        if not (path / "manifest.json").is_file():
            command = f"regulars ingest --preset complete-journey --ledger {path}"
            raise MissingError(f"no ledger at {path}; make one with: {command}")
        return cls(path, Manifest.read(path / "manifest.json"))

    @classmethod
    def open_or_create(
        cls, path: Path | str, currency: str, buckets: int = DEFAULT_BUCKETS, time_zone: str | None = None
    ) -> "Ledger":
        """Open the ledger at ``path``, or prepare an empty one there (nothing is written before a commit).

        Args:
            path: folder of the ledger.
            currency: ISO 4217 code of its money.
            buckets: number of buckets to begin with.
            time_zone: IANA name of the shop's; None for that of the ledger there, or UTC.

        Raises:
            DataError: the ledger there is kept in another currency or time zone, or ``path`` is a URL.
            ConfigError: no such currency or time zone.
        """
        path = _on_disk(path)
        if not (path / "manifest.json").is_file():
            zone = clock.check_zone(time_zone or "UTC")
            money.decimals(currency)
            return cls(path, Manifest(currency=currency, buckets=buckets, time_zone=zone))
        ledger = cls.open(path)
        held = ledger.manifest
        if held.currency != currency:
            raise DataError(
                f"the ledger at {path} is kept in {held.currency}, the source in {currency}; use another --ledger"
            )
        if time_zone not in (None, held.time_zone):
            raise DataError(
                f"the shop of the ledger at {path} is in {held.time_zone}, not in {time_zone}; leave --time-zone out"
            )
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
        """Return the transactions (of one bucket) that models see, by customer and time.

        ``schema.TRANSACTIONS``, with only rows before ``before``, by the shop's wall clock.
        """
        seen = self._held(bucket, before).filter(pl.col("excluded").is_null())
        return seen.select(self._columns(schema.TRANSACTIONS))

    def lines(self, bucket: int | None = None, before: dt.date | None = None) -> pl.LazyFrame:
        """Return every line (of one bucket), with where it came from and what hygiene says: ``schema.LINES``."""
        return self._held(bucket, before).select(self._columns(schema.LINES))

    def _held(self, bucket: int | None, before: dt.date | None) -> pl.LazyFrame:
        held = self.manifest.transactions
        chosen = [held[number] for number in sorted(held) if bucket is None or number == bucket]
        if not chosen:
            return schema.LINES.empty().lazy().with_columns(pl.col("purchased_at").dt.replace_time_zone("UTC"))
        lines = pl.scan_parquet([self._file(part) for part in chosen])
        if before is None:
            return lines
        return lines.filter(pl.col("purchased_at") < clock.midnight(before, self.manifest.time_zone))

    def _file(self, part: Part) -> str:
        return f"{self.address}/{part.file}"

    def _columns(self, table: schema.Table) -> list[pl.Expr]:
        zone = self.manifest.time_zone
        return [clock.wall(name, zone) if name == "purchased_at" else pl.col(name) for name in table.names]

    def customer(self, customer_id: str) -> pl.DataFrame:
        """Return one customer's transactions; no rows for a stranger."""
        lines = self.transactions(bucket_of(customer_id, self.manifest.buckets))
        return lines.filter(pl.col("customer_id") == customer_id).collect()

    def items(self, before: dt.date | None = None) -> pl.DataFrame:
        """Return the items table, with only what purchases before ``before`` (or a catalogue) say."""
        items, since = self.table(schema.ITEMS), pl.col("known_since")
        if before is not None:
            items = items.filter(since.is_null() | (since < pl.lit(before).cast(pl.Datetime("us"))))
        spelt = parts.renamed(items, "item", self._respelt())
        return ledger_merge.items(spelt.drop("item_as_written")) if "item_as_written" in spelt.columns else items

    def _respelt(self) -> pl.DataFrame:
        """Spellings of items that stand for another one."""
        return spelling.respelt(self._spellings(), Context(self.manifest.rules).on("spelling"))

    def item_names(self) -> pl.DataFrame:
        """Return ``folded`` and ``item_id``: the item that a spelling stands for; see ``hygiene.spelling.folded``."""
        return spelling.names(self._spellings(), Context(self.manifest.rules).on("spelling"))

    def _spellings(self) -> pl.DataFrame:
        part = self.manifest.tables.get("spellings")
        return pl.read_parquet(self._file(part)) if part else pl.DataFrame(schema=spelling.SPELLINGS)

    def customers(self) -> pl.DataFrame:
        """Return the records of customers, one for each of the shop's systems that knows them."""
        return self.table(schema.CUSTOMERS)

    def people(self) -> pl.DataFrame:
        """Return ``customer_as_written`` and ``customer_id``: which person an id stands for, where that is another."""
        part = self.manifest.tables.get("people")
        return pl.read_parquet(self._file(part)) if part else pl.DataFrame(schema=PEOPLE)

    def quarantine(self) -> pl.DataFrame:
        """Return the lines that were set aside, with reasons."""
        return self.table(schema.QUARANTINE)

    def table(self, table: schema.Table | str) -> pl.DataFrame:
        """Return a table beside the lines, as its files wrote it; ``table`` is the contract or its name.

        Raises:
            ConfigError: there is no table of that name.
        """
        if isinstance(table, str):
            table = schema.named(table)
        part = self.manifest.tables.get(table.name)
        return pl.read_parquet(self._file(part)) if part else table.empty()

    @contextlib.contextmanager
    def writer(self) -> Iterator[Writer]:
        """Open the ledger for one commit; leaving without ``commit`` leaves it as it was.

        Raises:
            DataError: another process is writing, or the folder cannot be written to, as that of a URL.
        """
        _on_disk(self.path)
        made = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        with _locked(self.path):
            try:
                # Another process may have committed since this ledger was opened.
                if (self.path / "manifest.json").is_file():
                    self.manifest = self.open_or_create(self.path, self.manifest.currency).manifest
                with Writer(self.path, self.manifest) as writer:
                    yield writer
                self.manifest = writer.manifest
            finally:
                if not (self.path / "manifest.json").is_file():
                    _take_back(self.path, made)


def url_of(path: Path | str) -> str | None:
    """Return the URL that ``path`` stands for; None for a path of this machine.

    >>> url_of(Path("s3://shops/london"))
    's3://shops/london'
    >>> url_of("shop") is None
    True
    """
    found = _URL.fullmatch(str(path))
    if found is None:
        return None
    return f"{found[1]}://{'/' if found[1] == 'file' else ''}{found[2].rstrip('/')}"


def _fetched(url: str) -> Manifest:
    """Read the manifest of the ledger at ``url``."""
    from pyarrow import fs  # noqa: PLC0415 - a ledger on a disk does without it

    try:
        files, path = fs.FileSystem.from_uri(f"{url}/manifest.json")
        with files.open_input_stream(path) as stream:
            text = stream.read()
    except FileNotFoundError as error:
        raise MissingError(f"no ledger at {url}; copy the folder of one there") from error
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"cannot read {url} ({reason}); check the address and the credentials") from error
    try:
        return Manifest.model_validate_json(text)
    except ValueError as error:
        raise DataError(f"{url} is damaged or from another version; copy the folder there again") from error


def _on_disk(path: Path | str) -> Path:
    if (url := url_of(path)) is not None:
        raise DataError(f"cannot write to {url}; write the ledger on a disk and copy its folder there")
    return Path(path)


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
        for folder in (*path.glob("transactions/bucket=*"), *path.glob("*/")):
            folder.rmdir()
        for folder in made:
            folder.rmdir()
