"""What an ingest did, for people and machines."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from regulars.ledger import Ledger
from regulars.manifest import Section, Source


class Summary(Section):
    """How the lines and the money of the files add up, and what the ledger holds now.

    ``lines_in == lines_kept + lines_quarantined``, ``lines_kept == lines_new + lines_known``, and
    ``money_in == money_kept + money_quarantined`` to the minor unit.
    """

    ledger: Path
    """Where the ledger lies."""
    preset: str
    """The mapping the files were read with."""
    files: tuple[str, ...]
    """Names of the files of order lines."""
    lines_in: int
    """Lines read."""
    lines_kept: int
    """Lines that are purchases."""
    lines_new: int
    """Kept lines that the ledger did not have."""
    lines_known: int
    """Kept lines that it had already."""
    lines_quarantined: int
    """Lines set aside with a reason."""
    quarantine: dict[str, int]
    """Reason -> lines."""
    amounts_rounded: int
    """Lines whose net amount had fractions of a minor unit."""
    money_in: str
    """Net amount of all lines whose money could be read, such as ``12.34 USD``."""
    money_kept: str
    """Net amount of the kept lines."""
    money_quarantined: str
    """Net amount of the lines set aside."""
    n_lines: int
    """Transactions in the ledger now."""
    n_customers: int
    """Customers with a transaction in the ledger now."""
    n_items: int
    """Items in the ledger now."""
    first_day: dt.date | None
    """Day of its first transaction."""
    last_day: dt.date | None
    """Day of its last transaction."""
    fingerprint: str
    """The ledger's content, as 32 hex digits."""


def summarise(book: Ledger, preset: str, sources: Sequence[Source], lines_new: int) -> Summary:
    """Add up ``sources``, of which ``lines_new`` lines were new to ``book``."""
    manifest = book.manifest
    kept = sum(source.lines_kept for source in sources)
    quarantine: Counter[str] = Counter()
    for source in sources:
        quarantine.update(source.reasons)
    items = manifest.tables.get("items")
    return Summary(
        ledger=book.path,
        preset=preset,
        files=tuple(source.name for source in sources),
        lines_in=sum(source.lines_in for source in sources),
        lines_kept=kept,
        lines_new=lines_new,
        lines_known=kept - lines_new,
        lines_quarantined=sum(source.lines_quarantined for source in sources),
        quarantine=dict(quarantine.most_common()),
        amounts_rounded=sum(source.amounts_rounded for source in sources),
        money_in=money(sum(source.money_in for source in sources), manifest.currency),
        money_kept=money(sum(source.money_kept for source in sources), manifest.currency),
        money_quarantined=money(sum(source.money_quarantined for source in sources), manifest.currency),
        n_lines=manifest.n_lines,
        n_customers=manifest.n_customers,
        n_items=items.rows if items else 0,
        first_day=manifest.first_day,
        last_day=manifest.last_day,
        fingerprint=manifest.fingerprint,
    )


def money(minor: int, currency: str) -> str:
    """Write minor units as a decimal number with its currency, exactly.

    >>> money(-1205, "USD")
    '-12.05 USD'
    """
    units, rest = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{units}.{rest:02d} {currency}"
