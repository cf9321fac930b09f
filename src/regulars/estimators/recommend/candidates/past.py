"""What sources learn from: the whole shop's purchases before an instant, and the items on its shelf."""

import copy
import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from regulars import windows
from regulars.estimators.recommend.candidates.arrays import load_array, save_array
from regulars.features.histories import Floats, Histories, Ints
from regulars.features.pairs import decay
from regulars.features.purchases import Catalogue


@dataclass(frozen=True)
class Shelf:
    """The items that may be offered to customers who never bought them."""

    items: Ints
    """(n,) their numbers, ascending."""
    column_of: Ints
    """(all items + 1,) place of each item in ``items``; -1 for what is not there."""

    @classmethod
    def of(cls, lines: pl.DataFrame, n_items: int, as_of: dt.date, days: int, min_customers: int) -> "Shelf":
        """Return what at least ``min_customers`` bought in the last ``days``, or anybody where it is new since then."""
        age = windows.day_number(as_of) - pl.col("day")
        counted = (
            lines.filter(pl.col("item") < n_items)
            .group_by("item")
            .agg(n=pl.col("customer").filter(age <= days).n_unique(), age=age.max())
        )
        new = pl.col("age") <= NEW_DAYS
        return cls.on(counted.filter((pl.col("n") >= min_customers) | new)["item"].sort().to_numpy(), n_items)

    @classmethod
    def on(cls, items: npt.NDArray[np.integer], n_items: int) -> "Shelf":
        """Return the shelf that holds ``items`` of a catalogue of ``n_items``."""
        column = np.full(n_items + 1, -1, np.int64)
        column[items] = np.arange(len(items))
        return cls(items.astype(np.int64), column)

    def save(self, folder: Path) -> None:
        """Write which items it holds, of how many."""
        save_array(self.items, folder, "shelf")
        save_array(np.array(len(self.column_of) - 1), folder, "shelf_size")

    @classmethod
    def load(cls, folder: Path) -> "Shelf":
        """Read what :meth:`save` wrote."""
        return cls.on(load_array(folder, "shelf"), int(load_array(folder, "shelf_size")))

    @property
    def n(self) -> int:
        """Number of items on it."""
        return len(self.items)

    def columns(self, item: Ints) -> Ints:
        """Return the places of items, -1 for what is not on the shelf or in the catalogue."""
        found: Ints = self.column_of[np.minimum(item, len(self.column_of) - 1)]
        return found

    def vectors(self, histories: Histories, weights: Floats) -> sp.csr_array:
        """Return (customers, n) float32: the sum of the lines' ``weights`` over each item of each customer."""
        return self.matrix(histories, histories.total(weights))

    def matrix(self, histories: Histories, values: Floats) -> sp.csr_array:
        """Return (customers, n) float32 with a value for each pair of ``histories``."""
        column = self.columns(histories.pair_item)
        kept = column >= 0
        count = np.bincount(histories.pair_row[kept], minlength=histories.n)
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
        # Narrow numbers as in what is mapped: of two kinds, a product would copy the large matrix for a wider one.
        parts = (values[kept].astype(np.float32), column[kept].astype(np.int32), start)
        return sp.csr_array(parts, shape=(histories.n, self.n))


NEW_DAYS = 28
"""Days for which an item counts as new on the shelf."""


@dataclass(frozen=True)
class Past:
    """The purchases of every customer before ``as_of``, ready to be learned from."""

    lines: pl.DataFrame
    """Of :class:`~regulars.features.purchases.Purchases`."""
    catalogue: Catalogue
    """The numbers of the items."""
    items: pl.DataFrame
    """``schema.ITEMS`` as known by then."""
    as_of: dt.date
    """The first unknown day."""
    shelf: Shelf
    """What may be offered."""

    @cached_property
    def histories(self) -> Histories:
        """The customers, in an order that their purchases decide: their names move no digit of a sum."""
        return Histories.of(_by_content(self.lines), self.as_of)


def _by_content(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with customers numbered anew by what they bought when."""
    ordered = lines.sort("customer", "order", "item")
    content = ordered.group_by("customer", maintain_order=True).agg(
        n=pl.len(), size=pl.col("order").max(), days=pl.col("day"), items=pl.col("item")
    )
    numbers = content.sort("n", "size", "days", "items").select("customer").with_row_index("number")
    renamed = ordered.join(numbers, on="customer", how="left").with_columns(customer=pl.col("number").cast(pl.Int32))
    return renamed.drop("number").sort("customer", "order", "item")


def latest(histories: Histories, half_orders: float) -> Floats:
    """Return the weights of a customer's lines that halve for every ``half_orders`` since."""
    return decay(histories.ago, half_orders)


def unit_rows(matrix: sp.csr_array, power: int = 2) -> sp.csr_array:
    """Return the rows scaled to length 1 (``power`` 2) or sum 1 (``power`` 1); empty rows stay empty."""
    filled = np.flatnonzero(np.diff(matrix.indptr))
    sums = np.zeros(matrix.shape[0])
    if len(filled):
        sums[filled] = np.add.reduceat(np.abs(matrix.data) ** power, matrix.indptr[filled])
    lengths = np.sqrt(sums) if power == 2 else sums
    return scaled_rows(matrix, 1.0 / np.where(lengths > 0, lengths, 1.0))


def scaled_rows(matrix: sp.csr_array, by: npt.NDArray[np.floating]) -> sp.csr_array:
    """Return the rows multiplied by ``by``, as float32."""
    return _with(matrix, matrix.data * np.repeat(by, np.diff(matrix.indptr)))


def scaled_columns(matrix: sp.csr_array, by: npt.NDArray[np.floating]) -> sp.csr_array:
    """Return the columns multiplied by ``by``, as float32."""
    return _with(matrix, matrix.data * by[matrix.indices])


def _with(matrix: sp.csr_array, data: npt.NDArray[np.floating]) -> sp.csr_array:
    """Return a matrix with other numbers at the same places, without the checks of a new one."""
    found = copy.copy(matrix)
    found.data = data.astype(np.float32)
    return found
