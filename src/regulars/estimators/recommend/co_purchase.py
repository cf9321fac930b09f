"""Item-item similarity on its own: what is bought by the customers who buy what this one buys."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import scipy.sparse as sp

from regulars.estimators.base import fitted
from regulars.estimators.recommend import neighbours
from regulars.estimators.recommend.assortment import Assortment
from regulars.estimators.recommend.baselines import fillers
from regulars.estimators.recommend.recommender import CO_PURCHASE, HISTORY, POPULAR, Recommender
from regulars.features import pairs
from regulars.features.purchases import Purchases, ratio


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

    def _learn(self, known: pl.DataFrame, log: Purchases, assortment: Assortment) -> None:  # noqa: ARG002
        self.similarity_ = neighbours.similar_items(
            log.lines,
            assortment.catalogue.n_items,
            assortment.as_of,
            neighbours.Reach(self.lookback_days, self.n_neighbours, self.min_customers),
        )

    def _score(self, lines: pl.DataFrame, as_of: dt.date, k: int) -> pl.DataFrame:
        pair = ["customer", "item"]
        owned = pairs.own(lines, as_of).select(*pair, weight=pl.col("own_orders").cast(pl.Float64))
        near = neighbours.scores(owned, fitted(self.similarity_, "CoPurchase"))
        total = owned.group_by("customer").agg(total=pl.col("weight").sum())
        found = near.join(owned, on=pair, how="full", coalesce=True).join(total, on="customer")
        scored = found.select(
            *pair,
            score=ratio(pl.col("co_score").fill_null(0.0) + pl.col("weight").fill_null(0.0), pl.col("total")),
            source=pl.when(pl.col("weight").is_not_null()).then(pl.lit(HISTORY)).otherwise(pl.lit(CO_PURCHASE)),
        )
        more = fillers(lines, self._assortment().popular, k).join(found, on=pair, how="anti")
        return pl.concat([scored, more.select(*pair, score=pl.col("score") - 1.0, source=pl.lit(POPULAR))])

    def _save(self, folder: Path) -> dict[str, Any]:
        neighbours.save(fitted(self.similarity_, "CoPurchase"), folder)
        return {}

    def _load(self, folder: Path, learned: dict[str, Any]) -> None:  # noqa: ARG002
        self.similarity_ = neighbours.load(folder)
