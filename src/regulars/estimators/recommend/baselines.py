"""What must be beaten: the shop's best sellers, and the customer's own favourites."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from regulars.estimators.recommend.recommender import HISTORY, POPULAR, Recommender
from regulars.features import pairs
from regulars.features.purchases import ratio


@dataclass
class GlobalTop(Recommender):
    """The items that most customers bought lately, for everybody.

    ``score`` is the share of the recent customers who bought the item.
    """

    def _score(self, lines: pl.DataFrame, as_of: dt.date, k: int) -> pl.DataFrame:  # noqa: ARG002  (the same for all)
        return fillers(lines, self._assortment().popular, k).with_columns(source=pl.lit(POPULAR))


@dataclass
class OwnTop(Recommender):
    """The items that the customer bought in most orders, the latest first among equals, then the best sellers.

    ``score`` is the share of the customer's orders with the item; for best sellers the share of the recent
    customers who bought it, less one, so that they come behind.
    """

    def _score(self, lines: pl.DataFrame, as_of: dt.date, k: int) -> pl.DataFrame:
        n_orders = lines.group_by("customer").agg(n_orders=pl.col("order").max() + 1)
        own = (
            pairs.own(lines, as_of)
            .join(n_orders, on="customer")
            .select(
                "customer",
                "item",
                score=ratio(pl.col("own_orders"), pl.col("n_orders")),
                tie=-pl.col("own_orders_ago").cast(pl.Int64),
                source=pl.lit(HISTORY),
            )
        )
        # Whoever owns k items needs no more; whoever owns fewer leaves k new ones among 2 k.
        new = fillers(lines, self._assortment().popular, 2 * k).join(own, on=["customer", "item"], how="anti")
        return pl.concat([own, new.with_columns(score=pl.col("score") - 1.0, source=pl.lit(POPULAR))])


def fillers(lines: pl.DataFrame, popular: pl.DataFrame, k: int) -> pl.DataFrame:
    """Return the ``k`` most popular items for each customer: ``customer``, ``item``, ``score``, ``tie``."""
    best = popular.head(k).select("item", score="share", tie=-pl.int_range(pl.len(), dtype=pl.Int64))
    return lines.select(pl.col("customer").unique()).join(best, how="cross")
