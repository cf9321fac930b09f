"""The true lines of a block: every sale, return and charge as it was, before any system wrote it down.

One row a line, in the columns of ``SCHEMA``; files and truth tables are made of it.
"""

import numpy as np
import polars as pl

from regulars.ingest.simulate.arrays import Bools, Ints, half_up, scramble
from regulars.ingest.simulate.baskets import Baskets
from regulars.ingest.simulate.catalogue import Catalogue
from regulars.ingest.simulate.orders import WEB, Orders
from regulars.ingest.simulate.plan import BLOCK, Plan
from regulars.ingest.simulate.population import People
from regulars.ingest.simulate.prices import Prices

SCHEMA = pl.Schema(
    {
        "person": pl.Int64(),  # number over the plan; -1 = walk-in
        "customer_id": pl.String(),  # the record that the order names
        "order": pl.Int64(),  # place in the block's orders; -1 = none
        "order_id": pl.String(),
        "item": pl.Int64(),  # place in the catalogue; -1 = not a product
        "what": pl.String(),  # name on the receipt
        "item_id": pl.String(),
        "at": pl.Datetime("us"),
        "quantity": pl.Int64(),  # negative for a return
        "price": pl.Int64(),  # cents a piece
        "discount": pl.Int64(),  # cents, >= 0 on sales, <= 0 on returns
        "store": pl.Int64(),
        "kind": pl.String(),  # sale, return, refund (web), charge
        "why": pl.Int64(),
        "campaign": pl.Int64(),
        "undoes": pl.String(),  # order_id of the sale that a return takes back
    }
)

AMOUNT = pl.col("quantity") * pl.col("price") - pl.col("discount")
"""Net cents of a line, taxes aside."""

WEB_LINES = pl.col("store") == WEB
STORE_LINES = pl.col("store") < WEB

RETURNED = 0.03
"""Share of sales that are brought back within three weeks."""
STRAY_RETURN = 0.002
"""Returns, per sale, whose sale is not in the log."""
CLERKS_DISCOUNT = 0.02
"""Share of till lines with 10% off at the clerk's will."""
CHARGES = (
    ("BAG", "Paper Bag", 25, 0.06, False),
    ("POST", "Postage", 690, 0.01, False),
    ("GIFTCARD", "Gift Card", 2500, 0.006, True),
    ("FEE", "Service Fee", 300, 0.004, False),
    ("WRAP", "Gift Wrap", 350, 0.008, True),
)
"""Lines that are not products: id, name, cents, how often per order, whether the web shop sells it too."""
ORDER_SPACE = 1_000_000
"""Order numbers kept for each block: from 0 for orders, behind them returns, and above 500,000 for what never was."""


