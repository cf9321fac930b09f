"""Buy till you die, with a pair of customer and unit in the place of the customer."""

import datetime as dt
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from regulars import windows
from regulars.estimators.base import Floats, fitted
from regulars.estimators.btyd import BGNBD, Customers
from regulars.estimators.replenishment.replenisher import Replenisher, Shop
from regulars.features.repurchase import Log
from regulars.features.repurchase.runs import Runs


@dataclass
class PairBGNBD(Replenisher):
    """BG/NBD over all pairs of the shop: each is bought at a rate of its own until the customer drops it.

    References: Fader, Hardie & Lee (2005), whose customers are pairs here.
    """

    max_pairs: int = 50_000
    """Pairs to fit on; more are sampled down."""
    seed: int = 0
    """Of the sampling."""
    model_: BGNBD | None = field(default=None, init=False, repr=False, compare=False)

    def _learn(self, known: pl.DataFrame, log: Log, shop: Shop) -> None:  # noqa: ARG002
        self.model_ = fit_pairs(log, shop.population.as_of, self.max_pairs, np.random.default_rng(self.seed))

    def _survival(self, rows: pl.DataFrame, as_of: dt.date) -> Floats:  # noqa: ARG002  (the lag says it)
        model: BGNBD = fitted(self.model_, "PairBGNBD")
        return np.clip(model.survival(customers(rows), self.horizon_days), 0.0, 1.0)

    def _save(self, folder: Path) -> dict[str, Any]:  # noqa: ARG002
        return asdict(fitted(self.model_, "PairBGNBD"))

    def _load(self, folder: Path, learned: dict[str, Any]) -> None:  # noqa: ARG002
        self.model_ = BGNBD(**learned)


def customers(rows: pl.DataFrame) -> Customers:
    """Return frequency, recency and tenure of the pairs of a table of features."""
    n, lag, age = (rows[name].cast(pl.Float64).to_numpy() for name in ("n", "lag", "age"))
    return Customers(frequency=n - 1, recency=lag, tenure=age)


def fit_pairs(log: Log, as_of: dt.date, max_pairs: int, rng: np.random.Generator) -> BGNBD:
    """Fit the model to all pairs before ``as_of``, those bought on one day too.

    Raises:
        DataError: no pair was bought on a second day.
    """
    lines = log.before(as_of).lines
    runs = Runs.of(lines["customer"].to_numpy(), lines["unit"].to_numpy())
    age = (windows.day_number(as_of) - lines["day"].to_numpy()).astype(np.float64)
    every = np.arange(len(runs.starts))
    kept = every if len(every) <= max_pairs else np.sort(rng.choice(every, size=max_pairs, replace=False))
    return BGNBD.fit(
        Customers(
            frequency=(runs.counts[kept] - 1).astype(np.float64),
            recency=age[runs.last[kept]],
            tenure=age[runs.starts[kept]],
        )
    )
