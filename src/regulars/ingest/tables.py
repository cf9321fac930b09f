"""Takes files of a table beside the order lines into a ledger: all of them, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regulars import schema
from regulars.errors import ConfigError, did_you_mean
from regulars.ingest import side_tables
from regulars.ingest.intake import Terms
from regulars.ledger import Ledger
from regulars.ledger_writer import Writer

_OWNED = ["customer_id", "source"]
"""Whose record a customer's is."""


@dataclass(frozen=True)
class TableSummary:
    """What became of the rows: ``rows_in == rows_kept + rows_quarantined``."""

    ledger: Path
    table: str
    files: tuple[str, ...]
    rows_in: int
    """Rows read."""
    rows_kept: int
    """Rows that fit the table's contract."""
    rows_quarantined: int
    """Rows set aside with a reason."""
    quarantine: dict[str, int]
    """Reason -> rows."""
    amounts_rounded: int
    """Values of money that had fractions of a minor unit."""
    values_unreadable: dict[str, int]
    """Column -> values that could not be read and are not needed: not known then, in a row that is kept."""
    contacts_unreadable: int
    """Contacts that could not be hashed, where contacts are hashed."""
    columns_unused: tuple[str, ...]
    """Columns of the files that nothing was taken from."""
    n_rows: int
    """Rows in the ledger's table now."""
    fingerprint: str
    """The ledger's content, as 32 hex digits."""


def ingest_table(
    files: Sequence[Path],
    table: str,
    ledger: Path,
    mapping: Mapping[str, str] | None = None,
    terms: Terms | None = None,
    contact_key: bytes | None = None,
) -> TableSummary:
    """Read ``files`` into the table called ``table`` of the ledger at ``ledger``; on any error it stays as it was.

    Args:
        files: CSV, Parquet or Excel.
        table: a name of ``schema.SIDE_TABLES``.
        ledger: folder of the ledger, made if need be.
        mapping: column of the file -> column of the table.
        terms: source, own ids, currency and time zone; what is left out, the ledger says.
        contact_key: None keeps contacts as they are written; a secret keeps only keyed hashes of them.

    Raises:
        ConfigError: no such table or column, or ids of customers that another system has too.
        DataError: a file cannot be used.
    """
    contract = _contract(table)
    if not files:
        raise ConfigError(f"no file of {table} is named; name at least one FILE")
    terms = terms or Terms()
    there = (ledger / "manifest.json").is_file()
    currency = terms.currency or (Ledger.open(ledger).manifest.currency if there else "USD")
    book = Ledger.open_or_create(ledger, currency, time_zone=None if there else terms.time_zone)
    options = side_tables.Options(
        currency=currency,
        time_zone=book.manifest.time_zone,
        file_zone=terms.time_zone,
        source=terms.source,
        own_ids=terms.own_ids,
        contact_key=contact_key,
    )
    loading = [side_tables.load(Path(file), contract, mapping or {}, options) for file in files]
    with book.writer() as writer:
        names = _named_apart(book, table, [each.tally.file for each in loading])
        known = book.customers().select(_OWNED) if contract is schema.CUSTOMERS else None
        for feed, (each, name) in enumerate(zip(loading, names, strict=True)):
            told = _stage(writer, each, name, feed)
            known = None if known is None else _of_one_system(each.tally.file, known, told)
        writer.commit(())
    return _summary(book, table, [each.tally for each in loading])


def _contract(table: str) -> schema.Table:
    if table not in schema.SIDE_TABLES:
        names = ["transactions", *schema.SIDE_TABLES]
        raise ConfigError(f"no table {table!r}{did_you_mean(table, names)}; tables: {', '.join(names)}")
    return schema.SIDE_TABLES[table]


def _named_apart(book: Ledger, table: str, files: Sequence[str]) -> list[str]:
    """Return what the quarantine calls each file: with its table in front, as lines may come from such a file too."""
    taken = {*book.quarantine()["source"].unique(), *(source.name for source in book.manifest.sources)}
    names = []
    for file in files:
        name, number = f"{table}: {file}", 1
        while name in taken:
            number += 1
            name = f"{table}: {file} ({number})"
        taken.add(name)
        names.append(name)
    return names


def _stage(writer: Writer, loading: side_tables.Loading, name: str, feed: int) -> pl.DataFrame:
    """Hand the rows of a file to the writer, and return those that it must get as a whole.

    Rows of one feed that contradict each other stand for nobody's later word, so a table that keeps the last row of
    a key gets a file at once; where all rows stay, it gets them batch by batch.
    """
    contract = loading.plan.table
    whole = [contract.empty()]
    for settled in loading.batches():
        writer.add_quarantine(settled.aside.with_columns(source=pl.lit(name)), feed)
        if contract.keeps == "all":
            writer.add(contract, settled.rows)
        else:
            whole.append(settled.rows)
    rows = pl.concat(whole, how="diagonal")
    writer.add(contract, rows)
    return rows


def _of_one_system(file: str, known: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the system of each customer that is known now.

    Raises:
        ConfigError: an id belongs to records of two systems, of which one would replace the other.
    """
    both = pl.concat([known, rows.select(_OWNED)]).unique(maintain_order=True)
    twice = both.filter(pl.col("customer_id").is_duplicated()).sort("customer_id", maintain_order=True)
    if twice.height:
        (customer, first), (_, second) = twice.rows()[:2]
        raise ConfigError(
            f"{file}: customer {customer!r} is one of {first or 'a system without a name'} already, and here of "
            f"{second or 'a system without a name'}; ids of different systems need --own-ids with --source NAME; "
            "where they are the same customers, give both the same --source"
        )
    return both


def _summary(book: Ledger, table: str, tallies: Sequence[side_tables.Tally]) -> TableSummary:
    reasons = sum((tally.reasons for tally in tallies[1:]), tallies[0].reasons)
    return TableSummary(
        ledger=book.path,
        table=table,
        files=tuple(tally.file for tally in tallies),
        rows_in=sum(tally.rows_in for tally in tallies),
        rows_kept=sum(tally.rows_kept for tally in tallies),
        rows_quarantined=reasons.total(),
        quarantine=dict(reasons.most_common()),
        amounts_rounded=sum(tally.amounts_rounded for tally in tallies),
        values_unreadable=dict(sum((tally.blanked for tally in tallies[1:]), tallies[0].blanked)),
        contacts_unreadable=sum(tally.contacts_unreadable for tally in tallies),
        columns_unused=tuple(sorted({name for tally in tallies for name in tally.unused})),
        n_rows=book.manifest.tables[table].rows,
        fingerprint=book.fingerprint,
    )
