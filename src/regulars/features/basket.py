"""What a customer's orders look like: size, value, variety."""

import polars as pl

from regulars.features.known import KEYS, Known

NAMES = (
    "basket_items", "basket_value", "n_items", "new_item_share", "new_item_share_90", "n_categories",
    "top_department_share",
)  # fmt: skip


def basket(known: Known) -> pl.DataFrame:
    """Basket size and variety of each customer at each snapshot.

    One row per (customer_id, as_of):

    ``basket_items``          mean distinct items of a purchase day, >= 1
    ``basket_value``          mean net amount of an order, minor units
    ``n_items``               distinct items ever bought, >= 1
    ``new_item_share``        share of item-days that were the customer's first of that item, (0, 1]
    ``new_item_share_90``     the same among the last 90 days; null where there was none
    ``n_categories``          distinct categories ever bought, >= 1
    ``top_department_share``  share of lines in the customer's largest department, (0, 1]
    """
    near = pl.col("age") <= 90
    sums = known.days.group_by(KEYS, maintain_order=True).agg(
        basket_items=pl.col("n_items").mean(),
        basket_value=pl.col("amount").sum() / pl.col("n_orders").sum(),
        n_items=pl.col("n_new_items").sum(),
        new_item_share=pl.col("n_new_items").sum() / pl.col("n_items").sum(),
        new_item_share_90=pl.col("n_new_items").filter(near).sum() / pl.col("n_items").filter(near).sum(),
        n_categories=pl.col("n_new_categories").sum(),
    )
    tops = (
        known.departments.group_by(*KEYS, "department")
        .agg(pl.col("n_lines").sum())
        .group_by(KEYS)
        .agg(top_department_share=pl.col("n_lines").max() / pl.col("n_lines").sum())
    )
    finite = pl.col("new_item_share_90").fill_nan(None)
    return sums.with_columns(finite).join(tops, on=KEYS, how="left", maintain_order="left")
