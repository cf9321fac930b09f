"""Metrics of recommended lists against the next basket, of one snapshot at a time.

``recommendations``  customer_id, rank (1 = best), item_id; each rank and item once a customer
``truth``            customer_id, item_ids (list): the items of the next order, one row a customer
``owned``            customer_id, item_id: what was bought before ``as_of``; repetitions are fine

Customers without a next basket are not judged; judged customers without recommendations score 0.
"""

from typing import Literal

import numpy as np
import polars as pl

from regulars.errors import ConfigError, DataError

Denominator = Literal["bought", "reachable"]
PAIR = ["customer_id", "item_id"]


def _require(frame: pl.DataFrame, name: str, columns: list[str], unique: list[list[str]]) -> None:
    """Raise DataError where a column is missing or a key of ``unique`` repeats."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise DataError(f"{name}: no column {missing[0]!r}; it needs {', '.join(columns)}")
    for key in unique:
        if frame.select(key).is_duplicated().any():
            raise DataError(f"{name}: ({', '.join(key)}) repeats; evaluate one snapshot at a time")


def _check(recommendations: pl.DataFrame, truth: pl.DataFrame, owned: pl.DataFrame | None) -> None:
    """Raise DataError where a frame is not what the module says it is."""
    ranks = ["customer_id", "rank"]
    _require(recommendations, "recommendations", [*ranks, "item_id"], [ranks, PAIR])
    _require(truth, "truth", ["customer_id", "item_ids"], [["customer_id"]])
    if owned is not None:
        _require(owned, "owned", PAIR, [])


def _bought(truth: pl.DataFrame, owned: pl.DataFrame | None) -> pl.DataFrame:
    """Return the distinct (customer_id, item_id) of the next baskets, and ``repeat``.

    ``repeat`` says whether the customer owned the item before, null where ``owned`` is unknown.
    """
    pairs = (
        truth.select("customer_id", pl.col("item_ids").alias("item_id"))
        .explode("item_id")
        .drop_nulls("item_id")
        .unique(PAIR)
    )
    if owned is None:
        return pairs.with_columns(repeat=pl.lit(None, dtype=pl.Boolean))
    known = owned.select(PAIR).unique().with_columns(repeat=pl.lit(True))
    return pairs.join(known, on=PAIR, how="left").with_columns(pl.col("repeat").fill_null(False))


def _recall(among: pl.Expr, k: int, denominator: Denominator) -> pl.Expr:
    """Return the share of the bought items ``among`` that was listed, null where there is none."""
    size = among.sum()
    reach = size.clip(upper_bound=k) if denominator == "reachable" else size
    found = (among & pl.col("rank").is_not_null()).sum()
    return pl.when(size > 0).then(found / reach)


def ranking_values(
    recommendations: pl.DataFrame,
    truth: pl.DataFrame,
    owned: pl.DataFrame | None = None,
    *,
    k: int = 10,
    denominator: Denominator = "bought",
) -> pl.DataFrame:
    """Return the metrics of each customer's first ``k`` items; all lie in [0, 1], higher is better.

    One row per customer with a next basket, sorted by ``customer_id``:

    ``recall``         bought items in the list / bought items
    ``ndcg``           sum of 1 / log2(rank + 1) over the hits / the same sum for a perfect list, which
                       holds min(bought items, k) hits from the top: cut at k on both sides
    ``hit``            1 if any bought item is in the list, else 0
    ``recall_repeat``  ``recall`` among the bought items that were owned before
    ``recall_new``     ``recall`` among those that were not

    The two last are null for customers who bought no such item, and for all where ``owned`` is not
    given. An item bought twice in the basket counts once.

    Two conventions of recall are in use. ``denominator="bought"`` divides by the number of bought
    items: the one of the next-basket benchmarks, whose best value is below 1 for baskets larger than
    k. ``"reachable"`` divides by min(bought items, k): 1 can always be reached, and the two never
    agree on baskets larger than k.

    >>> lists = pl.DataFrame({"customer_id": ["C1"] * 2, "rank": [1, 2], "item_id": ["tea", "jam"]})
    >>> truth = pl.DataFrame({"customer_id": ["C1"], "item_ids": [["jam", "oil", "rice", "salt"]]})
    >>> ranking_values(lists, truth, k=2)["recall"].item()
    0.25
    >>> ranking_values(lists, truth, k=2, denominator="reachable")["recall"].item()
    0.5

    Raises:
        ConfigError: ``k`` is below 1.
        DataError: a column is missing, a customer has two baskets, or a list repeats a rank or item.
    """
    if k < 1:
        raise ConfigError(f"a list holds at least one item, not {k}")
    _check(recommendations, truth, owned)
    top = recommendations.filter(pl.col("rank").is_between(1, k)).select("customer_id", "item_id", "rank")
    pairs = _bought(truth, owned).join(top, on=PAIR, how="left")
    everything, listed = pl.col("item_id").is_not_null(), pl.col("rank").is_not_null()
    # Position i holds the gain of a list with i hits from the top.
    perfect = np.concatenate([[0.0], np.cumsum(1.0 / np.log2(np.arange(2, k + 2)))])
    gain = (1.0 / (pl.col("rank").cast(pl.Float64) + 1.0).log(2.0)).sum()
    best = pl.len().clip(upper_bound=k).replace_strict(dict(enumerate(perfect.tolist())))
    return (
        pairs.group_by("customer_id")
        .agg(
            recall=_recall(everything, k, denominator),
            ndcg=gain / best,
            hit=listed.any().cast(pl.Float64),
            recall_repeat=_recall(pl.col("repeat"), k, denominator),
            recall_new=_recall(~pl.col("repeat"), k, denominator),
        )
        .sort("customer_id")
    )


def ranking_metrics(
    recommendations: pl.DataFrame,
    truth: pl.DataFrame,
    owned: pl.DataFrame | None = None,
    *,
    k: int = 10,
    denominator: Denominator = "bought",
) -> dict[str, float]:
    """Return the means of :func:`ranking_values` over the customers that each is defined for.

    Named ``recall_at_<k>``, ``ndcg_at_<k>``, ``hit_at_<k>``, ``recall_repeat_at_<k>`` and
    ``recall_new_at_<k>``; NaN where it is defined for nobody (all five where nobody bought, the last
    two where ``owned`` is not given). The order of the rows does not matter.

    Raises:
        ConfigError, DataError: as :func:`ranking_values`.
    """
    values = ranking_values(recommendations, truth, owned, k=k, denominator=denominator)
    columns = values.drop("customer_id").fill_nan(None)
    return {
        f"{name}_at_{k}": float("nan") if mean is None else float(mean)
        for name, mean in columns.mean().row(0, named=True).items()
    }
