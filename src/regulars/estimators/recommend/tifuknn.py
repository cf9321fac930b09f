"""How often customers buy what, fading with time, and how often their nearest neighbours do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from regulars.errors import ConfigError
from regulars.estimators.base import fitted
from regulars.estimators.recommend.assortment import Assortment
from regulars.estimators.recommend.candidates.arrays import load_array, load_matrix, save_array, save_matrix
from regulars.estimators.recommend.candidates.past import Past, Shelf
from regulars.estimators.recommend.diversity import pool
from regulars.estimators.recommend.lists import HISTORY, SIMILAR, Scored, filling
from regulars.estimators.recommend.question import Question
from regulars.estimators.recommend.recommender import Recommender
from regulars.features.histories import Floats, Histories
from regulars.features.purchases import Purchases

CELLS = 1 << 22
"""Distances (or scores) that are held at once, which bounds the memory."""

_Matrix = npt.NDArray[np.float32]
_Mask = npt.NDArray[np.bool_]


@dataclass
class TIFUKNN(Recommender):
    """Temporal item frequency of the customer, mixed with that of the nearest customers.

    A customer is a vector over items. Orders are put into groups of ``group_size``, counted from the latest; an order
    fades with its distance from the end of its group, and a group with its distance from the latest one. The vector is
    the mean over groups of the mean over a group's orders. ``score`` is ``alpha`` times the customer's own vector plus
    ``1 - alpha`` times the mean vector of the ``n_neighbours`` nearest of the customers known at fit, by Euclidean
    distance; a customer known at fit is a neighbour of their own. It lies in [0, 1]; best sellers fill up with the
    share of the recent customers who bought them, less one.

    References: Hu, He, Zhang & Wang (2020), Modeling personalized item frequency information for next-basket
    recommendation, SIGIR.
    """

    n_neighbours: int = 300
    """Customers whose vectors are averaged."""
    group_size: int = 7
    """Orders in a group."""
    within_decay: float = 0.9
    """What an order counts for each later one of its group, in (0, 1]."""
    group_decay: float = 0.7
    """What a group counts for each later one, in (0, 1]."""
    alpha: float = 0.7
    """Weight of the customer's own vector beside the neighbours', in [0, 1]."""
    most_customers: int = 50_000
    """Customers that are remembered; beyond them, those with most purchases are."""
    known_: "Known | None" = field(default=None, init=False, repr=False, compare=False)

    def _learn(self, known: pl.DataFrame, items: pl.DataFrame, log: Purchases, assortment: Assortment) -> None:  # noqa: ARG002
        self._check()
        catalogue = assortment.catalogue
        shelf = Shelf.on(log.lines["item"].unique().sort().to_numpy(), catalogue.n_items)
        histories = Past(log.lines, catalogue, items, assortment.as_of, shelf).histories
        self.known_ = Known.of(shelf.vectors(histories, self._faded(histories)), shelf, self.most_customers)

    def _rate(self, histories: Histories, asked: Question) -> Scored:
        own, known = histories.total(self._faded(histories)), fitted(self.known_, "TIFUKNN")
        extra = asked.extras(histories)
        few = pool(asked.k), extra.allowed
        parts = known.scores(known.shelf.matrix(histories, own), self.n_neighbours, self.alpha, *few)
        row, item, score, mine = (np.concatenate(column) for column in zip(*parts, strict=True))
        # What the shop did not know at fit: no neighbour has it.
        strange = known.shelf.columns(histories.pair_item) < 0
        rows, items = np.append(row, histories.pair_row[strange]), np.append(item, histories.pair_item[strange])
        source = np.where(np.append(mine, strange[strange]), HISTORY, SIMILAR)
        found = Scored.of(rows, items, np.append(score, self.alpha * own[strange]), source)
        return found.with_more(filling(extra))

    def _faded(self, histories: Histories) -> Floats:
        """Return what each line counts."""
        h, m = histories, self.group_size
        n_groups = -(-h.n_orders // m)
        group, whole = h.ago // m, n_groups[h.row]
        size = np.where(group == whole - 1, h.n_orders[h.row] - m * (whole - 1), m)
        faded: Floats = self.within_decay ** (h.ago % m) * self.group_decay**group / (size * whole)
        return faded

    def _check(self) -> None:
        for name in ("n_neighbours", "group_size", "most_customers"):
            if getattr(self, name) < 1:
                raise ConfigError(f"TIFUKNN: {name} is at least 1, not {getattr(self, name)}")
        for name in ("within_decay", "group_decay", "alpha"):
            if not 0.0 <= getattr(self, name) <= 1.0 or (name != "alpha" and not getattr(self, name)):
                raise ConfigError(f"TIFUKNN: {name} lies between 0 and 1, not at {getattr(self, name)}")

    def _save(self, folder: Path) -> dict[str, Any]:
        fitted(self.known_, "TIFUKNN").save(folder)
        return {}

    def _load(self, folder: Path, learned: dict[str, Any]) -> None:  # noqa: ARG002
        self.known_ = Known.load(folder)


@dataclass(frozen=True)
class Known:
    """The customers that neighbours are chosen from."""

    shelf: Shelf
    """The items that any of them bought."""
    vectors: sp.csr_array
    """(customers, items) float32."""
    by_item: sp.csr_array
    """The same, the item first: (items, customers)."""
    squares: _Matrix
    """(customers,) squared length of each vector."""

    @classmethod
    def of(cls, vectors: sp.csr_array, shelf: Shelf, most: int) -> Self:
        """Keep the last ``most`` of the ``vectors``; they are in the order of how much their customers bought."""
        kept = vectors[max(0, vectors.shape[0] - most) :]
        squares = np.asarray(kept.power(2).sum(axis=1)).ravel().astype(np.float32)
        return cls(shelf, kept, kept.T.tocsr(), squares)

    def scores(
        self, asked: sp.csr_array, n: int, alpha: float, k: int, allowed: _Mask | None = None
    ) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats, _Mask]]:
        """Yield customers' rows, items, scores and whether they are the customer's own, some customers at a time.

        Every own item is there, and the ``k`` best of the others as far as any neighbour has one.

        Args:
            asked: (customers asked about, items) their vectors.
            n: number of neighbours.
            alpha: weight of the own vector.
            k: items wanted.
            allowed: (items of the catalogue or more,) which others are wanted; None for all.
        """
        wanted = np.ones(self.shelf.n, np.bool_) if allowed is None else allowed[self.shelf.items]
        step = max(1, CELLS // max(self.vectors.shape))
        for start in range(0, asked.shape[0], step):
            mine = asked[start : start + step]
            mixed = (mine * np.float32(alpha) + self._near(mine, n) * np.float32(1.0 - alpha)).toarray()
            own = _there(mine)
            others = np.where(wanted & ~own, mixed, np.float32(0.0))
            row, column = np.nonzero(own | (_highest(others, k) & (others > 0)))
            yield row + start, self.shelf.items[column], mixed[row, column].astype(np.float64), own[row, column]

    def _near(self, asked: sp.csr_array, n: int) -> sp.csr_array:
        """Return the mean vector of the ``n`` nearest, those with fewer purchases first among equals."""
        n = min(n, len(self.squares))
        # The asked customer's own length is the same for all neighbours.
        nearness = (asked @ self.by_item).toarray() * np.float32(2.0) - self.squares
        nearest = np.nonzero(_highest(nearness, n))[1]
        parts = (np.full(len(nearest), np.float32(1.0 / n)), nearest, np.arange(0, len(nearest) + 1, n))
        found: sp.csr_array = sp.csr_array(parts, shape=nearness.shape) @ self.vectors
        return found

    def save(self, folder: Path) -> None:
        """Write everything as arrays."""
        save_array(self.shelf.items, folder, "tifuknn_items")
        save_array(np.array(len(self.shelf.column_of) - 1), folder, "tifuknn_n_items")
        save_array(self.squares, folder, "tifuknn_squares")
        save_matrix(self.vectors, folder, "tifuknn_vectors")
        save_matrix(self.by_item, folder, "tifuknn_by_item")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Map what :meth:`save` wrote."""
        n_items = int(load_array(folder, "tifuknn_n_items"))
        shelf = Shelf.on(np.asarray(load_array(folder, "tifuknn_items"), np.int64), n_items)
        vectors, by_item = load_matrix(folder, "tifuknn_vectors"), load_matrix(folder, "tifuknn_by_item")
        return cls(shelf, vectors, by_item, np.asarray(load_array(folder, "tifuknn_squares"), np.float32))


def _there(matrix: sp.csr_array) -> _Mask:
    """Return where a matrix has an entry, also one that faded to 0."""
    entries = np.ones(matrix.nnz, np.bool_), matrix.indices, matrix.indptr
    found: _Mask = sp.csr_array(entries, shape=matrix.shape).toarray()
    return found


def _highest(values: _Matrix, n: int) -> _Mask:
    """Return where the ``n`` highest values of each row are, the first among equals."""
    width = values.shape[1]
    if n >= width:
        return np.ones(values.shape, np.bool_)
    last = np.partition(values, width - n, axis=1)[:, width - n, None]
    above, level = values > last, values == last
    room = n - np.count_nonzero(above, axis=1, keepdims=True)
    found: _Mask = above | (level & (level.cumsum(axis=1, dtype=np.int32) <= room))
    return found
