"""Discounts taken and goods brought back."""

import polars as pl

from regulars.features.known import KEYS, Known

NAMES = ("discount_share", "discount_share_90", "return_share")


def price(known: Known) -> pl.DataFrame:
    """Discount and return habits of each customer at each snapshot.

    One row per (customer_id, as_of):

    ``discount_share``     discounts over the undiscounted amount, [0, 1]; null where that is not positive
    ``discount_share_90``  the same in the last 90 days
    ``return_share``       returned lines over items bought (item-days), >= 0
    """
    near = pl.col("age") <= 90
    sums = known.days.group_by(KEYS, maintain_order=True).agg(
        discount_share=_share(pl.col("discount").sum(), pl.col("amount").sum()),
        discount_share_90=_share(pl.col("discount").filter(near).sum(), pl.col("amount").filter(near).sum()),
        bought=pl.col("n_items").sum(),
    )
    back = known.returns.group_by(KEYS).agg(pl.col("n_returns").sum())
    joined = sums.join(back, on=KEYS, how="left", maintain_order="left")
    return joined.with_columns(return_share=pl.col("n_returns").fill_null(0) / pl.col("bought")).drop(
        "n_returns", "bought"
    )


def _share(discount: pl.Expr, amount: pl.Expr) -> pl.Expr:
    full = discount + amount
    return pl.when(full > 0).then((discount / full).clip(upper_bound=1))  # refunds can outweigh what was paid
