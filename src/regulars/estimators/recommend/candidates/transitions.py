"""What the next basket holds after such a history: a linear map learned from every basket that followed another."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from regulars.estimators.recommend.candidates.arrays import load_matrix, save_matrix
from regulars.estimators.recommend.candidates.past import Past, Shelf, latest, unit_rows
from regulars.features.histories import Histories


@dataclass(frozen=True)
class Steps:
    """What the next basket is learned from."""

    most_items: int = 2000
    """Items that predict and are predicted, the most bought first; beyond them the map is silent."""
    most_orders: int = 12
    """A customer's latest orders that are learned from."""
    half_orders: float = 2.0
    """A purchase counts half after so many orders."""
    half_lessons: float = 2.0
    """A basket teaches half as much after so many orders of the customer since."""
    ridge: float = 40.0
    """Shrinkage of the map, in baskets."""
    n_neighbours: int = 100
    """Items that an item points to, at most."""


@dataclass(frozen=True)
class NextBaskets:
    """Ridge regression of the next basket on the history before it, kept where it says most.

    In closed form, B = (X'X + ridge)^-1 X'Y over all (history, next basket) of all customers, as in Steck (2019),
    Embarrassingly shallow autoencoders, but from one basket to the next.
    """

    how: Steps
    """The parameters."""
    points_to: sp.csr_array
    """(items, items) float32: how much an item in the history speaks for another in the next basket."""

    @classmethod
    def fit(cls, past: Past, how: Steps) -> Self:
        """Learn from the baskets of ``past``."""
        shelf, h = past.shelf, past.histories
        n_bought = np.bincount(shelf.columns(h.item)[shelf.columns(h.item) >= 0], minlength=shelf.n)
        some = np.sort(np.argsort(-n_bought, kind="stable")[: how.most_items])
        small = Shelf.on(shelf.items[some], len(shelf.column_of) - 1)
        gram = np.zeros((small.n, small.n))
        gram[np.diag_indices_from(gram)] = how.ridge
        follows = np.zeros((small.n, small.n))
        for back in range(min(how.most_orders, int(h.n_orders.max(initial=1)) - 1)):
            before, after = _step(h, small, back, how.half_orders)
            weight = 0.5 ** (back / how.half_lessons)
            gram += weight * (before.T @ before).toarray()
            follows += weight * (before.T @ after).toarray()
        learned = scipy.linalg.solve(gram, follows, assume_a="pos", overwrite_a=True, overwrite_b=True)
        return cls(how, _wide(_most(learned, how.n_neighbours), some, shelf.n))

    def generate(self, asked: Histories, shelf: Shelf) -> sp.csr_array:
        """Return what each customer's history speaks for: (customers, items); may be negative."""
        mine = unit_rows(shelf.vectors(asked, latest(asked, self.how.half_orders)))
        following: sp.csr_array = mine @ self.points_to
        return following

    def save(self, folder: Path) -> None:
        """Write the map."""
        save_matrix(self.points_to, folder, "next_points_to")

    @classmethod
    def load(cls, folder: Path, how: Steps) -> Self:
        """Map what :meth:`save` wrote."""
        return cls(how, load_matrix(folder, "next_points_to"))


def _step(h: Histories, shelf: Shelf, back: int, half_orders: float) -> tuple[sp.csr_array, sp.csr_array]:
    """Return histories up to the basket that has ``back`` after it, and that basket, a row a customer with both."""
    weights = np.where(h.ago > back, np.exp2((back + 1 - h.ago) / half_orders), 0.0)
    before, after = shelf.vectors(h, weights), shelf.vectors(h, (h.ago == back).astype(np.float64))
    both = np.flatnonzero(h.n_orders > back + 1)
    before, after = before[both], after[both]
    before.eliminate_zeros()
    after.eliminate_zeros()
    after.data = np.minimum(after.data, 1.0)
    return unit_rows(before), after


def _most(learned: np.ndarray[tuple[int, int], np.dtype[np.float64]], n: int) -> sp.csr_array:
    """Return the ``n`` largest of each row by size, as float32."""
    n = min(n, learned.shape[1])
    kept = (
        np.sort(np.argpartition(-np.abs(learned), n - 1, axis=1)[:, :n], axis=1) if n else np.empty((len(learned), 0))
    )
    values = np.take_along_axis(learned, kept.astype(np.int64), axis=1).astype(np.float32)
    starts = np.arange(0, values.size + 1, max(n, 1))[: len(learned) + 1]
    return sp.csr_array((values.ravel(), kept.ravel(), starts), shape=learned.shape)


def _wide(small: sp.csr_array, places: np.ndarray[tuple[int], np.dtype[np.int64]], n: int) -> sp.csr_array:
    """Return a square matrix over ``n`` items from one over those at ``places``."""
    found = small.tocoo()
    wide = sp.csr_array((found.data, (places[found.row], places[found.col])), shape=(n, n))
    wide.sort_indices()
    return wide
