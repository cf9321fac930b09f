"""What an order of Shopify's export comes to; see :mod:`regulars.ingest.adapters.shopify`."""

import polars as pl

from regulars.ingest.adapters.shopify_cells import MONEY, TEXTS

MISSING = "its order's first row is missing"
UNREADABLE = "its order has money or a quantity that cannot be read"
LESS = "its order's lines come to less than its Subtotal"
MORE = "its order's lines come to more than its Subtotal and discount"
TOTAL = "its order's Subtotal, Shipping and Taxes do not come to its Total"
REFUND = "its order's Refunded Amount is more than its Total"

_OF_THE_ORDER = (
    *(name for name in TEXTS if name != "item_name"),
    "line",
    "code",
    "places",
    "customer",
    "store",
    "first",
)


def sums(goods: pl.DataFrame) -> pl.DataFrame:
    """Return one row an order: its cells, ``off`` (discount to share), ``included`` (taxes), ``reason`` against it.

    ``Shipping`` is what was charged in the end.
    """
    orders = goods.group_by("order", maintain_order=True).agg(
        *(pl.col(name).first() for name in (*_OF_THE_ORDER, *MONEY)),
        net=(pl.col("gross") - pl.col("line_discount")).sum(),
        readable=(pl.col("gross").is_not_null() & pl.col("line_discount").is_not_null()).all(),
    )
    parts = ("Subtotal", "Shipping", "Tip", "Duties", "Taxes")
    orders = orders.with_columns(
        off=pl.col("net") - pl.col("Subtotal"), above=pl.sum_horizontal(parts, ignore_nulls=False) - pl.col("Total")
    )
    free = pl.min_horizontal("Shipping", pl.col("Discount Amount") - pl.col("off"))
    above, taxes = pl.col("above"), pl.col("Taxes")
    orders = orders.with_columns(
        included=(above != 0) & ((above == taxes) | ((above != free) & (above == taxes + free))),
        sound=(above == 0) | (above == taxes) | (above == free) | (above == taxes + free),
    )
    freed = above - pl.when("included").then(taxes).otherwise(0)
    return orders.with_columns(Shipping=pl.col("Shipping") - freed, reason=_reason())


def _reason() -> pl.Expr:
    return (
        pl.when(~pl.col("first"))
        .then(pl.lit(MISSING))
        .when(~pl.col("readable") | pl.any_horizontal(pl.col(MONEY).is_null()))
        .then(pl.lit(UNREADABLE))
        .when(pl.col("off") < 0)
        .then(pl.lit(LESS))
        .when(pl.col("off") > pl.col("Discount Amount"))
        .then(pl.lit(MORE))
        .when(~pl.col("sound"))
        .then(pl.lit(TOTAL))
        .when(pl.col("Refunded Amount") > pl.col("Total"))
        .then(pl.lit(REFUND))
    )
