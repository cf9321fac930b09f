"""Item-item similarity on its own: what is bought by the customers who buy what this one buys."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp

from regulars.estimators.base import fitted
from regulars.estimators.recommend import neighbours
from regulars.estimators.recommend.assortment import Assortment
from regulars.estimators.recommend.lists import CO_PURCHASE, HISTORY, Scored, filling, owned
from regulars.estimators.recommend.question import Question
from regulars.estimators.recommend.recommender import Recommender
from regulars.features.histories import Histories
from regulars.features.purchases import Purchases


@dataclass
class CoPurchase(Recommender):
    """Cosine similarity of items by the customers who bought them, summed over the customer's own items.

    An own item counts as often as it was bought, and is as similar to itself as can be (1), so both habits
    and their neighbours are offered. ``score`` is that sum as a share of all the customer's purchases; best
    sellers fill up with a score below 0.

    References: Sarwar et al. (2001), Item-based collaborative filtering; the library ``implicit``.
    """

    lookback_days: int = 60
    """Days before as_of in which customers share items."""
    n_neighbours: int = 10
    """Neighbours kept per item."""
    min_customers: int = 5
    """Customers an item needs to have neighbours."""
    similarity_: sp.csr_array | None = field(default=None, init=False, repr=False, compare=False)

    def _learn(self, known: pl.DataFrame, items: pl.DataFrame, log: Purchases, assortment: Assortment) -> None:  # noqa: ARG002
        self.similarity_ = neighbours.similar_items(
            log.lines,
            assortment.catalogue.n_items,
            assortment.as_of,
            neighbours.Reach(self.lookback_days, self.n_neighbours, self.min_customers),
        )

    def _rate(self, histories: Histories, asked: Question) -> Scored:
        h, similarity = histories, fitted(self.similarity_, "CoPurchase")
        times = h.total(np.ones(len(h.row)))
        known = h.pair_item < similarity.shape[0]
        place = (h.pair_row[known], h.pair_item[known])
        near = sp.coo_array(sp.csr_array((times[known], place), shape=(h.n, similarity.shape[0])) @ similarity)
        places = np.append(h.pair_row, near.row), np.append(h.pair_item, near.col)
        found = sp.coo_array(sp.csr_array((np.append(times, near.data), places)))
        row, item = np.asarray(found.row, np.int64), np.asarray(found.col, np.int64)
        total = np.bincount(h.row, minlength=h.n).astype(np.float64)
        mine = owned(h, row, item) >= 0
        source = np.where(mine, HISTORY, CO_PURCHASE)
        return Scored.of(row, item, found.data / total[row], source).with_more(filling(asked.extras(histories)))

    def _save(self, folder: Path) -> dict[str, Any]:
        neighbours.save(fitted(self.similarity_, "CoPurchase"), folder)
        return {}

    def _load(self, folder: Path, learned: dict[str, Any]) -> None:  # noqa: ARG002
        self.similarity_ = neighbours.load(folder)
