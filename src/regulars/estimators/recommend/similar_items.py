"""Which items go together: by what is written on them, by who buys them, and by the orders that hold both."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from regulars.estimators.recommend.candidates import Past, Plan, Shelf, Sources
from regulars.estimators.recommend.candidates.content import Content
from regulars.estimators.recommend.candidates.together import CoPurchase
from regulars.features.histories import Floats, Ints

WRITTEN = 2.0 / 3.0
"""Weight of what is written on an item beside who buys it: what is bought along is often the opposite of alike."""


@dataclass(frozen=True)
class SimilarItems:
    """The relations between items."""

    shelf: Shelf
    """The items that have neighbours by purchases."""
    content: Content
    """What is written on each item of the catalogue."""
    by_customer: CoPurchase
    """Bought by the same customers."""
    by_order: CoPurchase
    """Held by the same orders."""

    @classmethod
    def fit(cls, past: Past, plan: Plan, sources: Sources | None = None) -> Self:
        """Relate the items of ``past``; what ``sources`` already know is not learned twice."""
        by_order = CoPurchase.fit(past, replace(plan.reach, within="order"))
        if sources is not None:
            return cls(sources.shelf, sources.content, sources.co_purchase, by_order)
        by_customer = CoPurchase.fit(past, replace(plan.reach, within="customer"))
        return cls(past.shelf, Content.fit(past, plan.words), by_customer, by_order)

    def like(self, item: int, vector: sp.csr_array) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return how like one item every item of the catalogue is, in [0, 1], and whether its words say so most.

        Both cosines enter as shares of their highest, so that a shop whose items are hardly described, or hardly
        bought by the same customers, still has an order.

        Args:
            item: its number; beyond the catalogue for an item that only the request describes.
            vector: (1, words) what is written on it.
        """
        written = np.asarray((self.content.vectors @ vector.T).todense(), np.float64).ravel()
        bought = np.zeros(len(written))
        column = int(self.shelf.columns(np.array([item]))[0])
        if column >= 0:
            bought[self.shelf.items] = self.by_customer.similarity[[column]].toarray().ravel()
        if item < len(written):
            written[item] = 0.0
        parts = WRITTEN * _share(written), (1.0 - WRITTEN) * _share(bought)
        return parts[0] + parts[1], parts[0] >= parts[1]

    def goes_with(self, basket: Ints) -> tuple[Ints, Floats]:
        """Return the items held by the orders that hold those of ``basket``, and their mean similarity to these."""
        columns = self.shelf.columns(np.unique(basket))
        known = columns[columns >= 0]
        if not len(known):
            return np.empty(0, np.int64), np.empty(0)
        near = np.asarray(self.by_order.similarity[known].sum(axis=0)).ravel() / len(known)
        near[known] = 0.0
        found = np.flatnonzero(near > 0)
        return self.shelf.items[found], near[found].astype(np.float64)

    @cached_property
    def customer_towards(self) -> sp.csr_array:
        """For each item those that have it for a neighbour by customers: (items, items)."""
        return sp.csr_array(self.by_customer.similarity.T.tocsr())

    @cached_property
    def order_towards(self) -> sp.csr_array:
        """The same by orders."""
        return sp.csr_array(self.by_order.similarity.T.tocsr())

    def save(self, folder: Path) -> None:
        """Write everything; the ranker's sources write the same files with the same content."""
        for part in (self.shelf, self.content, self.by_customer, self.by_order):
            part.save(folder)

    @classmethod
    def load(cls, folder: Path, plan: Plan) -> Self:
        """Map what :meth:`save` wrote."""
        return cls(
            Shelf.load(folder),
            Content.load(folder, plan.words),
            CoPurchase.load(folder, replace(plan.reach, within="customer")),
            CoPurchase.load(folder, replace(plan.reach, within="order")),
        )


def _share(values: Floats) -> Floats:
    highest = values.max(initial=0.0)
    return values / highest if highest > 0 else np.zeros(len(values))
