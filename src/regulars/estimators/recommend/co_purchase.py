"""Item-item similarity on its own: what is bought by the customers who buy what this one buys."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import scipy.sparse as sp

from regulars.estimators.base import fitted
from regulars.estimators.recommend.assortment import Assortment
from regulars.estimators.recommend.candidates import Plan
from regulars.estimators.recommend.lists import CO_PURCHASE, HISTORY, Scored, filling, owned
from regulars.estimators.recommend.question import Question
from regulars.estimators.recommend.recommender import Recommender
from regulars.estimators.recommend.similar_items import SimilarItems
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

    def _learn(self, known: pl.DataFrame, items: pl.DataFrame, log: Purchases, assortment: Assortment) -> None:
        """Learn nothing beside which items go together, as every recommender does."""

    def _plan(self) -> Plan:
        plan = Plan()
        reach = replace(
            plan.reach,
            lookback_days=self.lookback_days,
            n_neighbours=self.n_neighbours,
            min_customers=self.min_customers,
        )
        return replace(plan, reach=reach)

    def _rate(self, histories: Histories, asked: Question) -> Scored:
        h = histories
        kin: SimilarItems = fitted(self.kin_, "CoPurchase")
        times = h.total(np.ones(len(h.row)))
        near = sp.coo_array(kin.shelf.matrix(h, times) @ kin.by_customer.similarity)
        places = np.append(h.pair_row, near.row), np.append(h.pair_item, kin.shelf.items[near.col])
        found = sp.coo_array(sp.csr_array((np.append(times, near.data), places)))
        row, item = np.asarray(found.row, np.int64), np.asarray(found.col, np.int64)
        total = np.bincount(h.row, minlength=h.n).astype(np.float64)
        mine = owned(h, row, item) >= 0
        source = np.where(mine, HISTORY, CO_PURCHASE)
        return Scored.of(row, item, found.data / total[row], source).with_more(filling(asked.extras(histories)))
