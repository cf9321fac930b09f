"""The two-stage recommender: candidates of several kinds, ranked by gradient boosting."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars.errors import ConfigError, DataError
from regulars.estimators import boosting
from regulars.estimators.base import fitted
from regulars.estimators.recommend import training
from regulars.estimators.recommend.assortment import Assortment
from regulars.estimators.recommend.candidates import Limits, Plan, Sources, plan_of
from regulars.estimators.recommend.lists import Scored
from regulars.estimators.recommend.question import Question
from regulars.estimators.recommend.recommender import Recommender
from regulars.estimators.recommend.view import NAMES, View
from regulars.features.histories import Histories
from regulars.features.purchases import Purchases


@dataclass
class LightGBMRanker(Recommender):
    """Own items, their neighbours and best sellers, ordered by what filled earlier next baskets.

    Trained on the next basket after each of several earlier days; what is known about items is counted anew
    before each. ``score`` is LightGBM's (any real number). A shop with too few baskets to learn from is
    refused; OwnTop asks for none.

    References: Burges (2010), From RankNet to LambdaRank to LambdaMART.
    """

    lessons: training.Lessons = "earlier days"
    """Where the baskets to learn from come from."""
    n_snapshots: int = 4
    """Earlier days to learn from (folds of customers, where these teach)."""
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
    shelf_days: int = 120
    """Days in which an item must have sold to be offered to others than its buyers."""
    min_customers: int = 5
    """Customers who must have bought it then."""
    candidates: dict[str, Any] = field(default_factory=dict)
    """Changes to the :class:`~regulars.estimators.recommend.candidates.Plan`: ``{"limits": {"history": 100}, ...}``."""
    n_models: int = 1
    """Boosters of different seeds whose answers are added up."""
    rounds: int = 120
    """Number of trees."""
    learning_rate: float = 0.1
    """Weight of each tree."""
    num_leaves: int = 31
    """Leaves of a tree."""
    min_data_in_leaf: int = 200
    """Fewest candidates in a leaf."""
    feature_fraction: float = 0.3
    """Share of the features that each tree sees."""
    extra_trees: bool = True
    """Whether splits are drawn at random and the best of them taken, which many alike features call for."""
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
    boosters_: list[boosting.Booster] | None = field(default=None, init=False, repr=False, compare=False)

    source: ClassVar[str] = "model"

    def importance(self) -> dict[str, float]:
        """Return each input's share of the gain that the trees' splits made."""
        return boosting.importance(fitted(self.boosters_, "LightGBMRanker"))

    def _learn(self, known: pl.DataFrame, items: pl.DataFrame, log: Purchases, assortment: Assortment) -> None:
        self._check()
        catalogue, as_of, how = assortment.catalogue, assortment.as_of, self._schooling()
        learned = training.train_set(known, items, log, catalogue, as_of, how, np.random.default_rng(self.seed))
        n_baskets = 0 if learned is None else len(learned.sizes)
        if learned is None or n_baskets < self.min_baskets:
            raise DataError(
                f"{n_baskets} next baskets before {as_of} are too few to learn from, {max(1, self.min_baskets)} are "
                f"needed; wait for more history, or use recommend_own_top"
            )
        self.boosters_ = [self._train(learned, self.seed + number) for number in range(self.n_models)]
        self.view_ = View.of(training.past(log.before(as_of), items, catalogue, as_of, how), how.plan)

    def _check(self) -> None:
        fewest = {"n_snapshots": 1 if self.lessons == "earlier days" else 2, "step_days": 1, "rounds": 1, "n_models": 1}
        for name, least in fewest.items():
            if getattr(self, name) < least:
                raise ConfigError(f"LightGBMRanker: {name} is at least {least}, not {getattr(self, name)}")
        if not 0.0 < self.negatives <= 1.0:
            raise ConfigError(f"LightGBMRanker: negatives lies in (0, 1], not at {self.negatives}")

    def _train(self, learned: training.TrainSet, seed: int) -> boosting.Booster:
        parameters = {
            "objective": "lambdarank",
            "lambdarank_truncation_level": self.truncation,
            "lambdarank_norm": False,
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": min(self.min_data_in_leaf, max(1, len(learned.bought) // 20)),
            "feature_fraction": self.feature_fraction,
            "extra_trees": self.extra_trees,
            "lambda_l2": self.lambda_l2,
            "num_threads": self.threads,
        }
        return boosting.train(learned.rows, learned.bought, NAMES, parameters, self.rounds, seed, group=learned.sizes)

    def _rate(self, histories: Histories, asked: Question) -> Scored:
        limits = self._limits(0 if asked.is_told_whole else asked.k)
        if asked.wish.kind == "buy_again":
            limits = replace(limits, history=int(histories.n_orders.max(initial=0) + len(histories.row)))
        told = asked.extras(histories) if asked.wish.is_filtered or asked.described.height else None
        found, rows = fitted(self.view_, "LightGBMRanker").rows(histories, limits, told)
        return Scored.of(found.row, found.item, self._rated(rows), found.source)

    def _sources(self) -> Sources | None:
        return fitted(self.view_, "LightGBMRanker").sources  # type: ignore[no-any-return]

    def _rated(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        boosters: list[boosting.Booster] = fitted(self.boosters_, "LightGBMRanker")
        scores = np.zeros(len(rows))
        for booster in boosters:
            scores += boosting.predict(booster, rows, self.predict_threads)
        return scores / len(boosters)

    def _limits(self, k: int = 0) -> Limits:
        """Return the numbers of candidates; a longer list needs more own items or best sellers to fill it."""
        limits = self._plan().limits
        return replace(limits, history=max(limits.history, k), popular=max(limits.popular, k))

    def _plan(self) -> Plan:
        return plan_of(self.candidates)

    def _schooling(self) -> training.Schooling:
        return training.Schooling(
            lessons=self.lessons,
            n_snapshots=self.n_snapshots,
            step_days=self.step_days,
            label_days=self.label_days,
            max_customers=self.max_customers,
            negatives=self.negatives,
            shelf_days=self.shelf_days,
            min_customers=self.min_customers,
            plan=self._plan(),
        )

    def _save(self, folder: Path) -> dict[str, Any]:
        fitted(self.view_, "LightGBMRanker").save(folder)
        for number, booster in enumerate(fitted(self.boosters_, "LightGBMRanker")):
            boosting.save(booster, folder / f"booster_{number}.txt")
        return {}

    def _load(self, folder: Path, learned: dict[str, Any]) -> None:  # noqa: ARG002
        self.view_ = View.load(folder, self._assortment().catalogue, self._plan())
        self.boosters_ = [boosting.load(folder / f"booster_{number}.txt", NAMES) for number in range(self.n_models)]
