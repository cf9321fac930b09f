"""Order lines as integers, by customer and day."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import schema
from regulars.features.codes import coded, ordered
from regulars.features.rollup import DAY_US, Ints, keys
from regulars.features.side import Side

HOUR_US = 3_600_000_000
_COLUMNS = schema.TRANSACTIONS.names


@dataclass(frozen=True)
class Lines:
    """Order lines by customer and day, an array a column."""

    key: Ints
    """Customer and day: :func:`regulars.features.rollup.keys`."""
    hour: Ints
    """Hour of the day, 0..23."""
    order: Ints
    """Code of the order."""
    item: Ints
    """Code of the item."""
    department: Ints
    """Code of the item's department, as far as known by then; 0 where not."""
    category: Ints
    """The same for its category."""
    store: Ints
    """Code of the store, in the order of their ids."""
    amount: Ints
    """Net amount, minor units."""
    discount: Ints
    """Reductions, minor units."""

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.key)

    def take(self, which: npt.NDArray[Any]) -> "Lines":
        """Return some of the lines, by mask or by place."""
        return Lines(**{name: values[which] for name, values in vars(self).items()})


@dataclass(frozen=True)
class Read:
    """Order lines in the terms of this package, and what their codes stand for."""

    customer_ids: pl.Series
    """String, distinct, sorted; a customer's code is a place in it."""
    store_ids: pl.Series
    """The store of each code."""
    bought: Lines
    """Purchases: lines of quantity > 0."""
    back: Lines
    """Returns: lines of quantity < 0. A line of quantity 0 carries money but no goods and is neither."""


def read(transactions: pl.DataFrame, side: Side) -> Read:
    """Return the lines of ``transactions`` (``schema.TRANSACTIONS``, in any order).

    Raises:
        DataError: they are no such table.
    """
    transactions = _conforming(transactions)
    customer, customer_ids = ordered(transactions["customer_id"])
    store, store_ids = ordered(transactions["store_id"])
    item, item_ids = coded(transactions["item_id"])
    at = transactions["purchased_at"].cast(pl.Int64).to_numpy()
    lines = Lines(
        key=keys(customer, at // DAY_US),
        hour=at % DAY_US // HOUR_US,
        order=coded(transactions["order_id"])[0],
        item=item,
        **side.catalogue.of_lines(item, item_ids, at),
        store=store,
        amount=transactions["amount"].to_numpy(),
        discount=transactions["discount"].to_numpy(),
    )
    quantity = transactions["quantity"].to_numpy()
    bought, back = (_in_order(lines.take(which)) for which in (quantity > 0, quantity < 0))
    return Read(customer_ids, store_ids, bought, back)


def _conforming(transactions: pl.DataFrame) -> pl.DataFrame:
    """Return the transactions as their contract wants them; what comes from a ledger does already."""
    fits = schema.TRANSACTIONS.fits(transactions, _COLUMNS)
    if fits and np.isfinite(transactions["quantity"].to_numpy()).all():
        return transactions
    return schema.TRANSACTIONS.conform(transactions)


def _in_order(lines: Lines) -> Lines:
    """Return the lines by customer and day; a ledger keeps them so."""
    if (lines.key[1:] >= lines.key[:-1]).all():
        return lines
    return lines.take(np.argsort(lines.key, kind="stable"))
