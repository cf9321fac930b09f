"""The replenishment model: a discrete-time hazard of the next purchase of a unit."""

import datetime as dt
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl

from regulars.errors import DataError
from regulars.estimators import boosting
from regulars.estimators.base import Floats, Source, fitted
from regulars.estimators.btyd import BGNBD
from regulars.estimators.periods import Grid
from regulars.estimators.replenishment import training
from regulars.estimators.replenishment.pair_btyd import customers, fit_pairs
from regulars.estimators.replenishment.replenisher import Replenisher, Shop
from regulars.estimators.replenishment.spans import NAMES, Pairs
from regulars.features.repurchase import Log


@dataclass
class LightGBMReplenishment(Replenisher):
    """How likely a pair that was not bought again yet is bought in the next period.

    Trained on pairs as of several earlier days, each a row a period it was watched in. The hazard by BG/NBD and
    that of the unit at the same lag are among the features. A shop with too few re-purchases to learn from is
    refused; OwnGap asks for none.

    References: Tutz & Schmid (2016), Modeling Discrete Time-to-Event Data, chapters 3 and 5.
    """

    n_snapshots: int = 12
    """Recent days to learn from; where the history reaches back far enough, six of last year's season are added."""
    step_days: int = 9
    """Days between them; no multiple of 7, so that all weekdays are seen."""
    max_pairs: int = 250_000
    """About so many pairs to learn from, over all days."""
    negatives: float = 0.3
    """Share of the periods without a purchase that are kept, with the weight of all."""
    min_events: int = 200
    """Fewer re-purchases than this are too few to learn from."""
    fit_pairs: int = 20_000
    """Pairs that BG/NBD is fitted on; more are sampled down."""
    daily_days: int = 14
    """Days at the start with a period each."""
    period_days: int = 7
    """Length of the later periods; the hazard is level within one."""
    rounds: int = 200
    """Number of trees."""
    learning_rate: float = 0.08
    """Weight of each tree."""
    num_leaves: int = 15
    """Leaves of a tree."""
    leaf_share: float = 0.006
    """Fewest person-periods in a leaf, as a share of all."""
    feature_fraction: float = 0.4
    """Share of the features that each tree sees."""
    bagging_fraction: float = 0.6
    """Share of the person-periods that each tree sees."""
    shrinkage: float = 0.002
    """Shrinkage of leaf values (LightGBM's lambda_l2), as a share of the person-periods."""
    threads: int = 1
    """Threads of training and answers."""
    seed: int = 0
    """Of all sampling."""
    booster_: boosting.Booster | None = field(default=None, init=False, repr=False, compare=False)
    season_: bool = field(default=False, init=False, repr=False, compare=False)
    """Whether the train days span a year, so that the season could be learned."""
    prior_: BGNBD | None = field(default=None, init=False, repr=False, compare=False)

    source: ClassVar[Source] = "model"

    def _learn(self, known: pl.DataFrame, log: Log, shop: Shop) -> None:
        until = shop.population.as_of
        learned = training.train_set(known, log, shop.units, until, self._plan(), self.seed)
        events = 0 if learned is None else int(learned.bought.sum())
        if learned is None or events < self.min_events:
            raise DataError(
                f"{events} re-purchases before {until} are too few to learn from, {self.min_events} are needed; wait "
                f"for more history, or use replenish_own_gap"
            )
        parameters = {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": max(1, int(self.leaf_share * len(learned.bought))),
            "feature_fraction": self.feature_fraction,
            "bagging_fraction": self.bagging_fraction,
            "bagging_freq": 1,
            "lambda_l2": self.shrinkage * len(learned.bought),
            "num_threads": self.threads,
        }
        self.season_ = learned.season
        self.booster_ = boosting.train(
            learned.rows, learned.bought, NAMES, parameters, self.rounds, self.seed, weight=learned.weight
        )
        self.prior_ = fit_pairs(log, until, self.fit_pairs, np.random.default_rng(self.seed))

    def _survival(self, rows: pl.DataFrame, as_of: dt.date) -> Floats:
        shop: Shop = fitted(self.shop_, "LightGBMReplenishment")
        grid, prior = self._grid(), fitted(self.prior_, "LightGBMReplenishment")
        booster = fitted(self.booster_, "LightGBMReplenishment")
        season = as_of if self.season_ else None
        curves = []
        for chunk in rows.iter_slices(_CHUNK):
            waits = prior.survival(customers(chunk), self.horizon_days)
            pairs = Pairs.of(chunk, shop.population, waits, grid, season)
            hazard = boosting.predict(booster, pairs.every(slice(None)), self.threads)
            curves.append(grid.survival(hazard.reshape(chunk.height, grid.n)))
        return np.concatenate(curves)

    def _grid(self) -> Grid:
        return Grid.build(self.horizon_days, self.daily_days, self.period_days)

    def _plan(self) -> training.Plan:
        return training.Plan(
            horizon_days=self.horizon_days,
            min_purchases=self.min_purchases,
            n_snapshots=self.n_snapshots,
            step_days=self.step_days,
            max_pairs=self.max_pairs,
            negatives=self.negatives,
            fit_pairs=self.fit_pairs,
            grid=self._grid(),
        )

    def importance(self) -> dict[str, float]:
        """Return each input's share of the gain that the trees' splits made."""
        return boosting.importance([fitted(self.booster_, "LightGBMReplenishment")])

    def _save(self, folder: Path) -> dict[str, Any]:
        boosting.save(fitted(self.booster_, "LightGBMReplenishment"), folder / "booster.txt")
        return {"prior": asdict(fitted(self.prior_, "LightGBMReplenishment")), "season": self.season_}

    def _load(self, folder: Path, learned: dict[str, Any]) -> None:
        self.booster_ = boosting.load(folder / "booster.txt", NAMES)
        self.prior_, self.season_ = BGNBD(**learned["prior"]), learned["season"]


_CHUNK = 4096
"""Pairs whose curves are computed at a time: bounds memory on large shops."""
