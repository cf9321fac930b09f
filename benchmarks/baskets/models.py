"""Who foresees the baskets: the library's recommenders, asked as the protocol has it.

G-, P- and GP-TopFreq are those of the published tables. These count a train customer's baskets before the target only,
and among own items bought equally often the one of the earliest basket comes first; what GlobalTop and OwnTop do with
customers and with the latest purchase, they do here with single baskets and with histories read from the end.
``OwnTop`` is the same rule as a shop uses it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from benchmarks.baskets import tuning
from benchmarks.baskets.file import AS_OF, EVER, Part
from regulars import schema
from regulars.estimators.recommend import TIFUKNN, GlobalTop, LightGBMRanker, OwnTop, Recommender

K = 20
"""Length of a list."""
THREADS = 2

OURS: Mapping[str, Any] = {
    "lessons": "other customers",
    "n_snapshots": 10,
    "step_days": 7,
    "label_days": 7,
    "max_customers": 10**6,
    "negatives": 0.4,
    "shelf_days": 1000,
    "min_customers": 1,
    "rounds": 200,
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.3,
    "lambda_l2": 5.0,
    "truncation": 20,
    "n_models": 1,
}
"""Parameters of our ranker. Losses, sizes and numbers of trees and folds were varied on the validate customers, and
none was better beyond the noise of .008 recall; decision record 15 lists them. Trees with random thresholds are its
default."""


@dataclass(frozen=True)
class Lists:
    """What a model offers the test customers."""

    offered: pl.DataFrame
    """``customer_id``, ``rank``, ``item_id``, K each."""
    parameters: Mapping[str, Any]
    """What it was fitted with, beside the defaults."""


Way = Callable[[Mapping[str, Part], int], Lists]
"""From the parts of a file and a seed to lists."""


def global_top(parts: Mapping[str, Part], seed: int) -> Lists:  # noqa: ARG001
    """Offer everybody what is in most baskets."""
    model = GlobalTop(popular_days=EVER).fit(parts["train"].shuffled, schema.ITEMS.empty(), AS_OF)
    return Lists(model.recommend(parts["test"].known, AS_OF, K), {})


def own_top_only(parts: Mapping[str, Part], seed: int) -> Lists:  # noqa: ARG001
    """Offer what is in most baskets of the customer, and nothing else."""
    offered = _own_top(parts).offered
    return Lists(offered.filter(pl.col("source") == "history"), {})


def own_then_global(parts: Mapping[str, Part], seed: int) -> Lists:  # noqa: ARG001
    """Offer what is in most baskets of the customer, then what is in most baskets."""
    return _own_top(parts)


def _own_top(parts: Mapping[str, Part]) -> Lists:
    model = OwnTop(popular_days=EVER).fit(parts["train"].shuffled, schema.ITEMS.empty(), AS_OF)
    return Lists(model.recommend(parts["test"].backwards, AS_OF, K), {})


def own_top(parts: Mapping[str, Part], seed: int) -> Lists:  # noqa: ARG001
    """Offer own items, the latest first among equals, then what most customers buy."""
    return _asked(OwnTop(popular_days=EVER), parts, {})


def tifuknn(parts: Mapping[str, Part], seed: int) -> Lists:
    """Tune on the validate customers, then offer what the customer and the neighbours buy."""
    found = tuning.tuned(parts["train"], parts["validate"], seed)
    return _asked(TIFUKNN(popular_days=EVER, **found.parameters), parts, found.told)


def ours(parts: Mapping[str, Part], seed: int) -> Lists:
    """Rank candidates by what filled the last baskets of other customers."""
    model = LightGBMRanker(**OURS, popular_days=EVER, seed=seed, threads=THREADS, predict_threads=THREADS)
    return _asked(model, parts, OURS)


def _asked(model: Recommender, parts: Mapping[str, Part], parameters: Mapping[str, Any]) -> Lists:
    fitted = model.fit(parts["train"].whole, schema.ITEMS.empty(), AS_OF)
    return Lists(fitted.recommend(parts["test"].known, AS_OF, K), parameters)


@dataclass(frozen=True)
class Contender:
    """A model of the benchmark."""

    way: Way
    """How it is asked."""
    chance: bool = False
    """Whether another seed gives other lists."""


CONTENDERS: Mapping[str, Contender] = {
    "G-TopFreq": Contender(global_top),
    "P-TopFreq": Contender(own_top_only),
    "GP-TopFreq": Contender(own_then_global),
    "OwnTop": Contender(own_top),
    "TIFUKNN": Contender(tifuknn),
    "ours": Contender(ours, chance=True),
}
"""Name -> model, in the order of the table."""
