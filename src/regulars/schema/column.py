"""A column of a table."""

from dataclasses import dataclass

import polars as pl

from regulars.schema.checks import Check


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    dtype: pl.DataType
    required: bool
    """False where a null means "not known"."""
    meaning: str
    """What a value says, with its unit."""
    checks: tuple[Check, ...] = ()
    """What a value must be, beside its type."""
    unit: str = ""
    """Unit of a number, such as ``minor units``; empty where it has none."""
