"""What to offer, by name, and where each offer comes from."""

from collections.abc import Sequence

import polars as pl

from regulars import batch, scoring
from regulars.briefing.shop import Shop
from regulars.estimators.recommend import NEXT_BASKET, Wish
from serving import profile

MEANING = {
    "history": "bought before",
    "similar_customers": "bought by customers like them",
    "co_purchase": "goes with what they buy",
    "content": "like what they buy",
    "popular": "many buy it",
}
"""What the source of an offer says to people."""


def favourites(shop: Shop, customers: Sequence[str]) -> pl.DataFrame:
    """Return what some customers bought in most orders, most first.

    ``customer_id``, ``name``, ``n_orders``, ``last_bought``; in the order of ``customers``.
    """
    lines, names = shop.lines(customers), dict(shop.ledger.items().select("item_id", "name").iter_rows())
    rows = [
        {"customer_id": customer, "name": each["name"] or each["item_id"], **each}
        for customer in customers
        for each in profile.favourites(lines.filter(pl.col("customer_id") == customer), names)
    ]
    schema = {
        "customer_id": pl.String,
        "name": pl.String,
        "n_orders": pl.Int64,
        "last_bought": pl.Date,
    }
    return pl.DataFrame(rows, schema=schema)


def offers(shop: Shop, customers: Sequence[str], k: int = 5, kind: Wish | str = NEXT_BASKET) -> pl.DataFrame:
    """Return what to offer some customers, best first.

    ``customer_id``, ``rank``, ``name`` (the item_id where the item has no name), ``department``, ``why`` (MEANING of
    its source), ``reason`` (that in numbers), ``bought`` (orders of the customer that held it); in the order of
    ``customers``. ``kind`` may be a whole wish, with filters.

    Raises:
        ConfigError: there is no such kind, or ``k`` is no length.
    """
    lines = shop.lines(customers)
    listed = scoring.recommend(shop.champions, lines, shop.as_of, k, kind)
    bought = lines.group_by("customer_id", "item_id").agg(
        bought=pl.col("order_id").filter(pl.col("quantity") > 0).n_unique().cast(pl.Int64)
    )
    order = pl.DataFrame({"customer_id": customers}, schema={"customer_id": pl.String}).with_row_index()
    named = (
        listed.join(shop.ledger.items(), on="item_id", how="left")
        .join(bought, on=["customer_id", "item_id"], how="left")
        .join(order, on="customer_id")
        .sort("index", "rank")
    )
    return named.select(
        "customer_id",
        "rank",
        pl.coalesce("name", "item_id").alias("name"),
        "department",
        _meaning().alias("why"),
        "reason",
        pl.col("bought").fill_null(0),
    )


def sources(shop: Shop, k: int = 10) -> pl.DataFrame:
    """Return where the offers to the whole shop come from, most frequent first: ``why``, ``offers``, ``share``."""
    listed = batch.recommend(shop.ledger, shop.champions, shop.as_of, k, "next_basket")
    counted = listed.group_by(_meaning().alias("why")).agg(offers=pl.len().cast(pl.Int64))
    return counted.with_columns(share=pl.col("offers") / pl.col("offers").sum()).sort(
        ["offers", "why"], descending=[True, False]
    )


def _meaning() -> pl.Expr:
    return pl.col("source").replace(MEANING)
