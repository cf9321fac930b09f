"""Who is slipping away, and why."""

import polars as pl

from regulars.briefing.shop import Shop
from regulars.errors import MissingError
from regulars.reasons import Reason, explain
from serving import reasons as wording

_TENTHS = [f"{10 * tenth}-{10 * (tenth + 1)}%" for tenth in range(10)]


def spread(shop: Shop) -> pl.DataFrame:
    """Return how the risk of staying away spreads over the customers.

    Ten rows, from safe to lost: ``churn_probability`` (a tenth, as text), ``customers``, ``good_customers``.
    """
    tenth = (pl.col("churn_probability") * 10).floor().clip(0, 9).cast(pl.Int64).alias("tenth")
    counted = (
        shop.scores.with_columns(good=pl.col("customer_id").is_in(shop.good["customer_id"].to_list()))
        .group_by(tenth)
        .agg(customers=pl.len().cast(pl.Int64), good_customers=pl.col("good").sum().cast(pl.Int64))
    )
    every = pl.DataFrame({"tenth": range(10), "churn_probability": _TENTHS})
    return every.join(counted, on="tenth", how="left", maintain_order="left").fill_null(0).drop("tenth")


def slipping_away(shop: Shop, n: int = 15) -> pl.DataFrame:
    """Return the ``n`` good customers most at risk of staying away, most at risk first.

    ``customer_id``, ``n_orders``, ``sales_365`` (units of the currency), ``recency`` and ``gap_median`` (days),
    ``churn_probability``, ``expected_date`` (null beyond the horizon), ``why`` (up to three reasons in words, empty
    where nothing known of the customer moves the risk).
    """
    risky = shop.scores.join(shop.good, on="customer_id").sort("churn_probability", "customer_id", descending=True)
    known = shop.features.select("customer_id", "n_orders", "recency", "gap_median")
    chosen = risky.head(n).join(known, on="customer_id", maintain_order="left")
    asked = chosen.select("customer_id").join(shop.features, on="customer_id", maintain_order="left")
    why = [_why(shop, found) for found in explain(shop.champions["churn"].estimator, asked)]
    return chosen.select(
        "customer_id",
        pl.col("n_orders").cast(pl.Int64),
        (pl.col("amount").cast(pl.Float64) / 100).alias("sales_365"),
        "recency",
        "gap_median",
        "churn_probability",
        "expected_date",
    ).with_columns(why=pl.Series(why, dtype=pl.String))


def reasons(shop: Shop, customer_id: str, n: int = 6) -> pl.DataFrame:
    """Return what moves one customer's risk, strongest first.

    ``reason`` (in words), ``feature``, ``value``, ``typical`` (the customer's own usual value, or the median
    customer's), ``effect`` on the log-odds of staying away from the typical to the actual value: positive is more at
    risk. A rule knows one reason or two.

    Raises:
        MissingError: no such customer before ``as_of``.
    """
    row = shop.features.filter(pl.col("customer_id") == customer_id)
    if row.is_empty():
        raise MissingError(
            f"no customer {customer_id!r} before {shop.as_of}; take an id from the ledger at {shop.ledger.path}"
        )
    (why,) = explain(shop.champions["churn"].estimator, row, n)
    found = wording.worded(why, shop.ledger.manifest.currency)
    schema = {
        "reason": pl.String,
        "feature": pl.String,
        "value": pl.Float64,
        "typical": pl.Float64,
        "effect": pl.Float64,
    }
    return pl.DataFrame([{**each, "reason": each["text"]} for each in found], schema=schema)


def headline(shop: Shop) -> str:
    """Return how many customers are expected to stay away, and what the good ones among them spent."""
    scored = shop.scores.join(shop.good, on="customer_id", how="left", maintain_order="left")
    risk, good = pl.col("churn_probability"), pl.col("amount").is_not_null()
    away, gone, n_good, stake = scored.select(
        away=risk.sum(), gone=risk.filter(good).sum(), n_good=good.sum(), stake=(risk * pl.col("amount")).sum() / 100
    ).row(0)
    return (
        f"From {shop.as_of}, {away:,.0f} of {scored.height:,} customers are expected to stay away for "
        f"{shop.champions['churn'].meta.horizon_days} days, {gone:,.0f} of the {n_good:,} good ones among them. "
        f"Weighted by that risk, {stake:,.0f} {shop.ledger.manifest.currency} of last year's sales to good customers "
        f"are at stake."
    )


def _why(shop: Shop, found: list[Reason]) -> str:
    """The reasons that raise the risk; the strongest reason where none does."""
    raising = [reason for reason in found if reason.effect > 0]
    said = wording.worded(raising or found[:1], shop.ledger.manifest.currency)
    return " | ".join(reason["text"] for reason in said)
