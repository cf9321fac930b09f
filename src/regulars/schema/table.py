"""A table's contract: what it takes, what it refuses, and how it says so.

A contract is declared once, as columns with their meaning; dataframely, built from it, judges the values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import polars as pl

from regulars.errors import DataError, did_you_mean
from regulars.schema.column import Column

if TYPE_CHECKING:
    from regulars.schema.judge import Judge


@dataclass(frozen=True)
class Table:
    """A table's contract: its columns, in their order on disk."""

    name: str
    columns: tuple[Column, ...]
    open: bool = False
    """True where a shop may keep columns of its own behind these."""
    meaning: str = ""
    """What one row is."""
    key: tuple[str, ...] = ()
    """Columns that tell a table's rows apart at rest; empty where whole rows do."""
    keeps: Literal["last", "all", "copies"] = "all"
    """What stays where rows meet: the last of a key; all, equal ones once; or all, equal ones of one file as often."""

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return [column.name for column in self.columns]

    @property
    def schema(self) -> pl.Schema:
        """The Polars schema of the columns, in order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def empty(self) -> pl.DataFrame:
        """Return the table without rows."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` in the contract's order and types; absent optional columns become null.

        Whether ``key`` is unique is not asked: rows meet each other in a merge.

        Raises:
            DataError: a required column is absent or holds nulls, a type does not fit, a number is not
                finite, a value does not meet its check, or a closed table got a stranger.
        """
        full = self._full(frame)
        try:
            typed = full.with_columns(pl.col(c.name).cast(c.dtype) for c in self.columns)
        except pl.exceptions.PolarsError as error:
            raise self._misfit(error) from error
        broken = self._judge.demand(typed.select(self.names))
        if broken is not None:
            raise DataError(f"{self.name}: {broken[0]!r} {broken[1]}")
        return typed

    def fits(self, frame: pl.DataFrame, names: Sequence[str]) -> bool:
        """Tell whether some of the columns are there in their types, without a null in those that need a value."""
        return all(
            column.name in frame.columns
            and frame.schema[column.name] == column.dtype
            and not (column.required and frame[column.name].null_count())
            for column in self.columns
            if column.name in names
        )

    def against(self, frame: pl.DataFrame) -> pl.Series:
        """Return ``reason``: the first thing against each row, such as ``rating not from 1 to 5``; null where it fits.

        Raises:
            DataError: the frame as a whole does not fit: a required column is absent, a column of whole
                numbers or times has another kind, or a closed table got a stranger.
        """
        try:
            return self._judge.reasons(self._full(frame).select(self.names))
        except pl.exceptions.PolarsError as error:
            raise self._misfit(error) from error

    @cached_property
    def _judge(self) -> "Judge":
        from regulars.schema.judge import Judge  # noqa: PLC0415 - slow to import, and readers never need it

        return Judge(self.name, self.columns)

    def _misfit(self, error: Exception) -> DataError:
        return DataError(f"{self.name}: a value does not fit its column's type ({error})")

    def _full(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` with every column, in order, once names and kinds are right; types are as they came."""
        self._check_names(frame.columns)
        self._check_types(frame)
        extra = [name for name in frame.columns if name not in self.names]
        absent = [c for c in self.columns if c.name not in frame.columns]
        return frame.with_columns(pl.lit(None, c.dtype).alias(c.name) for c in absent).select(*self.names, *extra)

    def _check_types(self, frame: pl.DataFrame) -> None:
        """Refuse what a cast would silently cut off: fractions of a minor unit, time zones."""
        for column in self.columns:
            got = frame.schema.get(column.name)
            if got is not None and column.dtype == pl.Int64 and not got.is_integer() and got != pl.Null:
                raise DataError(f"{self.name}: {column.name!r} must be whole numbers, not {got}; round it first")
            if isinstance(got, pl.Datetime) and got.time_zone is not None:
                raise DataError(f"{self.name}: {column.name!r} has a time zone; turn it into the shop's wall clock")

    def _check_names(self, got: Sequence[str]) -> None:
        for column in self.columns:
            if column.required and column.name not in got:
                raise DataError(f"{self.name}: no column {column.name!r}{did_you_mean(column.name, got)}")
        strangers = [name for name in got if name not in self.names]
        if strangers and not self.open:
            hint = did_you_mean(strangers[0], self.names)
            raise DataError(f"{self.name}: unexpected column {strangers[0]!r}{hint}")
