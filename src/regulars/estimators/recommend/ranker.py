"""The two-stage recommender: candidates of several kinds, ranked by gradient boosting."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl

from regulars.errors import DataError
from regulars.estimators import boosting
from regulars.estimators.base import fitted
from regulars.estimators.recommend import neighbours, training
from regulars.estimators.recommend.assortment import Assortment
from regulars.estimators.recommend.candidates import Limits
from regulars.estimators.recommend.recommender import Recommender
from regulars.estimators.recommend.view import View, matrix
from regulars.features import pairs
from regulars.features.purchases import Purchases


@dataclass
class LightGBMRanker(Recommender):
    """Own items, their neighbours and best sellers, ordered by what filled earlier next baskets.

    Trained on the next basket after each of several earlier days; what is known about items is counted anew
    before each. ``score`` is LightGBM's (any real number). A shop with too few baskets to learn from is
    refused; OwnTop asks for none.

    References: Burges (2010), From RankNet to LambdaRank to LambdaMART.
    """

    n_snapshots: int = 4
    """Earlier days to learn from."""
    step_days: int = 14
    """Days between them, and from the last of them to as_of."""
    label_days: int = 28
    """How long the next basket may take; never beyond as_of."""
    max_customers: int = 3000
    """Customers to learn from at each of these days; more are sampled down."""
    negatives: float = 0.3
    """Share of the candidates not bought that are kept for training."""
    min_baskets: int = 50
    """Fewer next baskets with a candidate in them than this are too few to learn from."""
    n_history: int = 120
    """Own items to rank."""
    n_seeds: int = 40
    """Own items, the latest first, whose neighbours are looked up."""
    n_co_purchase: int = 40
    """New items to rank that are near these."""
    n_popular: int = 50
    """Best sellers to rank."""
    lookback_days: int = 120
    """Days before as_of in which customers share items."""
    n_neighbours: int = 20
    """Neighbours kept per item."""
    min_customers: int = 5
    """Customers an item needs to have neighbours."""
    rounds: int = 100
    """Number of trees."""
    learning_rate: float = 0.1
    """Weight of each tree."""
    num_leaves: int = 15
    """Leaves of a tree."""
    min_data_in_leaf: int = 100
    """Fewest candidates in a leaf."""
    feature_fraction: float = 0.5
    """Share of the features that each tree sees."""
    lambda_l2: float = 5.0
    """Shrinkage of leaf values."""
    truncation: int = 20
    """Places at the top of the list that training attends to."""
    threads: int = 1
    """Threads for training; more help only where no one else uses the processors, and change no tree."""
    predict_threads: int = 1
    """Threads for answers."""
    seed: int = 0
    """Of all sampling."""
    view_: View | None = field(default=None, init=False, repr=False, compare=False)
    booster_: boosting.Booster | None = field(default=None, init=False, repr=False, compare=False)

    source: ClassVar[str] = "model"

    def _learn(self, known: pl.DataFrame, log: Purchases, assortment: Assortment) -> None:
        catalogue, as_of, plan = assortment.catalogue, assortment.as_of, self._plan()
        rng = np.random.default_rng(self.seed)
        learned = training.train_set(known, log, catalogue, as_of, plan, rng)
        n_baskets = 0 if learned is None else len(learned.sizes)
        if learned is None or n_baskets < self.min_baskets:
            raise DataError(
                f"{n_baskets} next baskets before {as_of} are too few to learn from, {max(1, self.min_baskets)} are "
                f"needed; wait for more history, or use recommend_own_top"
            )
        self.booster_ = self._train(learned)
        lines = log.before(as_of)
        similarity = neighbours.similar_items(lines, catalogue.n_items, as_of, plan.reach)
        self.view_ = View.at(lines, catalogue, as_of, self.popular_days, similarity)

    def _train(self, learned: training.TrainSet) -> boosting.Booster:
        parameters = {
            "objective": "lambdarank",
            "lambdarank_truncation_level": self.truncation,
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": min(self.min_data_in_leaf, max(1, len(learned.bought) // 20)),
            "feature_fraction": self.feature_fraction,
            "lambda_l2": self.lambda_l2,
            "num_threads": self.threads,
        }
        return boosting.train(
            learned.rows, learned.bought, pairs.NAMES, parameters, self.rounds, self.seed, group=learned.sizes
        )

    def _score(self, lines: pl.DataFrame, as_of: dt.date, k: int) -> pl.DataFrame:
        view: View = fitted(self.view_, "LightGBMRanker")
        rows = view.rows(lines, as_of, self._limits(k))
        scores = boosting.predict(fitted(self.booster_, "LightGBMRanker"), matrix(rows), self.predict_threads)
        return rows.select("customer", "item", "source", score=pl.Series(scores))

    def _limits(self, k: int = 0) -> Limits:
        """Return the numbers of candidates; a longer list needs more own items or best sellers to fill it."""
        return Limits(max(self.n_history, k), self.n_seeds, self.n_co_purchase, max(self.n_popular, k))

    def _plan(self) -> training.Plan:
        return training.Plan(
            n_snapshots=self.n_snapshots,
            step_days=self.step_days,
            label_days=self.label_days,
            max_customers=self.max_customers,
            negatives=self.negatives,
            popular_days=self.popular_days,
            reach=neighbours.Reach(self.lookback_days, self.n_neighbours, self.min_customers),
            limits=self._limits(),
        )

    def _save(self, folder: Path) -> dict[str, Any]:
        view: View = fitted(self.view_, "LightGBMRanker")
        view.stats.write_parquet(folder / "stats.parquet")
        neighbours.save(view.similarity, folder)
        boosting.save(fitted(self.booster_, "LightGBMRanker"), folder / "booster.txt")
        return {}

    def _load(self, folder: Path, learned: dict[str, Any]) -> None:  # noqa: ARG002
        assortment = self._assortment()
        stats = pl.read_parquet(folder / "stats.parquet")
        self.view_ = View(assortment.catalogue, assortment.popular, stats, neighbours.load(folder))
        self.booster_ = boosting.load(folder / "booster.txt", pairs.NAMES)
