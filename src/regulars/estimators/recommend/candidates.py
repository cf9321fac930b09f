"""Which items are worth ranking for a customer, and where each comes from."""

from dataclasses import dataclass

import polars as pl
import scipy.sparse as sp

from regulars.estimators.recommend import neighbours
from regulars.estimators.recommend.recommender import CO_PURCHASE, HISTORY, POPULAR
from regulars.features.purchases import ratio

_PAIR = ["customer", "item"]


@dataclass(frozen=True)
class Limits:
    """How many candidates a customer gets of each kind."""

    history: int
    """Own items, those bought most and lately first."""
    seeds: int
    """Own items, the latest first, whose neighbours are considered."""
    co_purchase: int
    """New items near the seeds."""
    popular: int
    """Items that most customers buy."""


def candidates(owned: pl.DataFrame, popular: pl.DataFrame, similarity: sp.csr_array, limits: Limits) -> pl.DataFrame:
    """Return each customer's candidates: ``customer``, ``item``, ``co_score``, ``source``.

    One row a customer and item, by customer and item. ``co_score`` is the mean similarity to the customer's
    seeds, each seed as heavy as its ``own_decayed_8``: in [0, 1), 0 for what no seed is near. It does not
    depend on the other candidates.

    Args:
        owned: :func:`regulars.features.pairs.own`.
        popular: ``item``, the most popular first.
        similarity: :func:`~regulars.estimators.recommend.neighbours.similar_items`.
        limits: how many of each kind.
    """
    near = _near(owned, similarity, limits.seeds)
    mine = owned.select(*_PAIR, source=pl.lit(HISTORY))
    new = near.join(mine, on=_PAIR, how="anti")
    everybody = owned.select(pl.col("customer").unique())
    kinds = [
        top(owned, ["own_decayed_25", "own_decayed_8"], limits.history).select(_PAIR),
        top(new, ["co_score"], limits.co_purchase).select(_PAIR),
        everybody.join(popular.select("item").head(limits.popular), how="cross"),
    ]
    found = pl.concat(kinds).unique().sort(_PAIR)
    known = found.join(near, on=_PAIR, how="left", maintain_order="left").join(
        mine, on=_PAIR, how="left", maintain_order="left"
    )
    otherwise = pl.when(pl.col("co_score") > 0).then(pl.lit(CO_PURCHASE)).otherwise(pl.lit(POPULAR))
    return known.with_columns(pl.col("co_score").fill_null(0.0), source=pl.coalesce("source", otherwise))


def top(rows: pl.DataFrame, by: list[str], n: int) -> pl.DataFrame:
    """Return each customer's first ``n`` rows by the columns ``by``, highest first, ties by item."""
    ordered = rows.sort(["customer", *by, "item"], descending=[False, *[True] * len(by), False])
    return ordered.filter(pl.int_range(pl.len()).over("customer") < n)


def _near(owned: pl.DataFrame, similarity: sp.csr_array, n_seeds: int) -> pl.DataFrame:
    """Return ``customer``, ``item``, ``co_score`` of everything near a customer's latest items."""
    late = owned.with_columns(late=-pl.col("own_orders_ago"))
    seeds = top(late, ["late", "own_decayed_8"], n_seeds).select(*_PAIR, weight="own_decayed_8").sort(_PAIR)
    total = seeds.group_by("customer", maintain_order=True).agg(total=pl.col("weight").sum())
    near = neighbours.scores(seeds, similarity).join(total, on="customer", how="left", maintain_order="left")
    return near.select(*_PAIR, co_score=ratio(pl.col("co_score"), pl.col("total")))
