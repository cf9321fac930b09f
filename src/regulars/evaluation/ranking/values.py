"""What each customer's list is worth against the next basket."""

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars.evaluation.ranking import frames
from regulars.evaluation.ranking.frames import PAIR, Denominator

FloatArray = npt.NDArray[np.float64]


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

    ``recall``       bought items in the list / bought items, or with ``denominator="reachable"`` / min(bought items, k)
    ``ndcg``         sum of 1 / log2(rank + 1) over the hits / the same sum of min(bought items, k) hits from the top:
                     cut at k on both sides
    ``ndcg_bought``  the same over the sum of as many hits as items were bought, even beyond k
    ``hit``          1 if any bought item is in the list, else 0
    ``mrr``          1 / rank of the first hit, 0 without one

    and each of them again as ``.._repeat`` and ``.._new``, where only the bought items that the customer owned before,
    or did not, count as bought. The list is not filtered: a new item at rank 5 is at rank 5 however many repeat items
    stand before it. They are null for customers who bought no such item, and for all where ``owned`` is not given. An
    item bought twice in the basket counts once. ``docs/ranking.md`` says who uses which convention.

    >>> lists = pl.DataFrame({"customer_id": ["C1"] * 2, "rank": [1, 2], "item_id": ["tea", "jam"]})
    >>> truth = pl.DataFrame({"customer_id": ["C1"], "item_ids": [["jam", "oil", "rice", "salt"]]})
    >>> ranking_values(lists, truth, k=2).select(pl.col("recall", "ndcg", "ndcg_bought").round(3)).row(0)
    (0.25, 0.387, 0.246)
    >>> ranking_values(lists, truth, k=2, denominator="reachable")["recall"].item()
    0.5

    Raises:
        ConfigError: ``k`` is below 1.
        DataError: a column is missing, a customer has two baskets, or a list repeats a rank or item.
    """
    frames.check(recommendations, truth, owned, k)
    ranked = frames.with_repeat(frames.bought(truth), owned).join(frames.top(recommendations, k), on=PAIR, how="left")
    # Sums of floats depend on their order in the last digit.
    rows = ranked.sort("customer_id", "rank", nulls_last=True).group_by("customer_id", maintain_order=True)
    kinds = {"": pl.col("item_id").is_not_null(), "_repeat": pl.col("repeat"), "_new": ~pl.col("repeat")}
    counts = rows.agg(column for kind, among in kinds.items() for column in _counts(kind, among))
    most = k if denominator == "reachable" else None
    columns = {name: each for kind in kinds for name, each in _values(counts, kind, k, most).items()}
    return counts.select("customer_id").with_columns(pl.Series(n, v).fill_nan(None) for n, v in columns.items())


def _counts(kind: str, among: pl.Expr) -> list[pl.Expr]:
    """Return what the metrics are made of where only the bought items ``among`` count."""
    rank = pl.col("rank").filter(among).drop_nulls()
    return [
        among.sum().alias(f"bought{kind}"),
        rank.len().alias(f"found{kind}"),
        rank.min().alias(f"first{kind}"),
        (1.0 / (rank.cast(pl.Float64) + 1.0).log(2.0)).sum().alias(f"gain{kind}"),
    ]


def _values(counts: pl.DataFrame, kind: str, k: int, most: int | None) -> dict[str, FloatArray]:
    """Return the metrics of one kind of items, NaN where nothing of it was bought.

    ``most`` is the largest denominator of the recall.
    """
    n = counts[f"bought{kind}"].to_numpy().astype(np.int64)
    found, gain = (counts[f"{name}{kind}"].to_numpy().astype(np.float64) for name in ("found", "gain"))
    first = counts[f"first{kind}"].cast(pl.Float64).fill_null(np.inf).to_numpy()
    # Position i holds the gain of a list with i hits from the top.
    perfect = np.concatenate([[0.0], np.cumsum(1.0 / np.log2(np.arange(2, max(k, n.max(initial=0)) + 2)))])
    any_bought = n > 0
    values = {
        "recall": _over(found, n if most is None else np.minimum(n, most)),
        "ndcg": _over(gain, perfect[np.minimum(n, k)]),
        "ndcg_bought": _over(gain, perfect[n]),
        "hit": np.where(any_bought, found > 0, np.nan),
        "mrr": np.where(any_bought, 1.0 / first, np.nan),
    }
    return {f"{name}{kind}": each for name, each in values.items()}


def _over(part: FloatArray, whole: npt.NDArray[np.int64] | FloatArray) -> FloatArray:
    """Return ``part / whole``, NaN where the whole is 0."""
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0), dtype=np.float64)


def ranking_means(values: pl.DataFrame, k: int) -> dict[str, float]:
    """Return the means of :func:`ranking_values` at ``k``, as :func:`ranking_metrics` names them."""
    columns = values.drop("customer_id").fill_nan(None)
    return {
        f"{name}_at_{k}": float("nan") if mean is None else float(mean)
        for name, mean in columns.mean().row(0, named=True).items()
    }


def ranking_metrics(
    recommendations: pl.DataFrame,
    truth: pl.DataFrame,
    owned: pl.DataFrame | None = None,
    *,
    k: int = 10,
    denominator: Denominator = "bought",
) -> dict[str, float]:
    """Return the means of :func:`ranking_values`, each over the customers that it is defined for.

    Named ``<value>_at_<k>``: ``recall_at_10``, ``ndcg_bought_at_10``, ``mrr_new_at_10``; NaN where it is defined for
    nobody (all where nobody bought, those of repeat and new items where ``owned`` is not given). The order of the rows
    does not matter.

    Raises:
        ConfigError, DataError: as :func:`ranking_values`.
    """
    return ranking_means(ranking_values(recommendations, truth, owned, k=k, denominator=denominator), k)
