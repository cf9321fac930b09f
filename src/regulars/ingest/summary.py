"""What an ingest did, for people and machines."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from regulars import currency
from regulars.ledger import Ledger
from regulars.manifest import Section, Source


class Summary(Section):
    """How the lines and the money of the files add up, and what the ledger holds now.

    ``lines_in + lines_made == lines_kept + lines_quarantined``, ``lines_kept == lines_new + lines_known``,
    ``money_in == money_kept + money_quarantined`` and ``money_kept == money_new + money_known`` to the minor unit.
    """

    ledger: Path
    """Where the ledger lies."""
    preset: str
    """The mapping the files were read with."""
    files: tuple[str, ...]
    """Names of the files of order lines."""
    lines_in: int
    """Lines read."""
    lines_made: int
    """Lines that the preset made beside them, such as the postage of an order."""
    lines_kept: int
    """Lines that the ledger keeps, whether models see them or not."""
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
    money_new: str
    """Net amount of the kept lines that the ledger did not have."""
    money_known: str
    """Net amount of those that it had already."""
    money_quarantined: str
    """Net amount of the lines set aside."""
    signs_mended: int
    """Refunds written with a positive quantity, which became negative."""
    excluded: dict[str, int]
    """Hygiene rule -> lines of the whole ledger that it keeps from models now."""
    returns_matched: int
    """Returns of the whole ledger with the sale they take back."""
    returns_unmatched: int
    """Returns without one."""
    respelt: int
    """Lines of the whole ledger whose item goes by another spelling."""
    n_lines: int
    """Transactions in the ledger now, as models see them."""
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


def summarise(book: Ledger, preset: str, sources: Sequence[Source], lines_new: int, money_new: int) -> Summary:
    """Add up ``sources``, of which ``lines_new`` lines worth ``money_new`` were new to ``book``."""
    manifest = book.manifest
    facts = manifest.facts
    quarantine: Counter[str] = Counter()
    for source in sources:
        quarantine.update(source.reasons)
    items = manifest.tables.get("items")

    def lines(field: str) -> int:
        return sum(getattr(source, field) for source in sources)

    def money(minor: int) -> str:
        return currency.written(minor, manifest.currency)

    return Summary(
        ledger=book.path,
        preset=preset,
        files=tuple(source.name for source in sources),
        lines_in=lines("lines_in"),
        lines_made=lines("lines_made"),
        lines_kept=lines("lines_kept"),
        lines_new=lines_new,
        lines_known=lines("lines_kept") - lines_new,
        lines_quarantined=lines("lines_quarantined"),
        quarantine=dict(quarantine.most_common()),
        amounts_rounded=lines("amounts_rounded"),
        signs_mended=lines("signs_mended"),
        money_in=money(lines("money_in")),
        money_kept=money(lines("money_kept")),
        money_new=money(money_new),
        money_known=money(lines("money_kept") - money_new),
        money_quarantined=money(lines("money_quarantined")),
        excluded={rule: effect.lines for rule, effect in facts.excluded.items()},
        returns_matched=facts.matched.lines,
        returns_unmatched=facts.unmatched.lines,
        respelt=facts.respelt.lines,
        n_lines=manifest.n_lines,
        n_customers=manifest.n_customers,
        n_items=items.rows if items else 0,
        first_day=manifest.first_day,
        last_day=manifest.last_day,
        fingerprint=manifest.fingerprint,
    )
