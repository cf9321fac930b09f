"""The lines of Shopify's orders, made ones too; see :mod:`regulars.ingest.adapters.shopify`."""

import polars as pl

from regulars.ingest.adapters import shopify_cells, shopify_sums
from regulars.ingest.adapters.shares import share
from regulars.ingest.batch import OWN, REASON

_OURS = ("order", "customer", "at", "item", "item_name", "quantity", "amount", "discount", "currency", "store")
ADDED = (*(OWN + name for name in _OURS), REASON)
"""The columns that are added to an export's own."""
_EXTRAS = {"SHIPPING": "Shipping", "TIP": "Tip", "DUTIES": "Duties"}
_NEVER = ("voided", "expired")
_NOT_YET = ("pending", "authorized")
_BEHIND = 1 << 40


def lines(rows: pl.DataFrame, places: pl.Series) -> tuple[pl.DataFrame, pl.Series, int]:
    """Return the rows with ``ADDED``, made rows behind their order's own; their places; how many were made."""
    goods = shopify_cells.typed(rows, places)
    orders = shopify_sums.sums(goods)
    sound = orders.filter(pl.col("reason").is_null())
    sold = _sold(goods, sound)
    back = pl.concat([_taken_back(sold, sound), _part_refunds(sold, sound)], how="diagonal")
    bad = goods.with_columns(amount=pl.col("gross") - pl.col("line_discount"), discount=pl.lit(0, pl.Int64)).join(
        orders.filter(pl.col("reason").is_not_null()).select("order", "reason"), on="order", how="inner"
    )
    own = ("row", "order", "item", "item_name", "quantity", "amount", "discount", "at", "reason")
    every = pl.concat([sold, back, bad], how="diagonal").select(own)
    every = every.join(
        orders.select("order", "line", "code", "places", "name", "customer", "store", "created"), on="order"
    )
    every = every.sort("order", pl.col("row").fill_null(_BEHIND), maintain_order=True)
    told = every.join(_raw(rows, places), on="row", how="left", maintain_order="left").select(*rows.columns, *_added())
    line = every.join(goods.select("row", own_line="line"), on="row", how="left", maintain_order="left")
    return told, line.select(pl.coalesce("own_line", "line")).to_series(), every["row"].null_count()


def _raw(rows: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
    return rows.with_columns(row=pl.int_range(len(places)))


def _added() -> list[pl.Expr]:
    told = {
        "order": pl.col("name"),
        "at": pl.coalesce("at", "created"),
        "amount": _written("amount"),
        "discount": _written("discount"),
        "currency": pl.col("code"),
    }
    return [*(told.get(name, pl.col(name)).alias(OWN + name) for name in _OURS), pl.col("reason").alias(REASON)]


def _written(column: str) -> pl.Expr:
    """Return minor units as a decimal number in text, which is exact."""
    places = pl.col("places")
    digits = pl.col(column).abs().cast(pl.String).str.zfill(places + 1)
    units = digits.str.head(digits.str.len_bytes().cast(pl.Int64) - places)
    sign = pl.when(pl.col(column) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, units, pl.lit("."), digits.str.tail(places))


def _sold(goods: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Return the goods and, as lines of their own, postage, tips and duties: discounts shared, taxes taken out."""
    lines = goods.join(orders.select("order", "off"), on="order").with_columns(
        net=pl.col("gross") - pl.col("line_discount")
    )
    lines = lines.with_columns(share("off", "net", "order"))
    lines = lines.with_columns(
        amount=pl.col("net") - pl.col("share"), discount=pl.col("line_discount") + pl.col("share")
    )
    extras = [
        orders.filter(pl.col(column) != 0).select(
            "order",
            item=pl.lit(item),
            item_name=pl.lit(column),
            quantity=pl.lit(1.0),
            amount=pl.col(column),
            discount=pl.lit(0, pl.Int64),
            taxable=pl.lit(item == "SHIPPING"),
        )
        for item, column in _EXTRAS.items()
    ]
    every = pl.concat([lines.select("row", *extras[0].columns), *extras], how="diagonal")
    taxes = pl.when("included").then("Taxes").otherwise(0)
    every = every.join(orders.select("order", taxes=taxes), on="order", maintain_order="left")
    taxed = pl.col("amount") * pl.col("taxable")
    weight = pl.when(taxed.sum().over("order") == 0).then("amount").otherwise(taxed)
    every = every.with_columns(weight=weight).with_columns(share("taxes", "weight", "order").alias("tax"))
    return every.with_columns(
        amount=pl.col("amount") - pl.col("tax"), at=pl.lit(None, pl.String), reason=pl.lit(None, pl.String)
    )


def _when() -> pl.Expr:
    """Return the latest time that an order tells."""
    return pl.coalesce("cancelled", "fulfilled", "paid", "created")


def _refunded() -> pl.Expr:
    """Return what of an order was taken back: all, goods, part; null where nothing was."""
    back, status = pl.col("Refunded Amount"), pl.col("status").str.to_lowercase()
    unpaid = status.is_in(_NEVER) | (status.is_in(_NOT_YET) & pl.col("cancelled").is_not_null())
    return (
        pl.when((back == 0) & unpaid.fill_null(value=False))
        .then(pl.lit("all"))
        .when(back == 0)
        .then(None)
        .when(back == pl.col("Total"))
        .then(pl.lit("all"))
        .when(back == _goods())
        .then(pl.lit("goods"))
        .otherwise(pl.lit("part"))
    )


def _goods() -> pl.Expr:
    """Return what was paid for the goods of an order, taxes included."""
    return pl.col("Subtotal") + pl.when("included").then(0).otherwise(pl.col("Taxes"))


def _taken_back(sold: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Return a line for each that was taken back."""
    whole = orders.select("order", kind=_refunded(), when=_when())
    back = sold.join(whole, on="order").filter(
        (pl.col("kind") == "all") | (pl.col("kind") == "goods") & pl.col("row").is_not_null()
    )
    return back.with_columns(
        row=pl.lit(None, pl.Int64),
        quantity=-pl.col("quantity"),
        amount=-pl.col("amount"),
        discount=pl.lit(0, pl.Int64),
        at="when",
    )


def _part_refunds(sold: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Return a line of the item REFUND for every other refund, less the taxes in it."""
    taxed = sold.filter(pl.col("row").is_not_null()).group_by("order").agg(tax_of_goods=pl.col("tax").sum())
    part = orders.filter(_refunded() == "part").join(taxed, on="order")
    back = pl.col("Refunded Amount")
    of_goods = back <= _goods()
    gross = pl.when(of_goods).then(_goods()).otherwise(pl.col("Total"))
    tax = pl.when(of_goods & pl.col("included")).then("tax_of_goods").otherwise("Taxes")
    return part.select(
        "order",
        item=pl.lit("REFUND"),
        item_name=pl.lit("Refund"),
        quantity=pl.lit(0.0),
        amount=-((2 * back * (gross - tax) + gross) // (2 * gross)),
        discount=pl.lit(0, pl.Int64),
        at=_when(),
    )
