"""The as-of feature table: fixed order, typed, named; one definition for every use."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import schema, windows
from regulars.errors import ConfigError
from regulars.features.affinity import affinity
from regulars.features.basket import basket
from regulars.features.channel import channel
from regulars.features.engagement import engagement
from regulars.features.lines import read
from regulars.features.past import Column, Columns, Past, Rows
from regulars.features.price import price
from regulars.features.recent import recent
from regulars.features.returns import returns
from regulars.features.rfm import rfm
from regulars.features.rhythm import rhythm
from regulars.features.rollups import rollups
from regulars.features.season import season
from regulars.features.side import Side
from regulars.windows import Snapshot

KEYS = ("customer_id", "as_of")
"""What identifies a row of every feature and label table."""

Family = Callable[[Past], Columns]
"""A feature function: what is known -> named columns, a value a row."""

FAMILIES: tuple[Family, ...] = (
    rfm, rhythm, recent, basket, affinity, price, returns, season, channel, engagement,
)  # fmt: skip
"""The feature set: whose columns make the table, in this order."""


def table(
    transactions: pl.LazyFrame | pl.DataFrame,
    side: Side,
    snapshots: Sequence[Snapshot],
    families: Sequence[Family] = FAMILIES,
) -> pl.DataFrame:
    """Return the features of every customer known at each snapshot.

    Args:
        transactions: rows of ``schema.TRANSACTIONS``, in any order; all of a customer's rows must be there.
        side: what the shop knows beside them.
        snapshots: the instants, each once.
        families: the feature functions; by default the set that models are trained on.

    Returns:
        One row per (customer_id, as_of) with a purchase before as_of, by as_of and customer_id: the KEYS, then a
        column a feature as Float64 (null where it is not defined; see each family).

    Raises:
        ConfigError: two snapshots share their as_of, two features their name, or one is not a number a row.
        DataError: the transactions, or a table beside them, do not meet their contract.
    """
    customer_ids, known = past(transactions, side, snapshots)
    columns = _columns(known, families)
    days = pl.Series(known.as_of.astype(np.int32)).cast(pl.Date)
    keys = {"customer_id": customer_ids[known.rows.customer], "as_of": days}
    values = {name: pl.Series(name, column, nan_to_null=True) for name, column in columns.items()}
    return pl.DataFrame(keys | values)


def past(
    transactions: pl.LazyFrame | pl.DataFrame, side: Side, snapshots: Sequence[Snapshot]
) -> tuple[pl.Series, Past]:
    """Return the ids of the customers, and what is known of them at each snapshot.

    Raises:
        ConfigError: two snapshots share their as_of.
    """
    instants = sorted(windows.day_number(snapshot.as_of) for snapshot in snapshots)
    if len(set(instants)) < len(instants):
        raise ConfigError("two snapshots share their as_of; give each instant once")
    lines = read(_collected(transactions, snapshots), side)
    found = rollups(lines, side)
    return lines.customer_ids, Past(found, Rows(found["days"], len(lines.customer_ids), instants), side.since)


def _collected(transactions: pl.LazyFrame | pl.DataFrame, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
    if isinstance(transactions, pl.DataFrame):
        return transactions
    if transactions.collect_schema().get("purchased_at") != schema.TRANSACTIONS.schema["purchased_at"]:
        return transactions.collect()
    last = max((snapshot.as_of for snapshot in snapshots), default=dt.date.min)
    return transactions.filter(pl.col("purchased_at") < last).collect()


def _columns(known: Past, families: Sequence[Family]) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for family in families:
        found = family(known)
        if again := sorted(columns.keys() & found.keys()):
            raise ConfigError(f"two features are called {again[0]!r}; rename the one of {family.__name__}")
        columns |= {name: _checked(family, name, column, len(known)) for name, column in found.items()}
    return columns


def _checked(family: Family, name: str, column: Column, n: int) -> Column:
    """Return a column as the table keeps it.

    Raises:
        ConfigError: it is not a number a row.
    """
    found = np.asarray(column)
    if found.shape != (n,) or found.dtype.kind not in "fiub":
        raise ConfigError(
            f"{name!r} of {family.__name__} must be {n} numbers, one a row, not {found.dtype} of shape {found.shape}"
        )
    return found.astype(np.float64, copy=False)


def names(families: Sequence[Family] = FAMILIES) -> tuple[str, ...]:
    """Return the names of the features of ``families``, in order."""
    _, nobody = past(schema.TRANSACTIONS.empty(), Side(), [])
    return tuple(_columns(nobody, families))


NAMES = names()
"""The features, in the order of the table's columns and of every model's input."""


def matrix(
    features: pl.DataFrame, names: Sequence[str] = NAMES, blank: Collection[str] = ()
) -> npt.NDArray[np.float64]:
    """Return the named features as a C-contiguous float64 array (rows, len(names)); null becomes NaN.

    Columns in ``blank`` are NaN throughout: a model that must not use them keeps its shape.
    """
    nan = pl.lit(float("nan"), pl.Float64)
    columns = [nan.alias(n) if n in blank else pl.col(n).cast(pl.Float64).fill_null(nan) for n in names]
    return np.ascontiguousarray(features.with_columns(columns).select(names).to_numpy())


def typical(features: pl.DataFrame) -> dict[str, float]:
    """Return the median of each feature over the rows, without those that are null everywhere."""
    medians = features.select(pl.col(*NAMES).median()).row(0, named=True)
    return {name: float(value) for name, value in medians.items() if value is not None}
