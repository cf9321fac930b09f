"""Churn: how likely each customer makes no purchase in the horizon."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import polars as pl

from regulars import features as ft
from regulars.errors import DataError
from regulars.estimators import boosting, periods
from regulars.estimators.base import (
    Bools,
    Floats,
    Ints,
    Labels,
    Source,
    check,
    fitted,
    read_state,
    write_state,
)
from regulars.estimators.timing import LightGBMHazard


@dataclass
class RecencyRate:
    """The rule to beat: the churn rate of the customers who were away as long.

    Train rows are cut into ``n_bins`` groups of equal size by recency; the answer is the group's churn rate,
    made non-decreasing in recency and shrunk by one customer to the overall rate.
    """

    n_bins: int = 20
    """Groups of recency, each with as many train rows."""
    edges_: list[float] | None = field(default=None, init=False, repr=False)
    rates_: list[float] | None = field(default=None, init=False, repr=False)
    typical_: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    """The median recency of the train rows."""

    source: ClassVar[Source] = "baseline"
    learns_from: ClassVar[Labels] = "complete"

    def fit(self, features: pl.DataFrame, duration: Ints, observed: Bools) -> Self:
        """Learn the churn rate of each recency group; the windows must be complete."""
        churned = check(features, duration, observed)
        recency = features["recency"].to_numpy()
        edges = np.unique(np.quantile(recency, np.linspace(0, 1, self.n_bins + 1)[1:-1]))
        group = np.searchsorted(edges, recency, side="left")
        size = np.bincount(group, minlength=len(edges) + 1)
        gone = np.bincount(group, weights=churned, minlength=len(edges) + 1)
        rates = (gone + churned.mean()) / (size + 1)
        self.edges_, self.rates_ = edges.tolist(), np.maximum.accumulate(rates).tolist()
        self.typical_ = {"recency": float(np.median(recency))}
        return self

    def predict(self, features: pl.DataFrame) -> Floats:
        """Return P(no purchase in the horizon) per row."""
        edges, rates = np.array(fitted(self.edges_, "RecencyRate")), np.array(self.rates_)
        return np.asarray(rates[np.searchsorted(edges, features["recency"].to_numpy(), side="left")], dtype=np.float64)

    def save(self, folder: Path) -> None:
        """Write parameters and groups into ``folder``."""
        edges = fitted(self.edges_, "RecencyRate")
        write_state(folder, self, {"edges": edges, "rates": self.rates_, "typical": self.typical_})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        parameters, learned = read_state(folder)
        rule = cls(**parameters)
        rule.edges_, rule.rates_, rule.typical_ = learned["edges"], learned["rates"], learned["typical"]
        return rule


@dataclass
class LightGBMChurn:
    """Gradient-boosted classification of churned against not, on the customer features."""

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
    """Threads of one training; experiments train side by side instead, which is quicker on a busy machine."""
    seed: int = 0
    """Of feature and row sampling."""
    booster_: boosting.Booster | None = field(default=None, init=False, repr=False)
    blank_: tuple[str, ...] = field(default=(), init=False, repr=False)
    """Features left out, because the train rows do not span the year that would teach them."""
    typical_: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    """The median of each feature among the train rows."""

    source: ClassVar[Source] = "model"
    learns_from: ClassVar[Labels] = "complete"

    def fit(self, features: pl.DataFrame, duration: Ints, observed: Bools) -> Self:
        """Train the classifier; the windows must be complete.

        Raises:
            DataError: there are no rows, or everyone or no one churned.
        """
        churned = check(features, duration, observed)
        if churned.all() or not churned.any():
            raise DataError("every train customer has the same churn label; use a longer history or another --horizon")
        parameters = {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": min(self.min_data_in_leaf, max(1, len(churned) // 20)),
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "lambda_l2": self.lambda_l2,
            "num_threads": self.threads,
        }
        self.blank_ = () if ft.spans_a_year(features) else ft.YEAR
        self.typical_ = ft.typical(features)
        rows, target = ft.matrix(features, blank=self.blank_), churned.astype(np.float64)
        self.booster_ = boosting.train(rows, target, ft.NAMES, parameters, self.rounds, self.seed)
        return self

    def predict(self, features: pl.DataFrame) -> Floats:
        """Return P(no purchase in the horizon) per row."""
        return boosting.predict(fitted(self.booster_, "LightGBMChurn"), ft.matrix(features, blank=self.blank_))

    def importance(self) -> dict[str, float]:
        """Return each input's share of the gain that the trees' splits made."""
        return boosting.importance([fitted(self.booster_, "LightGBMChurn")])

    def effects(self, features: pl.DataFrame) -> dict[str, Floats]:
        """Return each feature's SHAP contribution to the log-odds of churn, (rows,); positive is more at risk."""
        booster = fitted(self.booster_, "LightGBMChurn")
        shares = boosting.contributions(booster, ft.matrix(features, blank=self.blank_))
        return {name: shares[:, column] for column, name in enumerate(ft.NAMES)}

    def save(self, folder: Path) -> None:
        """Write parameters and trees into ``folder``."""
        boosting.save(fitted(self.booster_, "LightGBMChurn"), folder / "booster.txt")
        write_state(folder, self, {"blank": self.blank_, "typical": self.typical_})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        parameters, learned = read_state(folder)
        model = cls(**parameters)
        model.blank_, model.typical_ = tuple(learned["blank"]), learned["typical"]
        model.booster_ = boosting.load(folder / "booster.txt", ft.NAMES)
        return model


@dataclass
class HazardChurn(LightGBMHazard):
    """The end of the timing model's curve: S(horizon) is the probability of no purchase in the horizon.

    Unlike a classifier it also learns from the recent customers whose window is not over.
    """

    def predict(self, features: pl.DataFrame) -> Floats:
        """Return P(no purchase in the horizon) per row."""
        return self.survival(features)[:, -1]

    def effects(self, features: pl.DataFrame) -> dict[str, Floats]:
        """Return each feature's effect on the log-odds of churn, (rows,), to first order; positive is more at risk.

        log S(H) is a sum over periods; a period's SHAP contribution on the scale of its hazard's log-odds moves
        it by minus the hazard. What a period adds counts for the customer's feature behind it.
        """
        booster, grid = fitted(self.booster_, "HazardChurn"), self._grid()
        rows = self._periods(features, grid)
        hazard = boosting.predict(booster, rows).reshape(features.height, grid.n)
        shares = boosting.contributions(booster, rows)[:, :-1].reshape(features.height, grid.n, -1)
        stays = np.clip(grid.survival(hazard)[:, -1], 1e-6, 1 - 1e-6)
        totals = -(hazard[:, :, None] * shares).sum(axis=1) / (1 - stays)[:, None]
        merged: dict[str, Floats] = {}
        for column, name in enumerate(periods.NAMES):
            behind = periods.BEHIND.get(name, name)
            merged[behind] = merged.get(behind, np.zeros(features.height)) + totals[:, column]
        return {name: effect for name, effect in merged.items() if name in ft.NAMES}
