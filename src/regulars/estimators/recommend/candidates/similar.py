"""What similar customers buy: the neighbours of a customer among those the shop knows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import scipy.sparse as sp

from regulars.estimators.recommend.candidates.arrays import load_array, load_matrix, save_array, save_matrix
from regulars.estimators.recommend.candidates.past import (
    Past,
    Shelf,
    latest,
    scaled_columns,
    scaled_rows,
    unit_rows,
)
from regulars.features.histories import Histories


@dataclass(frozen=True)
class Neighbours:
    """How customers are compared."""

    n: int = 100
    """Neighbours of a customer."""
    most_customers: int = 10_000
    """Customers that are remembered; beyond them, those with most purchases are."""
    half_orders: float = 3.0
    """A purchase counts half after so many orders, in what is compared and in what is offered."""
    late_half_orders: float = 0.5
    """The same in what is offered for being bought lately."""
    rarity: float = 0.25
    """Weight of rare items in the comparison: an item counts 1 / customers ** rarity."""
    sharpness: float = 2.0
    """Neighbours count by their similarity to this power."""


@dataclass(frozen=True)
class SimilarCustomers:
    """Temporal vectors of customers, each with the mean vectors of its neighbours.

    After Hu et al. (2020), Modeling personalized item frequency information for next-basket recommendation
    (TIFUKNN): purchases fade with the orders since. Here customers are compared by cosine, with rare items
    heavier, and a second vector holds the latest orders only: what everybody alike buys now.
    """

    how: Neighbours
    """The parameters."""
    compared: sp.csr_array
    """(items, customers) float32: unit vectors of the customers remembered, the item first."""
    bought: sp.csr_array
    """(customers, 2 x items) float32: what they buy, and what they bought lately."""
    weight: np.ndarray[tuple[int], np.dtype[np.float32]]
    """(items,) of each item in the comparison."""

    @classmethod
    def fit(cls, past: Past, how: Neighbours) -> Self:
        """Remember the customers of ``past``."""
        shelf, h = past.shelf, past.histories
        vectors = shelf.vectors(h, latest(h, how.half_orders))
        late = shelf.vectors(h, latest(h, how.late_half_orders))
        n_customers = np.bincount(vectors.indices, minlength=shelf.n)
        weight = (1.0 / np.maximum(n_customers, 1) ** how.rarity).astype(np.float32)
        # The customers are in the order of how much they bought: the last ones have most.
        some = slice(max(0, h.n - how.most_customers), h.n)
        compared = unit_rows(scaled_columns(vectors[some], weight)).T.tocsr()
        return cls(how, compared, sp.csr_array(sp.hstack([vectors[some], late[some]], format="csr")), weight)

    def generate(self, asked: Histories, shelf: Shelf) -> tuple[sp.csr_array, sp.csr_array]:
        """Return what the neighbours of each customer buy, and what they bought lately: (customers, items) each."""
        vectors = shelf.vectors(asked, latest(asked, self.how.half_orders))
        alike = (unit_rows(scaled_columns(vectors, self.weight)) @ self.compared).toarray()
        k = min(self.how.n, alike.shape[1])
        nearest = np.sort(np.argpartition(-alike, k - 1, axis=1)[:, :k], axis=1)
        close = np.take_along_axis(alike, nearest, axis=1) ** self.how.sharpness
        starts = np.arange(0, close.size + 1, k, dtype=np.int32)
        neighbours = sp.csr_array((close.ravel(), nearest.ravel().astype(np.int32), starts), shape=alike.shape)
        total = close.sum(axis=1)
        both = scaled_rows(neighbours @ self.bought, 1.0 / np.where(total > 0, total, 1.0))
        return both[:, : shelf.n], both[:, shelf.n :]

    def save(self, folder: Path) -> None:
        """Write what is remembered."""
        save_matrix(self.compared, folder, "similar_compared")
        save_matrix(self.bought, folder, "similar_bought")
        save_array(self.weight, folder, "similar_weight")

    @classmethod
    def load(cls, folder: Path, how: Neighbours) -> Self:
        """Map what :meth:`save` wrote."""
        weight = load_array(folder, "similar_weight")
        return cls(how, load_matrix(folder, "similar_compared"), load_matrix(folder, "similar_bought"), weight)
