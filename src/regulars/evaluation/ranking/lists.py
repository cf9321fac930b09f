"""What all lists together do to the shop: which items they show, and how popular these are.

An item's popularity is the share of the customers of ``owned`` who own it; the items sold are those of ``owned``.

References: Ge, Delgado-Battenfeld & Jannach (2010), Beyond accuracy: evaluating recommender systems by coverage and
serendipity, RecSys. Fleder & Hosanagar (2009), Blockbuster culture's next rise or fall, Management Science 55(5): Gini.
Zhou et al. (2010), Solving the apparent diversity-accuracy dilemma of recommender systems, PNAS 107(10): novelty.
Yin et al. (2012), Challenging the long tail recommendation, VLDB 5(9): mean popularity of what is recommended.
Abdollahpouri et al. (2020), The connection between popularity bias, calibration, and fairness in recommendation,
RecSys: its lift.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars.evaluation.ranking import frames
from regulars.evaluation.ranking.frames import PAIR


def list_metrics(
    recommendations: pl.DataFrame, truth: pl.DataFrame, owned: pl.DataFrame, *, k: int = 10
) -> dict[str, float]:
    """Return what the first ``k`` items of all lists are like; none says whether they are bought.

    ``catalogue_coverage``  share of the items sold that anybody is offered, in [0, 1]
    ``exposure_gini``       Gini coefficient of how often each item sold is offered: 0 = all alike, 1 = one item only
    ``novelty``             -log2 of the popularity of an item offered, bits, >= 0; higher is less known. An item that
                            nobody owns counts as if one customer did
    ``popularity_bias``     popularity of an item offered over that of an item bought next, >= 0; 1 is right, 2 says
                            that the items offered are twice as popular as those bought
    ``popularity_lift``     popularity of an item offered over that of an item that the same customers own, less 1;
                            0 is right, above 0 the lists are more popular than the customers' own choice
    ``repeat_share``        share of the items offered that the customer owns already, in [0, 1]

    Named ``<metric>_at_<k>``. Novelty, popularity and repeats are means over customers of the mean over a customer's
    items. NaN where nothing is offered, sold or bought that a mean could be taken of, and Gini's where one item is
    sold. Give the lists, baskets and purchases of the same customers; nothing is filtered here.

    Raises:
        ConfigError: ``k`` is below 1.
        DataError: a column is missing, a customer has two baskets, or a list repeats a rank or item.
    """
    frames.check(recommendations, truth, owned, k)
    had = owned.select(PAIR).drop_nulls().unique()
    offered = frames.top(recommendations, k).sort(PAIR)  # sums of floats depend on their order in the last digit
    found = _exposure(offered, had) | _popularity(offered, frames.bought(truth), had)
    found["repeat_share"] = _mean(frames.with_repeat(offered, had), pl.col("repeat").cast(pl.Int64))
    return {f"{name}_at_{k}": value for name, value in found.items()}


def _exposure(offered: pl.DataFrame, had: pl.DataFrame) -> dict[str, float]:
    """Return which of the items sold are offered, and how evenly."""
    sold = had["item_id"].n_unique()
    counts = offered.join(had.select("item_id"), on="item_id", how="semi")["item_id"].value_counts()["count"]
    return {"catalogue_coverage": _over(len(counts), sold), "exposure_gini": _gini(counts.to_numpy(), sold)}


def _gini(counts: npt.NDArray[np.uint32], n_items: int) -> float:
    """Return the Gini coefficient of ``counts`` and of zeros for the rest of ``n_items``."""
    shares = np.sort(counts) / max(counts.sum(), 1)
    places = np.arange(n_items - len(counts) + 1, n_items + 1)
    return _over(float(((2 * places - n_items - 1) * shares).sum()), (n_items - 1) if len(counts) else 0)


def _popularity(offered: pl.DataFrame, bought: pl.DataFrame, had: pl.DataFrame) -> dict[str, float]:
    """Return how popular the items offered are, also beside those bought next and those owned."""
    owners, customers = had.group_by("item_id").agg(owners=pl.len()), had["customer_id"].n_unique()
    shown, basket, own = (
        each.join(owners, on="item_id", how="left", maintain_order="left").with_columns(pl.col("owners").fill_null(0))
        for each in (offered, bought, had.join(offered, on="customer_id", how="semi"))
    )
    known, popularity = pl.col("owners").clip(1), _mean(shown, pl.col("owners"))
    return {
        "novelty": _mean(shown, (customers / known).log(2.0)) if customers else float("nan"),
        "popularity_bias": _over(popularity, _mean(basket, pl.col("owners"))),
        "popularity_lift": _over(popularity, _mean(own, pl.col("owners"))) - 1.0,
    }


def _mean(pairs: pl.DataFrame, value: pl.Expr) -> float:
    """Return the mean over customers of the mean of ``value``; NaN where there is nobody."""
    means = pairs.group_by("customer_id").agg(value.mean().alias("mean")).sort("customer_id")["mean"].to_numpy()
    return float(means.mean()) if len(means) else float("nan")


def _over(part: float, whole: float) -> float:
    """Return ``part / whole``, NaN where the whole is 0."""
    return part / whole if whole else float("nan")
