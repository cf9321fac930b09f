"""Next-purchase timing: a survival curve over the horizon for each customer."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
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
from regulars.estimators.crossfit import CrossFit, fold_of


@dataclass
class MedianGap:
    """The rule that shops use for reminders: the customer comes back one median gap after the last purchase.

    The curve is 1 before that day and 0 from it on. A customer who is late already is expected on the day of
    as_of; one without gaps gets the median gap of the train customers.
    """

    horizon_days: int = 90
    """Length of the curve."""
    typical_gap_: float | None = field(default=None, init=False, repr=False)

    source: ClassVar[Source] = "baseline"
    learns_from: ClassVar[Labels] = "censored"

    def fit(self, features: pl.DataFrame, duration: Ints, observed: Bools) -> Self:
        """Learn the median of the customers' median gaps (the durations are not needed)."""
        check(features, duration, observed)
        median = features["gap_median"].median()
        self.typical_gap_ = float(median) if isinstance(median, float) else float(self.horizon_days)
        return self

    def survival(self, features: pl.DataFrame) -> Floats:
        """Return (rows, horizon_days): 1 before the expected day, 0 from it on."""
        gap = features["gap_median"].fill_null(fitted(self.typical_gap_, "MedianGap")).to_numpy()
        due = np.maximum(1.0, np.round(gap - features["recency"].to_numpy()) + 1)
        before = np.arange(1, self.horizon_days + 1)[None, :] < due[:, None]
        return np.asarray(before, dtype=np.float64)

    def save(self, folder: Path) -> None:
        """Write parameters and the typical gap into ``folder``."""
        write_state(folder, self, {"typical_gap": fitted(self.typical_gap_, "MedianGap")})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        parameters, learned = read_state(folder)
        rule = cls(**parameters)
        rule.typical_gap_ = learned["typical_gap"]
        return rule


@dataclass
class LightGBMHazard:
    """Discrete-time hazard: how likely a customer who has not come back yet comes in the next period.

    Each train row becomes one row a period it was watched in (person-periods); a classifier learns whether
    the purchase fell into it. Survival is the running product of one minus the hazards, so it never rises.

    A Pareto/NBD forecast of the customer is among the inputs, fitted without the customer where they teach it, and
    a fifth of the customers is held out to tell how many trees the shop has enough data for.

    References: Tutz & Schmid (2016), Modeling Discrete Time-to-Event Data, chapters 3 and 5.
    """

    horizon_days: int = 90
    """Length of the curve."""
    daily_days: int = 28
    """Days at the start with a period each."""
    period_days: int = 7
    """Length of the later periods; the hazard is level within one."""
    max_rows: int = 600_000
    """Most person-periods to train on; whole train rows are sampled beyond it."""
    rounds: int = 400
    """Trees at most."""
    learning_rate: float = 0.08
    """Weight of each tree."""
    num_leaves: int = 7
    """Leaves of a tree."""
    min_data_in_leaf: int = 300
    """Fewest person-periods in a leaf."""
    feature_fraction: float = 0.3
    """Share of the features that each tree sees."""
    bagging_fraction: float = 0.3
    """Share of the person-periods that each tree sees."""
    extra_trees: bool = True
    """Whether a split tries one threshold a feature, drawn at random: less to overfit with."""
    lambda_l2: float = 10.0
    """Shrinkage of leaf values."""
    forecast: bool = True
    """Whether a Pareto/NBD forecast is among the inputs."""
    season: bool = True
    """Whether the season is, where the train rows span a year."""
    threads: int = 1
    """Threads of one training; experiments train side by side instead, which is quicker on a busy machine."""
    seed: int = 0
    """Of all sampling."""
    booster_: boosting.Booster | None = field(default=None, init=False, repr=False)
    btyd_: CrossFit | None = field(default=None, init=False, repr=False)
    """The forecast among the inputs."""
    season_: bool = field(default=False, init=False, repr=False)
    """Whether the train rows span a year, so that the season could be learned."""
    typical_: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    """The median of each feature among the train rows."""

    source: ClassVar[Source] = "model"
    learns_from: ClassVar[Labels] = "censored"

    def fit(self, features: pl.DataFrame, duration: Ints, observed: Bools) -> Self:
        """Train the hazard.

        Raises:
            DataError: there are no rows, or no train customer came back.
        """
        check(features, duration, observed)
        if not observed.any():
            raise DataError("no train customer came back within the horizon; use a longer history or --horizon")
        begun = np.flatnonzero(duration > 0)
        self.typical_, self.season_ = ft.typical(features), self.season and ft.spans_a_year(features[begun])
        self.btyd_ = CrossFit.fit(features) if self.forecast else CrossFit.nothing()
        grid = self._grid()
        kept = periods.sample(grid.count(duration[begun]), self.max_rows, np.random.default_rng(self.seed))
        learn = begun[kept]
        asked, waits = features[learn], periods.Waits.of(features, duration, observed)[learn]
        forecast = self.btyd_.out_of_fold(asked, self.horizon_days)
        found = periods.expand(asked, waits, forecast, grid, season=self.season_)
        held_out = (fold_of(asked["customer_id"], _HELD_OUT, "rounds") == 0)[found.wait]
        self.booster_ = boosting.train_until_level(
            found.rows,
            found.target,
            periods.NAMES,
            self._parameters(len(found.target)),
            self.rounds,
            self.seed,
            held_out,
        )
        return self

    def _parameters(self, n: int) -> dict[str, Any]:
        return {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": min(self.min_data_in_leaf, max(1, n // 20)),
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "extra_trees": self.extra_trees,
            "lambda_l2": self.lambda_l2,
            "num_threads": self.threads,
        }

    def survival(self, features: pl.DataFrame) -> Floats:
        """Return (rows, horizon_days); column t - 1 is S(t), never rising, in (0, 1]."""
        booster, grid = fitted(self.booster_, "LightGBMHazard"), self._grid()
        curves = [
            grid.survival(boosting.predict(booster, self._periods(chunk, grid)).reshape(chunk.height, grid.n))
            for chunk in features.iter_slices(_CHUNK)
        ]
        return np.concatenate(curves) if curves else np.empty((0, self.horizon_days))

    def importance(self) -> dict[str, float]:
        """Return each input's share of the gain that the trees' splits made."""
        return boosting.importance([fitted(self.booster_, "LightGBMHazard")])

    def save(self, folder: Path) -> None:
        """Write parameters and trees into ``folder``."""
        boosting.save(fitted(self.booster_, "LightGBMHazard"), folder / "booster.txt")
        forecast = fitted(self.btyd_, "LightGBMHazard").state()
        write_state(folder, self, {"season": self.season_, "typical": self.typical_, "btyd": forecast})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        parameters, learned = read_state(folder)
        model = cls(**parameters)
        model.season_, model.typical_ = learned["season"], learned["typical"]
        model.btyd_ = CrossFit.of_state(learned["btyd"])
        model.booster_ = boosting.load(folder / "booster.txt", periods.NAMES)
        return model

    def _periods(self, features: pl.DataFrame, grid: periods.Grid) -> npt.NDArray[np.float32]:
        forecast = fitted(self.btyd_, "LightGBMHazard").survival(features, self.horizon_days)
        return periods.every(features, forecast, grid, season=self.season_)

    def _grid(self) -> periods.Grid:
        return periods.Grid.build(self.horizon_days, self.daily_days, self.period_days)


_HELD_OUT = 5
"""One in so many customers is held out to tell how many trees are enough."""
_CHUNK = 4096
"""Customers whose curves are computed at a time: bounds memory on large shops."""
