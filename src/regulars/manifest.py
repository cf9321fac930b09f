"""The manifest of a ledger: what it holds, where it came from, and which files are current."""

import datetime as dt
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from regulars import fingerprint
from regulars.errors import DataError

FORMAT: Final = 1
"""Version of the layout on disk."""


class Section(BaseModel):
    """Base of frozen, validated objects: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Section):
    """One file that was read into the ledger, and how its lines add up."""

    name: str
    """File name, without its folder."""
    preset: str
    """The mapping it was read with."""
    digest: str
    """Fingerprint of its bytes and of the mapping."""
    lines_in: int
    """Lines read; equals lines_kept + lines_quarantined."""
    lines_kept: int
    """Lines that became transactions, or were known already."""
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


class Part(Section):
    """One current file of the ledger."""

    file: str
    """Path below the ledger."""
    rows: int
    """Rows in it."""
    digest: str
    """Fingerprint of its content."""


class Manifest(Section):
    """What a ledger holds at one commit."""

    format: Literal[1] = FORMAT
    """Version of the layout."""
    currency: str
    """ISO 4217 code of every amount."""
    buckets: int
    """Number of customer buckets."""
    n_lines: int = 0
    """Transactions."""
    n_customers: int = 0
    """Distinct customers with a transaction."""
    n_orders: int = 0
    """Distinct (customer, order) pairs."""
    n_quarantined: int = 0
    """Lines set aside."""
    money: int = 0
    """Net amount of all transactions, in minor units."""
    first_day: dt.date | None = None
    """Day of the first transaction."""
    last_day: dt.date | None = None
    """Day of the last transaction."""
    transactions: dict[int, Part] = {}
    """Bucket -> its file."""
    tables: dict[str, Part] = {}
    """items, customers, quarantine -> its file."""
    sources: tuple[Source, ...] = ()
    """Everything that was read, in order."""

    @property
    def fingerprint(self) -> str:
        """32 hex digits over the content of every table; the same content gives the same digits."""
        parts = [f"{self.currency}/{self.buckets}"]
        parts += [f"{bucket}:{part.digest}" for bucket, part in sorted(self.transactions.items())]
        parts += [f"{name}:{part.digest}" for name, part in sorted(self.tables.items())]
        return fingerprint.of_text(parts)

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
