"""How the lines and the money of a source add up."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from regulars.errors import RegularsError
from regulars.ingest.batch import OWN, Batch
from regulars.ingest.door import Door
from regulars.ingest.layout import Layout
from regulars.ingest.lines import CURRENCY, Split
from regulars.manifest import Source


@dataclass
class Tally:
    """Counts of one file, batch by batch."""

    lines_in: int = 0
    lines_made: int = 0
    lines_kept: int = 0
    money_in: int = 0
    money_kept: int = 0
    money_quarantined: int = 0
    amounts_rounded: int = 0
    signs_mended: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first_aside: str = ""
    """Place and content of the first line that was set aside."""
    columns: tuple[str, ...] = ()
    """The columns of the file itself, in their order."""

    def add(self, batch: Batch, split: Split) -> None:
        """Count a batch and what became of it."""
        self.columns = self.columns or tuple(name for name in batch.rows.columns if not name.startswith(OWN))
        self.lines_in += batch.height - batch.made
        self.lines_made += batch.made
        self.lines_kept += split.kept.height
        self.money_in += split.money
        self.money_kept += int(split.kept["amount"].sum())
        self.money_quarantined += int(split.aside["amount"].sum())
        self.amounts_rounded += split.rounded
        self.signs_mended += split.mended
        self.reasons.update(split.aside["reason"].to_list())
        if not self.first_aside and split.aside.height:
            line, content = split.aside.sort("line").select("line", "content").row(0)
            self.first_aside = f"line {line}, {content[:200]}"

    def complaint(self, name: str) -> str:
        """Say why a file without a single usable line cannot be ingested."""
        if not self.lines_in:
            return f"{name} has columns but no lines; export it again"
        reason, times = self.reasons.most_common(1)[0]
        advice = "mend the file, or say which column is which with --map column=field"
        if reason.startswith(CURRENCY):
            advice = "name the money of a new ledger with --currency, or take another --ledger for this money"
        return (
            f"{name}: none of its {self.lines_in} lines can be used; most often ({times} times): {reason}; "
            f"first {self.first_aside}; {advice}"
        )

    def source(self, layout: Layout, digest: str, door: Door, mapping: Mapping[str, str]) -> Source:
        """Return the record for the manifest, with all that it takes to read a line of that file again.

        Raises:
            RegularsError: the lines or the money do not add up; a bug in regulars.
        """
        name, quarantined = layout.file, self.reasons.total()
        check(f"{name}: lines", self.lines_in + self.lines_made, self.lines_kept + quarantined)
        check(f"{name}: money", self.money_in, self.money_kept + self.money_quarantined)
        return Source(
            name=name,
            source=door.source,
            preset=door.preset.name,
            mapping=dict(mapping),
            own_ids=door.own_ids,
            currency=door.currency,
            time_zone=door.time_zone,
            columns=self.columns,
            day=layout.formats.day,
            commas=tuple(sorted(layout.formats.commas)),
            digest=digest,
            lines_in=self.lines_in,
            lines_made=self.lines_made,
            lines_kept=self.lines_kept,
            lines_quarantined=quarantined,
            money_in=self.money_in,
            money_kept=self.money_kept,
            money_quarantined=self.money_quarantined,
            reasons=dict(sorted(self.reasons.items())),
            amounts_rounded=self.amounts_rounded,
            signs_mended=self.signs_mended,
        )


def check(what: str, came: int, went: int) -> None:
    """Refuse to go on unless what came in is what went out.

    Raises:
        RegularsError: it is not.
    """
    if came != went:
        raise RegularsError(
            f"{what} do not add up: {came} came in, {went} went out; the ledger stays as it was; please report this"
        )
