"""The tables of a shop: names, types, units and meaning, one contract each.

Money is a whole number of minor units (cents), so sums are exact. Times are the shop's own wall clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from regulars.errors import DataError, did_you_mean


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    dtype: pl.DataType
    required: bool
    """False where a null means "not known"."""
    meaning: str
    """What a value says, with its unit."""


@dataclass(frozen=True)
class Table:
    """A table's contract: its columns, in their order on disk."""

    name: str
    columns: tuple[Column, ...]
    open: bool = False
    """True where a shop may keep columns of its own behind these."""

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

        Raises:
            DataError: a required column is absent or holds nulls, a type does not fit, a number is not
                finite, or a closed table got a stranger.
        """
        self._check_names(frame.columns)
        self._check_types(frame)
        extra = [name for name in frame.columns if name not in self.names]
        absent = [c for c in self.columns if c.name not in frame.columns]
        full = frame.with_columns(pl.lit(None, c.dtype).alias(c.name) for c in absent)
        try:
            typed = full.select([*(pl.col(c.name).cast(c.dtype) for c in self.columns), *extra])
        except pl.exceptions.PolarsError as error:
            raise DataError(f"{self.name}: a value does not fit its column's type ({error})") from error
        self._check_values(typed)
        return typed

    def _check_types(self, frame: pl.DataFrame) -> None:
        """Refuse what a cast would silently cut off: fractions of a minor unit, time zones."""
        for column in self.columns:
            got = frame.schema.get(column.name)
            if got is not None and column.dtype == pl.Int64 and not got.is_integer() and got != pl.Null:
                raise DataError(f"{self.name}: {column.name!r} must be whole numbers, not {got}; round it first")
            if isinstance(got, pl.Datetime) and got.time_zone is not None:
                raise DataError(f"{self.name}: {column.name!r} has a time zone; turn it into the shop's wall clock")

    def _check_values(self, typed: pl.DataFrame) -> None:
        for column in self.columns:
            values = typed[column.name]
            if column.required and values.null_count():
                raise DataError(f"{self.name}: {column.name!r} must not be empty, but {values.null_count()} are")
            if values.dtype.is_float() and not values.is_finite().all():
                raise DataError(f"{self.name}: {column.name!r} must be finite, but some are NaN or infinite")

    def _check_names(self, got: Sequence[str]) -> None:
        for column in self.columns:
            if column.required and column.name not in got:
                raise DataError(f"{self.name}: no column {column.name!r}{did_you_mean(column.name, got)}")
        strangers = [name for name in got if name not in self.names]
        if strangers and not self.open:
            hint = did_you_mean(strangers[0], self.names)
            raise DataError(f"{self.name}: unexpected column {strangers[0]!r}{hint}")


TRANSACTIONS = Table(
    "transactions",
    (
        Column("customer_id", pl.String(), True, "who bought; the shop's own id"),
        Column("order_id", pl.String(), True, "the checkout this line belongs to"),
        Column("item_id", pl.String(), True, "what was bought"),
        Column("purchased_at", pl.Datetime("us"), True, "when, by the shop's wall clock"),
        Column(
            "quantity",
            pl.Float64(),
            True,
            "units or weight; negative for a return, 0 for a line without goods",
        ),
        Column(
            "amount",
            pl.Int64(),
            True,
            "net amount received for the line, in minor units; negative for a refund",
        ),
        Column("discount", pl.Int64(), True, "reductions granted on the line, in minor units, >= 0"),
        Column("store_id", pl.String(), False, "the store or channel that sold it"),
    ),
)
"""One row an order line."""

ITEMS = Table(
    "items",
    (
        Column("item_id", pl.String(), True, "the item, unique"),
        Column("name", pl.String(), False, "what a customer would call it"),
        Column("department", pl.String(), False, "the widest grouping"),
        Column("category", pl.String(), False, "the grouping below the department"),
        Column("product_type", pl.String(), False, "the grouping below the category"),
        Column("brand", pl.String(), False, "the brand or its class"),
        Column("package_size", pl.String(), False, "as printed on the pack"),
        Column(
            "known_since",
            pl.Datetime("us"),
            False,
            "the purchase that described it so; null: a catalogue did",
        ),
    ),
    open=True,
)
"""One row an item."""

CUSTOMERS = Table("customers", (Column("customer_id", pl.String(), True, "the customer, unique"),), open=True)
"""One row a customer the shop knows something about beside purchases."""

QUARANTINE = Table(
    "quarantine",
    (
        Column("source", pl.String(), True, "the file the line came from"),
        Column("line", pl.Int64(), True, "its place in the file: the first data line is 1"),
        Column("reason", pl.String(), True, "why it was set aside"),
        Column("amount", pl.Int64(), False, "its money in minor units, where it could be read"),
        Column("content", pl.String(), True, "the line as it was read, as JSON"),
    ),
)
"""One row a line that was set aside, with its reason; nothing is dropped silently."""

TABLES = (TRANSACTIONS, ITEMS, CUSTOMERS, QUARANTINE)
"""Every table of a ledger."""
