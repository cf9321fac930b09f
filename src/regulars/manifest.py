"""The manifest of a ledger: what it holds, where it came from, and which files are current."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from regulars import fingerprint
from regulars.errors import DataError
from regulars.hygiene import Rules

FORMAT: Final = 2
"""Version of the layout on disk."""


class Section(BaseModel):
    """Base of frozen, validated objects: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Section):
    """One file that was read into the ledger, and how its lines add up."""

    name: str
    """File name, without its folder."""
    source: str
    """The system that reported it."""
    preset: str
    """The mapping it was read with."""
    mapping: dict[str, str] = {}
    """Column -> field, on top of the preset."""
    own_ids: bool = False
    """True where customers' ids got the source's name in front."""
    currency: str
    """ISO 4217 code of its money, where a line does not say."""
    time_zone: str
    """IANA zone of its clock, where a time has no offset."""
    columns: tuple[str, ...]
    """Its columns, in their order."""
    day: str
    """Format of its days, where they are text."""
    commas: tuple[str, ...] = ()
    """Columns of it with a decimal comma."""
    digest: str
    """Fingerprint of its bytes and of the mapping."""
    file_digest: str = ""
    """Fingerprint of its bytes alone."""
    lines_in: int
    """Lines read."""
    lines_made: int = 0
    """Lines that the preset made beside them, such as the postage of an order."""
    lines_taken_back: int = 0
    """Lines among those read that were in quarantine before, and left it."""
    made_taken_back: int = 0
    """Lines among those made that were in quarantine before, and left it."""
    money_taken_back: int = 0
    """Net amount that these had there, in minor units; it counts in money_in once more."""
    lines_kept: int
    """Lines that became transactions, or were known already; with those set aside, lines_in + lines_made."""
    lines_quarantined: int
    """Lines set aside with a reason."""
    money_in: int
    """Net amount of all lines whose money could be read, in minor units."""
    money_kept: int
    """Net amount of the kept lines, in minor units."""
    money_quarantined: int
    """Net amount of the lines set aside, in minor units, where it could be read."""
    reasons: dict[str, int] = {}
    """Reason -> lines set aside for it."""
    amounts_rounded: int = 0
    """Lines whose net amount had fractions of a minor unit."""
    signs_mended: int = 0
    """Refunds written with a positive quantity, which became negative."""


class Effect(Section):
    """What something amounts to."""

    lines: int = 0
    """Lines."""
    money: int = 0
    """Their net amount, in minor units."""

    def __add__(self, other: "Effect") -> "Effect":
        return Effect(lines=self.lines + other.lines, money=self.money + other.money)


class Facts(Section):
    """What one bucket holds; buckets add up, since a customer is in one only."""

    n_lines: int = 0
    """Transactions, as models see them."""
    n_customers: int = 0
    """Distinct customers with a transaction."""
    n_orders: int = 0
    """Distinct (customer, order) pairs."""
    money: int = 0
    """Net amount of all transactions, in minor units."""
    first_day: dt.date | None = None
    """Day of the first transaction."""
    last_day: dt.date | None = None
    """Day of the last transaction."""
    excluded: dict[str, Effect] = {}
    """Hygiene rule -> the lines it keeps from models."""
    respelt: Effect = Effect()
    """Lines whose item goes by another spelling."""
    matched: Effect = Effect()
    """Returns with the sale they take back."""
    unmatched: Effect = Effect()
    """Returns without one."""


class Part(Section):
    """One current file of the ledger."""

    file: str
    """Path below the ledger."""
    rows: int
    """Rows in it."""
    digest: str
    """Fingerprint of its content."""
    facts: Facts | None = None
    """What it amounts to, for a bucket of lines."""


class Manifest(Section):
    """What a ledger holds at one commit."""

    format: Literal[2] = FORMAT
    """Version of the layout."""
    currency: str
    """ISO 4217 code of every amount."""
    time_zone: str = "UTC"
    """IANA name of the zone of the shop's wall clock."""
    buckets: int
    """Number of customer buckets."""
    rules: dict[str, Rules] = {}
    """Source -> the hygiene rules in force for it."""
    n_quarantined: int = 0
    """Lines set aside."""
    transactions: dict[int, Part] = {}
    """Bucket -> its file."""
    tables: dict[str, Part] = {}
    """Every other table -> its file."""
    sources: tuple[Source, ...] = ()
    """Everything that was read, in order."""

    @property
    def fingerprint(self) -> str:
        """32 hex digits over the content of every table; the same content gives the same digits."""
        parts = [f"{self.currency}/{self.time_zone}/{self.buckets}"]
        parts += [f"{bucket}:{part.digest}" for bucket, part in sorted(self.transactions.items())]
        parts += [f"{name}:{part.digest}" for name, part in sorted(self.tables.items())]
        return fingerprint.of_text(parts)

    @cached_property
    def facts(self) -> Facts:
        """What all buckets amount to."""
        return total([part.facts for _, part in sorted(self.transactions.items()) if part.facts])

    @property
    def n_lines(self) -> int:
        """Transactions, as models see them."""
        return self.facts.n_lines

    @property
    def n_held(self) -> int:
        """Lines in the ledger, whether models see them or not."""
        return sum(part.rows for part in self.transactions.values())

    @property
    def n_customers(self) -> int:
        """Distinct customers with a transaction."""
        return self.facts.n_customers

    @property
    def n_orders(self) -> int:
        """Distinct (customer, order) pairs."""
        return self.facts.n_orders

    @property
    def money(self) -> int:
        """Net amount of all transactions, in minor units."""
        return self.facts.money

    @property
    def money_held(self) -> int:
        """Net amount of all lines in the ledger, in minor units."""
        return self.money + sum(effect.money for effect in self.facts.excluded.values())

    @property
    def first_day(self) -> dt.date | None:
        """Day of the first transaction."""
        return self.facts.first_day

    @property
    def last_day(self) -> dt.date | None:
        """Day of the last transaction."""
        return self.facts.last_day

    @property
    def files(self) -> set[str]:
        """Every current file, as a path below the ledger."""
        return {part.file for part in (*self.transactions.values(), *self.tables.values())}

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Read the manifest at ``path``.

        Raises:
            DataError: it is damaged or of another format.
        """
        try:
            return cls.model_validate_json(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise DataError(f"{path} is damaged or from another version; ingest again into a new folder") from error


def total(facts: Sequence[Facts]) -> Facts:
    """Add up what buckets hold."""
    names = ("n_lines", "n_customers", "n_orders", "money")
    sums = {name: sum(getattr(each, name) for each in facts) for name in names}
    days = [day for each in facts for day in (each.first_day, each.last_day) if day]
    rules = Counter(rule for each in facts for rule in each.excluded)
    nothing = Effect()
    return Facts(
        **sums,
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        excluded={rule: sum((each.excluded.get(rule, nothing) for each in facts), nothing) for rule in sorted(rules)},
        respelt=sum((each.respelt for each in facts), nothing),
        matched=sum((each.matched for each in facts), nothing),
        unmatched=sum((each.unmatched for each in facts), nothing),
    )
