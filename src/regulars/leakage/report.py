"""What a probe found: a row a column and check, and the refusal."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import polars as pl

from regulars.errors import LeakageError

Verdict = Literal["ok", "leaks", "not judged"]
Check = Literal["cut", "alone", "placebo", "column"]

NAMED = 5
"""Most columns that an error message names."""
REMEDY: dict[Check, str] = {
    "cut": "compute them from rows before as_of only",
    "alone": "compute them from the customer's own rows, or fit what is of the whole shop in a model",
    "placebo": "see that neither they nor the model behind them reads rows at or after as_of",
    "column": "find out when their values were written, and leave out what was written at or after as_of",
}
"""What to do about a column that a check refuses."""
_SCHEMA = {
    "check": pl.String, "feature": pl.String, "verdict": pl.String, "auc": pl.Float64, "explained": pl.Float64,
    "lift": pl.Float64, "low": pl.Float64, "high": pl.Float64, "why": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What one check says of one column."""

    check: Check
    """``cut``, ``alone``, ``placebo`` or ``column``."""
    feature: str
    """The column."""
    verdict: Verdict
    """``leaks``, ``ok``, or ``not judged`` where there was too little to tell."""
    why: str
    """The reason as half a sentence."""
    auc: float | None = None
    """How well the column alone orders the customers who churned before those who returned, in [0, 1]."""
    explained: float | None = None
    """The AUC that the past explains: 0.5 of a placebo."""
    lift: float | None = None
    """What the column adds to ``explained``."""
    low: float | None = None
    """Lower bound of the lift."""
    high: float | None = None
    """Upper bound of the lift."""


@dataclass(frozen=True)
class Report:
    """The findings of one or more checks; ``+`` joins two."""

    findings: tuple[Finding, ...] = ()

    def __add__(self, other: "Report") -> "Report":
        return Report(self.findings + other.findings)

    @property
    def leaks(self) -> tuple[Finding, ...]:
        """The findings that say a column leaks."""
        return tuple(finding for finding in self.findings if finding.verdict == "leaks")

    @property
    def table(self) -> pl.DataFrame:
        """A row a finding: check, feature, verdict, auc, explained, lift, low, high, why."""
        return pl.DataFrame([asdict(finding) for finding in self.findings], schema=_SCHEMA)

    def to_pandas(self) -> Any:
        """Return :attr:`table` for notebooks."""
        return self.table.to_pandas()

    def refuse(self) -> "Report":
        """Return the report where nothing leaks.

        Raises:
            LeakageError: something does; it names the columns, the figures and what to do.
        """
        if self.leaks:
            raise LeakageError(refusal(self.leaks))
        return self


def refusal(leaks: Sequence[Finding]) -> str:
    """Return one sentence on columns that leak."""
    by_column: dict[str, list[Finding]] = {}
    for finding in leaks:
        by_column.setdefault(finding.feature, []).append(finding)
    told = [
        f"{name} ({'; '.join(f'{found.check}: {found.why}' for found in findings)})"
        for name, findings in list(by_column.items())[:NAMED]
    ]
    more = [f"{len(by_column) - NAMED} more"] if len(by_column) > NAMED else []
    checks = dict.fromkeys(finding.check for finding in leaks)
    return f"{_head(len(by_column), checks)}: {', '.join(told + more)}; " + ", and ".join(
        REMEDY[check] for check in checks
    )


def _head(n: int, checks: Collection[Check]) -> str:
    future = f"know{'' if n > 1 else 's'} what happened at or after as_of" if {*checks} != {"alone"} else ""
    others = f"depend{'' if n > 1 else 's'} on other customers" if "alone" in checks else ""
    return f"{n} column{'s' if n > 1 else ''} " + " or ".join(part for part in (future, others) if part)
