"""Items bought by the same customers, or in the same baskets: an item-item similarity."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from implicit.nearest_neighbours import ItemItemRecommender, normalize

from regulars.estimators.recommend.candidates.arrays import load_matrix, save_matrix
from regulars.estimators.recommend.candidates.past import Past, Shelf, latest, unit_rows
from regulars.features.histories import Histories


@dataclass(frozen=True)
class Reach:
    """How far back and how wide to look for items bought together."""

    lookback_days: int = 120
    """Days before as_of that count."""
    n_neighbours: int = 30
    """Neighbours kept per item, the item itself not among them."""
    half_orders: float = 8.0
    """An own item counts half after so many orders."""
    min_customers: int = 1
    """Customers (or orders) that an item needs to have neighbours, or to be one: two who bought the same two rarities
    make them look inseparable."""
    within: Literal["customer", "order"] = "customer"
    """Whether items are together by who bought them, or by the order that held both."""


@dataclass(frozen=True)
class CoPurchase:
    """Cosine similarity of items by the customers (or orders) that hold both.

    References: Sarwar et al. (2001), Item-based collaborative filtering; the library ``implicit``.
    """

    how: Reach
    """The parameters."""
    similarity: sp.csr_array
    """(items, items) float32 in (0, 1], nothing on the diagonal."""

    @classmethod
    def fit(cls, past: Past, how: Reach) -> Self:
        """Compare the items on the shelf of ``past``."""
        held = _held(past, how)
        if not held.nnz:
            return cls(how, sp.csr_array(held.shape[1:] * 2, dtype=np.float32))
        model = ItemItemRecommender(K=how.n_neighbours + 1, num_threads=1)
        model.fit(normalize(sp.csr_matrix(held).T).T.tocsr(), show_progress=False)
        return cls(how, _others(sp.coo_array(model.similarity), how.n_neighbours))

    def generate(self, asked: Histories, shelf: Shelf) -> sp.csr_array:
        """Return the mean similarity to each customer's items, the latest heavier: (customers, items), in [0, 1]."""
        mine = unit_rows(shelf.vectors(asked, latest(asked, self.how.half_orders)), power=1)
        near: sp.csr_array = mine @ self.similarity
        return near

    def save(self, folder: Path) -> None:
        """Write the similarity."""
        save_matrix(self.similarity, folder, f"together_{self.how.within}")

    @classmethod
    def load(cls, folder: Path, how: Reach) -> Self:
        """Map what :meth:`save` wrote."""
        return cls(how, load_matrix(folder, f"together_{how.within}"))


def _others(found: sp.coo_array, n: int) -> sp.csr_array:
    """Return the ``n`` largest of each row off the diagonal, as float32.

    An item that is always bought with many others need not be among its own nearest, so one too many may be left.
    """
    off = found.row != found.col
    row, column, values = found.row[off], found.col[off], found.data[off].astype(np.float32)
    by = np.lexsort((column, -values, row))
    place = np.arange(len(by)) - np.searchsorted(row[by], row[by])
    kept = by[place < n]
    near = sp.csr_array((values[kept], (row[kept], column[kept])), shape=found.shape)
    near.sort_indices()
    return near


def _held(past: Past, how: Reach) -> sp.csr_array:
    """Return 1 for every item that a customer (or order) of the window held.

    All addends of a cosine are then one number, so the order of the rows moves no digit.
    """
    h = past.histories
    column = past.shelf.columns(h.item)
    kept = (column >= 0) & (h.age <= how.lookback_days)
    holder: npt.NDArray[np.int64] = h.row if how.within == "customer" else h.row * (h.ago.max(initial=0) + 1) + h.ago
    _, row = np.unique(holder[kept], return_inverse=True)
    n = int(row.max(initial=-1)) + 1
    held = sp.csr_array((np.ones(len(row)), (row, column[kept])), shape=(n, past.shelf.n))
    few = np.bincount(held.indices, minlength=past.shelf.n) < how.min_customers
    held.data[:] = np.where(few[held.indices], 0.0, 1.0)
    held.eliminate_zeros()
    return held
