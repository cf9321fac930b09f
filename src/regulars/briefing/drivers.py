"""What drives churn: how far each feature moves each customer's risk, by SHAP."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import config, features, training
from regulars.briefing.shop import Shop
from regulars.features import contract

MODEL = "churn_lightgbm"
"""What is asked where the champion is a rule, or cannot say how far each feature moves it."""
UNIT = "Effect on the log-odds of staying away (right: more at risk)"
"""The axis of effects."""

_SAMPLE = 3_000
_CLEAR = 0.3
"""A rank correlation between value and effect from which on the direction counts as clear."""


def drivers(shop: Shop, sample: int = _SAMPLE) -> pl.DataFrame:
    """Return how far each feature moves each customer's risk, on the log-odds of staying away.

    The contributions are SHAP values of the trees (Lundberg et al., 2020): for one customer they add up, with a
    constant, to the log-odds that the model says. They tell what the model makes of a feature beside all others; not
    what would happen if somebody changed it.

    One row per customer (at most ``sample``, chosen by their place among the ids) and feature: ``model`` (which was
    asked), ``customer_id``, ``feature``, ``value`` (null where it is not known), ``effect`` (positive is more at risk).

    Raises:
        DataError: the champion is a rule, and the history is too short to train :data:`MODEL`.
    """
    name, estimator = _asked(shop)
    every = max(1, -(-shop.features.height // sample))
    rows = shop.features.gather_every(every)
    effects = estimator.effects(rows)
    parts = [
        rows.select("customer_id", feature=pl.lit(each), value=pl.col(each).cast(pl.Float64), effect=pl.Series(effect))
        for each, effect in effects.items()
    ]
    return pl.concat(parts).select(pl.lit(name).alias("model"), pl.all())


def ranked(found: pl.DataFrame, n: int = 12) -> pl.DataFrame:
    """Return the ``n`` features that move the risk most, strongest first.

    ``feature``, ``unit``, ``meaning`` (as the catalogue says), ``mean_effect`` (the mean size of the effect on the
    log-odds), ``share`` (of all features' mean effects), ``direction`` ("more: higher risk", "more: lower risk", or
    "it depends" where value and effect do not rise and fall together).
    """
    size = pl.col("effect").abs().mean()
    both = pl.corr("value", "effect", method="spearman")
    found = found.group_by("feature").agg(mean_effect=size, rank=both.fill_nan(None))
    told = pl.DataFrame([{"feature": each.name, "unit": each.unit, "meaning": each.meaning} for each in _catalogue()])
    direction = (
        pl.when(pl.col("rank") >= _CLEAR)
        .then(pl.lit("more: higher risk"))
        .when(pl.col("rank") <= -_CLEAR)
        .then(pl.lit("more: lower risk"))
        .otherwise(pl.lit("it depends"))
    )
    everything = found["mean_effect"].sum()
    share = pl.col("mean_effect") / (everything if everything > 0 else None)
    table = found.join(told, on="feature", how="left").with_columns(share=share, direction=direction)
    chosen = table.sort(["mean_effect", "feature"], descending=[True, False]).head(n)
    return chosen.select("feature", "unit", "meaning", "mean_effect", "share", "direction")


def strongest(
    found: pl.DataFrame, n: int = 12, *, units: bool = False
) -> dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    """Return value and effect of every customer for the ``n`` strongest features, for the plots of drivers.

    Args:
        found: of :func:`drivers`.
        n: how many features.
        units: name them with their units, such as "recency (days)".
    """
    table = ranked(found, n)
    parts = {row["feature"]: found.filter(pl.col("feature") == row["feature"]) for row in table.iter_rows(named=True)}
    names: Mapping[str, Any] = dict(table.select("feature", "unit").iter_rows())
    return {
        f"{name} ({names[name]})" if units else name: (
            part["value"].fill_null(float("nan")).to_numpy(),
            part["effect"].to_numpy(),
        )
        for name, part in parts.items()
    }


def headline(found: pl.DataFrame) -> str:
    """Return which features move the risk most and which way, as a sentence."""
    first = ranked(found, 3)
    said = [f"{row['feature']} ({row['direction']}, {row['share']:.0%})" for row in first.iter_rows(named=True)]
    n = found["customer_id"].n_unique()
    return (
        f"What moves the risk of {n:,} customers most, by {found['model'][0]}, with its share of all that moves it: "
        f"{', '.join(said)}."
    )


def _asked(shop: Shop) -> tuple[str, Any]:
    """Return the churn champion, or MODEL fitted on what is known at as_of where the champion has no effects."""
    champion = shop.champions["churn"]
    if hasattr(champion.estimator, "effects"):
        return champion.meta.model, champion.estimator
    learn = config.Training(horizon_days=champion.meta.horizon_days)
    return MODEL, training.fit(config.read_model(MODEL), shop.ledger, shop.as_of, learn, 0, None).estimator


def _catalogue() -> list[contract.Feature]:
    return [each for family in features.FAMILIES for each in contract.columns(family)]
