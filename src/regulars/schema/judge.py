"""What dataframely says of a table's values: which rule of which column each row breaks.

Apart from the rest, since importing dataframely imports SQLAlchemy with all its dialects where that is installed: a
second that nobody should wait for who only reads a ledger.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

import dataframely as dy
import polars as pl

from regulars.schema.column import Column

ROW = "_row"
"""Column with the place of each row, from 0."""

_COLUMNS: dict[Any, Any] = {
    pl.String: dy.String,
    pl.Int64: dy.Int64,
    pl.Float64: dy.Float64,
    pl.Boolean: dy.Bool,
    pl.Date: dy.Date,
    pl.Datetime: dy.Datetime,
}
_CHECK = "check__"
_REASONS = {"nullability": "missing", "dtype": "unreadable", "inf": "not finite", "nan": "not finite"}


class Judge:
    """Knows a table's rules."""

    def __init__(self, name: str, columns: Iterable[Column]) -> None:
        """Take the table's name and columns."""
        members: dict[str, dy.Column] = {ROW: dy.UInt32()}
        for column in columns:
            checks = {check.words: check.holds for check in column.checks}
            members[column.name] = _COLUMNS[column.dtype.base_type()](nullable=not column.required, check=checks)
        self._schema = cast("type[dy.Schema]", type(name, (dy.Schema,), members))

    def demand(self, typed: pl.DataFrame) -> tuple[str, str] | None:
        """Return the first column that breaks a rule, and what is wrong with it; None where all is well."""
        numbered = _numbered(typed)
        if self._schema.is_valid(numbered):  # nearly always, and quicker to say than what is wrong
            return None
        _, failures = self._schema.filter(numbered)
        for column, kind, times in _broken(failures.counts()):
            return column, _demand(kind, times)
        return None

    def reasons(self, frame: pl.DataFrame) -> pl.Series:
        """Return ``reason``: the first thing against each row; null where it fits. Types may still have to be cast."""
        rows = _numbered(frame)
        _, failures = self._schema.filter(rows, cast=True)
        first = [
            pl.when(pl.col(f"{column}|{kind}") == "invalid").then(pl.lit(f"{column} {_reason(kind)}"))
            for column, kind, _ in _broken(failures.counts())
        ]
        reasons = failures.details().select(ROW, reason=pl.coalesce([*first, pl.lit(None, pl.String)]))
        return rows.select(ROW).join(reasons, on=ROW, how="left", maintain_order="left")["reason"]


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias(ROW))


def _broken(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return column, rule and number of values of each rule that is broken; checks come last within a column."""
    parts = [(rule.partition("|"), times) for rule, times in counts.items()]
    rules = [(column, kind, times) for (column, _, kind), times in parts]
    order = list(dict.fromkeys(column for column, _, _ in rules))
    return sorted(rules, key=lambda rule: (order.index(rule[0]), rule[1].startswith(_CHECK)))


def _demand(kind: str, times: int) -> str:
    if kind == "nullability":
        return f"must not be empty, but {times} are"
    if kind in ("inf", "nan"):
        return "must be finite, but some are NaN or infinite"
    return f"must be {kind.removeprefix(_CHECK)}, but {times} are not"


def _reason(kind: str) -> str:
    return _REASONS.get(kind, f"not {kind.removeprefix(_CHECK)}")
