"""How the rows of one file add up."""

from collections import Counter
from dataclasses import dataclass, field

from regulars.errors import RegularsError
from regulars.ingest.batch import Batch
from regulars.ingest.side_tables.batches import Settled


@dataclass
class Tally:
    """What became of the rows of one file: ``rows_in == rows_kept + rows_quarantined``."""

    file: str
    """The file's name."""
    table: str
    """The table its rows belong to."""
    rows_in: int = 0
    """Rows read."""
    rows_kept: int = 0
    """Rows that fit the table's contract."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Reason -> rows set aside for it."""
    amounts_rounded: int = 0
    """Values of money that had fractions of a minor unit."""
    contacts_unreadable: int = 0
    """Contacts without a hash, since they are no e-mail address or phone number; 0 where contacts stay plain."""
    blanked: Counter[str] = field(default_factory=Counter)
    """Column -> values that could not be read and are not needed: not known then, in a row that is kept."""
    unused: tuple[str, ...] = ()
    """Columns of the file that nothing was taken from."""
    first_aside: str = ""
    """Place and content of the first row that was set aside."""

    def add(self, batch: Batch, settled: Settled) -> None:
        """Count a batch and what became of it."""
        self.rows_in += batch.height
        self.rows_kept += settled.rows.height
        self.reasons.update(settled.aside["reason"].to_list())
        self.amounts_rounded += settled.rounded
        self.contacts_unreadable += settled.unreadable
        self.blanked.update(settled.blanked)
        if not self.first_aside and settled.aside.height:
            line, content = settled.aside.sort("line").select("line", "content").row(0)
            self.first_aside = f"line {line}, {content[:200]}"

    @property
    def rows_quarantined(self) -> int:
        """Rows set aside with a reason."""
        return self.reasons.total()

    def check(self) -> None:
        """Refuse to go on unless the rows add up.

        Raises:
            RegularsError: they do not; a bug in regulars.
        """
        if self.rows_in != self.rows_kept + self.rows_quarantined:
            raise RegularsError(
                f"{self.file}: rows do not add up: {self.rows_in} came in, {self.rows_kept} were kept, "
                f"{self.rows_quarantined} set aside; the ledger stays as it was; please report this"
            )

    def complaint(self) -> str:
        """Say why a file without a single usable row cannot be ingested."""
        reason, times = self.reasons.most_common(1)[0]
        return (
            f"{self.file}: none of its {self.rows_in} rows can be used as {self.table}; most often ({times} times): "
            f"{reason}; first {self.first_aside}; mend the file, or say which column is which with --map column=field"
        )
