"""Customers' purchases as arrays, seen from an instant: what customer x item features are counted from.

A row a customer, order and item. Everything that ranks items for a checkout has a few milliseconds, which a
data frame spends on planning; arrays give the same numbers for one customer as for all.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import windows

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """Purchases of some customers before an instant, by customer, item and order."""

    customers: Ints
    """(n,) numbers of the customers, ascending."""
    row: Ints
    """(m,) whose line it is: a place in ``customers``."""
    item: Ints
    """(m,) number of the item."""
    group: Ints
    """(m,) number of the item's group."""
    ago: Ints
    """(m,) orders of the customer since this one; 0 is the latest."""
    age: Ints
    """(m,) days since, >= 1."""
    off: npt.NDArray[np.bool_]
    """(m,) whether it was bought at a discount."""

    @classmethod
    def of(cls, lines: pl.DataFrame, as_of: dt.date) -> "Histories":
        """Return the histories of the customers in ``lines`` (of :class:`~regulars.features.purchases.Purchases`).

        Args:
            lines: by customer, order and item; all before ``as_of``.
            as_of: the first unknown day.
        """
        columns = (lines[name].to_numpy() for name in ("customer", "order", "item", "group", "day", "off"))
        customer, order, item, group, day, off = columns
        fresh = np.flatnonzero(np.diff(customer, prepend=-1))
        row = np.repeat(np.arange(len(fresh)), np.diff(fresh, append=len(customer)))
        latest = np.maximum.reduceat(order, fresh) if len(fresh) else order
        by = np.lexsort((order, item, row))
        ago = (latest[row] - order).astype(np.int64)
        age = windows.day_number(as_of) - day.astype(np.int64)
        wide = item.astype(np.int64), group.astype(np.int64)
        return cls(customer[fresh].astype(np.int64), row[by], wide[0][by], wide[1][by], ago[by], age[by], off[by])

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.customers)

    @cached_property
    def n_orders(self) -> Ints:
        """(n,) orders of each customer."""
        found = np.zeros(self.n, np.int64)
        np.maximum.at(found, self.row, self.ago + 1)
        return found

    @cached_property
    def pairs(self) -> Ints:
        """(p,) the first line of each customer x item, by customer and item."""
        fresh = (np.diff(self.row, prepend=-1) != 0) | (np.diff(self.item, prepend=-1) != 0)
        return np.flatnonzero(fresh)

    @cached_property
    def pair_row(self) -> Ints:
        """(p,) whose pair it is."""
        return self.row[self.pairs]

    @cached_property
    def pair_item(self) -> Ints:
        """(p,) the item of the pair."""
        return self.item[self.pairs]

    def total(self, values: npt.NDArray[np.number | np.bool_]) -> Floats:
        """Return the sum of the lines' ``values`` over each pair: (p,)."""
        return np.add.reduceat(values, self.pairs, dtype=np.float64)
