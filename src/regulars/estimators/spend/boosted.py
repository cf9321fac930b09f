"""Gradient boosting on top of the probability models: they know the shop's level, the trees know the customers."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import features as ft
from regulars.errors import DataError
from regulars.estimators import boosting
from regulars.estimators.base import Floats, Ints, Labels, Source, fitted, read_state, write_state
from regulars.estimators.spend import hindsight
from regulars.estimators.spend.gamma_gamma import GammaGammaSpend
from regulars.estimators.spend.purchases import PARTS
from regulars.estimators.spend.spread import Spread

_NAMES = (*ft.NAMES, *PARTS)


@dataclass
class BlendSpend(GammaGammaSpend):
    """The weighted mean of Tweedie boosting and of :class:`GammaGammaSpend`.

    The trees see the customer features and what the probability models say; a Tweedie loss takes the many
    zeros and the few large amounts as they are. Trees take the level of the train windows for that of the next
    one, which a young shop's is not, so their total at the training cut is scaled to that of the probability models.

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
        over = np.asarray(days_watched) >= self.horizon_days
        self._train(features.filter(over), spent[over])
        now = hindsight.latest(features)
        self.scale_ = float(self._purchases(now).sum() / self._trees(now).sum())
        then = features[past.rows]
        trees = hindsight.scaled(self._trees(then), past.expected, hindsight.days(then))
        self.spread_ = Spread.fit(self._mean(trees, past.expected), spent[past.rows])
        return self

    def _train(self, features: pl.DataFrame, spent: Floats) -> None:
        taken = np.maximum(spent, 0.0)
        if not len(taken) or not taken.any():
            raise DataError("no train customer spent anything within the horizon; use a longer history or --horizon")
        parameters = {
            "objective": "tweedie",
            "tweedie_variance_power": self.variance_power,
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": min(self.min_data_in_leaf, max(1, len(spent) // 20)),
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "lambda_l2": self.lambda_l2,
            "num_threads": self.threads,
        }
        self.blank_ = () if ft.spans_a_year(features) else ft.YEAR
        rows, target = self._matrix(features), taken / taken[taken > 0].mean()
        self.booster_ = boosting.train(rows, target, _NAMES, parameters, self.rounds, self.seed)

    def predict(self, features: pl.DataFrame) -> Floats:
        """Return the expected net spend in the horizon per row, minor units, >= 0."""
        trees = fitted(self.scale_, type(self).__name__) * self._trees(features)
        factor = fitted(self.level_, type(self).__name__).factor(hindsight.days(features))
        return np.asarray(self._mean(trees, self._purchases(features)) * factor, dtype=np.float64)

    def _mean(self, trees: Floats, purchases: Floats) -> Floats:
        return self.trees_share * trees + (1 - self.trees_share) * purchases

    def _trees(self, features: pl.DataFrame) -> Floats:
        return boosting.predict(fitted(self.booster_, type(self).__name__), self._matrix(features))

    def _purchases(self, features: pl.DataFrame) -> Floats:
        expected: Floats = fitted(self.purchases_, type(self).__name__).expected(features, self.horizon_days)
        return expected

    def _matrix(self, features: pl.DataFrame) -> npt.NDArray[np.float64]:
        parts = fitted(self.purchases_, type(self).__name__).parts(features, self.horizon_days)
        return np.hstack([ft.matrix(features, blank=self.blank_), parts])

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
        model.booster_ = boosting.load(folder / "booster.txt", _NAMES)
        return model


@dataclass
class TweedieSpend(BlendSpend):
    """Tweedie boosting alone, on the level of the probability models."""

    trees_share: float = 1.0
    """All weight on the trees."""
