"""Takes files of a table beside the order lines into a ledger: all of them, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regulars import schema
from regulars.errors import ConfigError, did_you_mean
from regulars.ingest import side_tables
from regulars.ingest.intake import Terms
from regulars.ledger import Ledger


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
        ConfigError: no such table or column.
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
    loaded = [side_tables.load(Path(file), contract, mapping or {}, options) for file in files]
    with book.writer() as writer:
        for feed, each in enumerate(loaded):
            writer.add(contract, each.rows)
            writer.add_quarantine(each.quarantine, feed)
        writer.commit(())
    return _summary(book, table, loaded)


def _contract(table: str) -> schema.Table:
    if table not in schema.SIDE_TABLES:
        names = ["transactions", *schema.SIDE_TABLES]
        raise ConfigError(f"no table {table!r}{did_you_mean(table, names)}; tables: {', '.join(names)}")
    return schema.SIDE_TABLES[table]


def _summary(book: Ledger, table: str, loaded: Sequence[side_tables.Loaded]) -> TableSummary:
    tallies = [each.tally for each in loaded]
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