def sales(
    who: People,
    made: Orders,
    named: pl.Series,
    bought: Baskets,
    shop: tuple[Catalogue, Prices],
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Return the lines that were sold, in the order of the baskets."""
    items, prices = shop
    order, item = bought.order, bought.item
    week = (np.floor(made.day).astype(np.int64) // 7)[order]
    price = prices.cents[item, week]
    clerk = (rng.random(len(order)) < CLERKS_DISCOUNT) & ~made.web[order] & (made.percent[order] == 0)
    percent = np.where(clerk, 10, made.percent[order])
    block = int(who.number[0]) // BLOCK
    return pl.DataFrame(
        {
            "person": who.number[made.person[order]],
            "customer_id": named.gather(order),
            "order": order,
            "order_id": order_ids(block, made.store, np.arange(len(made.store))).gather(order),
            "item": item,
            "what": items.frame["name"].gather(item),
            "item_id": items.frame["item_id"].gather(item),
            "at": pl.Series(made.at.astype("datetime64[us]")).gather(order),
            "quantity": bought.quantity,
            "price": price,
            "discount": half_up(bought.quantity * price * percent, 100),
            "store": made.store[order],
            "kind": ["sale"] * len(order),
            "why": bought.why,
            "campaign": made.campaign[order],
            "undoes": pl.Series([None] * len(order), dtype=pl.String),
        },
        schema=SCHEMA,
    )


def order_ids(block: int, store: Ints, place: Ints) -> pl.Series:
    """Return the ids of orders as their systems number them: receipts of a till, ``#...`` of the web shop.

    >>> order_ids(0, np.array([0, WEB]), np.array([5, 6])).to_list()
    ['R0000309029340', '#1000006']
    """
    receipt = "R" + pl.Series(scramble(block * ORDER_SPACE + place, 13)).cast(pl.String).str.zfill(13)
    number = "#" + pl.Series((block + 1) * ORDER_SPACE + place).cast(pl.String)
    return pl.select(pl.when(pl.Series(store == WEB)).then(number).otherwise(receipt)).to_series()


def charges(sold: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return bags, postage and the like: money without products, on orders that took place."""
    first = sold.unique("order", keep="first", maintain_order=True)
    found = []
    for item_id, name, cents, share, on_web in CHARGES:
        hit = pl.Series(rng.random(first.height) < share) & (pl.lit(on_web) | (pl.col("store") != WEB))
        found.append(
            first.filter(hit).with_columns(
                item=pl.lit(-1, pl.Int64),
                item_id=pl.lit(item_id),
                what=pl.lit(name),
                quantity=pl.lit(1, pl.Int64),
                price=pl.lit(cents, pl.Int64),
                discount=pl.lit(0, pl.Int64),
                kind=pl.lit("charge"),
                why=pl.lit(-1, pl.Int64),
            )
        )
    return pl.concat(found)


def returns(
    plan: Plan, sold: pl.DataFrame, block: int, n_orders: int, shop: tuple[Catalogue, Prices], rng: np.random.Generator
) -> pl.DataFrame:
    """Return what came back: at the counter with a receipt of its own, or as a refund of the web order.

    A few counter returns are of goods that the log never saw that person buy: their ``undoes`` is null.
    """
    draw = rng.random(sold.height)
    known = sold.filter(pl.Series(draw < RETURNED)).with_columns(undoes="order_id")
    stray = _strangers(sold, (draw > 1 - STRAY_RETURN) & (sold["store"] < WEB).to_numpy(), shop, rng)
    back = pl.concat([known, stray])
    n = back.height
    days, clock = pl.Series(rng.integers(1, 22, n)), pl.Series(rng.integers(10 * 3600, 18 * 3600, n))
    part = pl.when(pl.Series(rng.random(n) < 0.7)).then("quantity").otherwise(1)
    quantity = pl.col("quantity")
    is_web = pl.col("store") == WEB
    own = order_ids(block, back["store"].to_numpy(), n_orders + np.arange(n))
    back = back.with_columns(
        at=pl.col("at").dt.truncate("1d") + pl.duration(days=pl.lit(days), seconds=pl.lit(clock)),
        quantity=-part,
        discount=-((2 * pl.col("discount") * part + quantity) // (2 * quantity)),
        kind=pl.when(is_web).then(pl.lit("refund")).otherwise(pl.lit("return")),
        order_id=pl.when(is_web).then("order_id").otherwise(own),
    )
    end = pl.lit(plan.end).cast(pl.Datetime("us"))
    return back.filter(pl.col("at") < end)


def _strangers(
    sold: pl.DataFrame, hit: Bools, shop: tuple[Catalogue, Prices], rng: np.random.Generator
) -> pl.DataFrame:
    """Return the lines that are hit, with another item each, which that person never bought."""
    items, prices = shop
    chosen = sold.filter(pl.Series(hit))
    item = rng.integers(0, len(items.life_days), chosen.height)
    chosen = chosen.with_columns(
        item=pl.Series(item),
        item_id=items.frame["item_id"].gather(item),
        what=items.frame["name"].gather(item),
        price=pl.Series(prices.cents[item, 0]),
        discount=pl.lit(0, pl.Int64),
        why=pl.lit(-1, pl.Int64),
    )
    return chosen.join(sold, on=["person", "item"], how="anti", maintain_order="left")
