"""Scored items of some customers, and the best of each customer: arrays, for speed."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from regulars.estimators.recommend.candidates import SOURCES, Extra
from regulars.features.histories import Floats, Histories, Ints

HISTORY, SIMILAR, CO_PURCHASE, CONTENT, POPULAR = range(len(SOURCES))
"""Numbers of the sources."""


@dataclass(frozen=True)
class Scored:
    """What may be offered to each customer; nobody has an item twice."""

    row: Ints
    """(c,) whose: a place in the histories' ``customers``."""
    item: Ints
    """(c,) number of the item."""
    score: Floats
    """(c,) higher is better, comparable within a customer."""
    source: npt.NDArray[np.int8]
    """(c,) where it comes from: a place in SOURCES."""
    tie: Floats
    """(c,) decides between equal scores, higher is better; then the item's number does."""

    @classmethod
    def of(
        cls, row: Ints, item: Ints, score: Floats, source: npt.NDArray[np.integer] | int, tie: Floats | None = None
    ) -> Self:
        """Return scored items that may have one source for all, and no ties to break."""
        sources = np.full(len(row), source, np.int8) if isinstance(source, int) else source.astype(np.int8)
        return cls(row, item, score, sources, np.zeros(len(row)) if tie is None else tie)

    def __getitem__(self, some: npt.NDArray[np.bool_] | Ints) -> "Scored":
        """Return some of them, by mask or place."""
        return Scored(self.row[some], self.item[some], self.score[some], self.source[some], self.tie[some])

    def with_more(self, other: "Scored") -> "Scored":
        """Return these and, behind them, what ``other`` has beside them."""
        width = 1 + max(int(self.item.max(initial=0)), int(other.item.max(initial=0)))
        fresh = other[~np.isin(other.row * width + other.item, self.row * width + self.item)]
        return Scored(*(np.concatenate([getattr(each, name) for each in (self, fresh)]) for name in _FIELDS))

    def best(self, k: int) -> "Scored":
        """Return the ``k`` best of each customer, by customer and from the best on."""
        by = np.lexsort((self.item, -self.tie, -self.score, self.row))
        return self[by[ranks(self.row[by]) <= k]]


_FIELDS = ("row", "item", "score", "source", "tie")


def ranks(row: Ints) -> Ints:
    """Return the place of each entry among those of its row, from 1; rows are ascending."""
    place = np.arange(len(row))
    start = np.maximum.accumulate(np.where(np.diff(row, prepend=-1) != 0, place, 0))
    return np.asarray(place - start + 1)


def filling(extra: Extra) -> Scored:
    """Return what comes behind everything that is better founded: the share of its customers less one, so below 0."""
    return Scored.of(extra.row, extra.item, extra.share - 1.0, POPULAR, -ranks(extra.row).astype(np.float64))


def owned(histories: Histories, row: Ints, item: Ints) -> Ints:
    """Return which pair of ``histories`` each customer and item is; -1 where the customer never bought it."""
    width = 1 + max(int(histories.item.max(initial=0)), int(item.max(initial=0)))
    keys, wanted = histories.pair_row * width + histories.pair_item, row * width + item
    if not len(keys):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)
