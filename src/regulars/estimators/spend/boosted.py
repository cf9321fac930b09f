"""Gradient boosting on top of the probability models: they know the shop's level, the trees know the customers."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl

from regulars import features as ft
from regulars.estimators import boosting
from regulars.estimators.base import Floats, Ints, Labels, Source, fitted, read_state, write_state
from regulars.estimators.spend import hindsight, trees
from regulars.estimators.spend.gamma_gamma import GammaGammaSpend
from regulars.estimators.spend.hindsight import Hindsight
from regulars.estimators.spend.spread import Spread


@dataclass
class BlendSpend(GammaGammaSpend):
    """The weighted mean of Tweedie boosting and of :class:`GammaGammaSpend`.

    The trees see the customer features and what the probability models say; a Tweedie loss takes the many
    zeros and the few large amounts as they are. Trees take the level of the train windows for that of the next
    one, which a young shop's is not, so their total at the training cut is scaled to that of the probability models.
    The interval is made from what trees said of customers they never saw: two more trainings, on half of them each.

    References: Jorgensen & Paes de Souza (1994), Fitting Tweedie's compound Poisson model to insurance claims data,
    Scandinavian Actuarial Journal 1.
    """

    trees_share: float = 0.7
    """Weight of the trees in the mean."""
    variance_power: float = 1.5
    """Of the Tweedie loss, between 1 (Poisson) and 2 (Gamma)."""
    rounds: int = 150
    """Number of trees."""
    learning_rate: float = 0.03
    """Weight of each tree."""
    num_leaves: int = 7
    """Leaves of a tree."""
    min_data_in_leaf: int = 300
    """Fewest train rows in a leaf."""
    feature_fraction: float = 0.3
    """Share of the features that each tree sees."""
    bagging_fraction: float = 0.8
    """Share of the rows that each tree sees."""
    lambda_l2: float = 5.0
    """Shrinkage of leaf values."""
    max_rows: int = 300_000
    """Train rows above which the trees learn from a sample of the customers."""
    threads: int = 1
    """Threads of one training."""
    seed: int = 0
    """Of feature and row sampling."""
    booster_: boosting.Booster | None = field(default=None, init=False, repr=False)
    scale_: float | None = field(default=None, init=False, repr=False)
    """What the trees' answer is multiplied by, minor units."""
    blank_: tuple[str, ...] = field(default=(), init=False, repr=False)
    """Features left out, because the train rows do not span the year that would teach them."""

    source: ClassVar[Source] = "model"
    learns_from: ClassVar[Labels] = "censored"

    def fit(self, features: pl.DataFrame, spend_ahead: Ints, days_watched: Ints) -> Self:
        """Fit the probability models and train the trees on the windows that are over.

        Raises:
            DataError: as :meth:`GammaGammaSpend.fit`, or no train customer spent anything.
        """
        past, spent = self._fit_purchases(features, spend_ahead, days_watched)
        over = np.flatnonzero(np.asarray(days_watched) >= self.horizon_days)
        taught = over[trees.sampled(features["customer_id"][over], self.max_rows, self.seed)]
        known, taken = features[taught], np.maximum(spent[taught], 0.0)
        self.blank_ = () if ft.spans_a_year(known) else ft.YEAR
        purchases = fitted(self.purchases_, type(self).__name__)
        rows = trees.matrix(known, purchases, self.horizon_days, self.blank_)
        self.booster_ = self._boosting().train(rows, taken)
        now = hindsight.latest(features)
        self.scale_ = float(self._purchases(now).sum() / self._trees(now).sum())
        unseen = np.full(features.height, np.nan)
        unseen[taught] = self._boosting().out_of_fold(rows, taken, known["customer_id"])
        self.spread_ = self._spread(past.among(taught), unseen, spent, hindsight.days(features))
        return self

    def _spread(self, past: Hindsight, unseen: Floats, spent: Floats, as_of: Ints) -> Spread:
        """Return how far customers lie from what a model that never saw them said, the trees among its parts.

        Without such trees the probability models' forecast stands for theirs.
        """
        ahead = np.where(np.isnan(unseen[past.rows]), past.expected, unseen[past.rows])
        ahead = hindsight.scaled(ahead, past.expected, as_of[past.rows])
        return Spread.fit(self._mean(ahead, past.expected) * past.lasting, spent[past.rows])

    def _boosting(self) -> trees.Boosting:
        parameters = {
            "objective": "tweedie",
            "tweedie_variance_power": self.variance_power,
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "lambda_l2": self.lambda_l2,
            "num_threads": self.threads,
        }
        return trees.Boosting(parameters, self.min_data_in_leaf, self.rounds, self.seed)

    def predict(self, features: pl.DataFrame) -> Floats:
        """Return the expected net spend in the horizon per row, minor units, >= 0."""
        boosted = fitted(self.scale_, type(self).__name__) * self._trees(features)
        factor = fitted(self.level_, type(self).__name__).factor(hindsight.days(features))
        return np.asarray(self._mean(boosted, self._purchases(features)) * factor, dtype=np.float64)

    def importance(self) -> dict[str, float]:
        """Return each input's share of the gain that the trees' splits made."""
        return boosting.importance([fitted(self.booster_, type(self).__name__)])

    def _mean(self, boosted: Floats, purchases: Floats) -> Floats:
        return self.trees_share * boosted + (1 - self.trees_share) * purchases

    def _trees(self, features: pl.DataFrame) -> Floats:
        name = type(self).__name__
        booster, purchases = fitted(self.booster_, name), fitted(self.purchases_, name)
        return trees.predict(booster, features, purchases, self.horizon_days, self.blank_)

    def _purchases(self, features: pl.DataFrame) -> Floats:
        expected: Floats = fitted(self.purchases_, type(self).__name__).expected(features, self.horizon_days)
        return expected

    def save(self, folder: Path) -> None:
        """Write parameters, trees and what else was learned into ``folder``."""
        boosting.save(fitted(self.booster_, type(self).__name__), folder / "booster.txt")
        write_state(folder, self, {**self._learned(), "scale": self.scale_, "blank": self.blank_})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        model = super().load(folder)
        learned: dict[str, Any] = read_state(folder)[1]
        model.scale_, model.blank_ = learned["scale"], tuple(learned["blank"])
        model.booster_ = boosting.load(folder / "booster.txt", trees.NAMES)
        return model


@dataclass
class TweedieSpend(BlendSpend):
    """Tweedie boosting alone, on the level of the probability models."""

    trees_share: float = 1.0
    """All weight on the trees."""
