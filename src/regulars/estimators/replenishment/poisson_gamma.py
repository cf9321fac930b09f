"""Amazon's modified Poisson-Gamma model of repeat purchases."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from regulars.estimators.base import Floats, fitted
from regulars.estimators.replenishment.replenisher import Replenisher, Shop
from regulars.features import repurchase
from regulars.features.repurchase import Log

_FILE = "priors.parquet"
PRIOR_PAIRS = 20.0
"""Pairs that the shop's rate and spread of rates count for among a unit's own."""
_SHAPE = (0.2, 50.0)
"""Bounds of the prior's shape: a handful of equal customers does not make everybody equal."""


@dataclass
class PoissonGamma(Replenisher):
    """Re-purchases of a pair arrive at a Poisson rate, and the rates of a unit's customers are Gamma.

    With k re-purchases in the days between the first and the last purchase, the rate t days after the last is
    ``(k + shape) / (span + 2 |mean gap - t| + scale)`` up to twice the mean gap and
    ``(k + shape) / (span + t + scale)`` from then on: highest one mean gap after the last purchase, which is the
    modification. The paper multiplies by the chance that a unit is bought again at all; here a pair has been.
    Shape and scale are those of the unit's pairs by the method of moments, shrunk to the shop's.

    References: Bhagat, Muralidharan, Lobzhanidze & Vishwanath (2018), Buy It Again: Modeling Repeat Purchase
    Recommendations, KDD, section 4.
    """

    priors_: pl.DataFrame | None = field(default=None, init=False, repr=False, compare=False)
    """``unit`` (null in the last row, for unknown ones), ``shape`` and ``scale`` (days)."""

    def _learn(self, known: pl.DataFrame, log: Log, shop: Shop) -> None:  # noqa: ARG002
        rows = repurchase.table(log, shop.population, shop.population.as_of, self.min_purchases)
        self.priors_ = priors(rows)

    def _survival(self, rows: pl.DataFrame, as_of: dt.date) -> Floats:  # noqa: ARG002  (the lag says it)
        return np.asarray(
            np.exp(-np.cumsum(rates(rows, fitted(self.priors_, "PoissonGamma"), self.horizon_days), axis=1))
        )

    def _save(self, folder: Path) -> dict[str, Any]:
        fitted(self.priors_, "PoissonGamma").write_parquet(folder / _FILE)
        return {}

    def _load(self, folder: Path, learned: dict[str, Any]) -> None:  # noqa: ARG002
        self.priors_ = pl.read_parquet(folder / _FILE)


def priors(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the Gamma prior of each unit's rates, and in the last row that of an unknown unit.

    The counts of a unit have the mean ``m t`` and the variance ``m t + v t^2`` over exposures t, so m and v follow
    from sums; the shape is ``m^2 / v``, the scale ``shape / m``.
    """
    counted = rows.select("unit", k=pl.col("n").cast(pl.Float64) - 1, t=pl.col("age").cast(pl.Float64))
    sums = counted.group_by("unit").agg(
        pairs=pl.len().cast(pl.Float64), k=pl.col("k").sum(), t=pl.col("t").sum(),
        kk=(pl.col("k") ** 2).sum(), kt=(pl.col("k") * pl.col("t")).sum(), tt=(pl.col("t") ** 2).sum(),
    ).sort("unit")  # fmt: skip
    shop = sums.select(pl.exclude("unit").sum())
    rate = shop["k"][0] / shop["t"][0]
    spread = _spread(shop.with_columns(rate=pl.lit(rate)))["spread"][0] / rate**2
    mean_t = shop["t"][0] / shop["pairs"][0]
    shrunk = sums.with_columns(rate=(pl.col("k") + PRIOR_PAIRS * rate * mean_t) / (pl.col("t") + PRIOR_PAIRS * mean_t))
    own = _spread(shrunk).with_columns(relative=pl.col("spread") / pl.col("rate") ** 2)
    mixed = (pl.col("relative") * pl.col("pairs") + PRIOR_PAIRS * spread) / (pl.col("pairs") + PRIOR_PAIRS)
    unknown = pl.DataFrame({"unit": [None], "rate": [rate], "mixed": [spread]}, schema_overrides={"unit": pl.String})
    every = pl.concat([own.select("unit", "rate", mixed=mixed), unknown])
    shape = (1.0 / pl.col("mixed").clip(lower_bound=1e-9)).clip(*_SHAPE)
    return every.select("unit", shape=shape, scale=shape / pl.col("rate"))


def _spread(sums: pl.DataFrame) -> pl.DataFrame:
    """Add the variance of the rates, >= 0, by the method of moments."""
    rate = pl.col("rate")
    excess = pl.col("kk") - 2 * rate * pl.col("kt") + rate**2 * pl.col("tt") - rate * pl.col("t")
    return sums.with_columns(spread=(excess / pl.col("tt")).clip(lower_bound=0.0))


def rates(rows: pl.DataFrame, known: pl.DataFrame, horizon_days: int) -> Floats:
    """Return (rows, horizon_days) expected purchases on each day from as_of on, if there is none before.

    Args:
        rows: a table of features.
        known: :func:`priors`.
        horizon_days: number of days.
    """
    places = known.select("unit").head(-1).with_row_index("place")
    found = rows.select("unit").join(places, on="unit", how="left", maintain_order="left")["place"]
    mine = known[found.fill_null(known.height - 1)]
    shape, scale = (mine[name].to_numpy()[:, None] for name in ("shape", "scale"))
    n, span, lag, gap = (rows[name].cast(pl.Float64).to_numpy()[:, None] for name in ("n", "span", "lag", "gap_mean"))
    after = lag + np.arange(horizon_days)[None, :]
    waited = np.where(after < 2 * gap, 2 * np.abs(gap - after), after)
    result: Floats = (n - 1 + shape) / (span + waited + scale)
    return result
