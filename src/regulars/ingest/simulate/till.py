"""The till's file: Square's item detail export, one row a line of a receipt."""

import numpy as np
import polars as pl

from regulars.ingest.simulate import mess
from regulars.ingest.simulate.arrays import half_up
from regulars.ingest.simulate.money import dollars
from regulars.ingest.simulate.orders import STORES
from regulars.ingest.simulate.plan import Plan

FILE = "till.csv"
TAX_PERCENT = 8
TIME_ZONE = "Eastern Time (US & Canada)"
"""The shop's zone in the words of the export."""
COLUMNS = (
    "Date",
    "Time",
    "Time Zone",
    "Category",
    "Item",
    "Qty",
    "Price Point Name",
    "SKU",
    "Modifiers Applied",
    "Gross Sales",
    "Discounts",
    "Net Sales",
    "Tax",
    "Transaction ID",
    "Payment ID",
    "Device Name",
    "Notes",
    "Details",
    "Event Type",
    "Location",
    "Dining Option",
    "Customer ID",
    "Customer Name",
    "Customer Reference ID",
    "Unit",
    "Count",
)
_SAME = {
    "Time Zone": pl.lit(TIME_ZONE),
    "Price Point Name": pl.lit("Regular"),
    "Device Name": pl.lit("Till 1"),
    "Unit": pl.lit("ea"),
}
_EMPTY = pl.lit(None, pl.String)


def lines(
    plan: Plan, block: int, true: pl.DataFrame, collected: pl.DataFrame, people: int, rng: np.random.Generator
) -> pl.DataFrame:
    """Return the till's lines as it writes them, sorted by time and numbered, the double export at the end."""
    every = [
        mess.written(true),
        collected,
        mess.booked_again(plan, true, rng),
        mess.tests(plan, block, true, rng),
        mess.blunders(plan, block, true, people, rng),
    ]
    frame = pl.concat([part.select(every[0].columns) for part in every]).sort("at", "order_id", maintain_order=True)
    frame = mess.absurd(plan, mess.misspelt(plan, frame, rng), rng)
    return mess.numbered(mess.exported_twice(plan, frame, rng))


def export(frame: pl.DataFrame, categories: pl.Series, names: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the file. ``categories`` by item; ``names``: ``customer_id`` and ``name`` of the cards."""
    amounts = {name: frame[f"w_{name}"].to_numpy() for name in ("quantity", "price", "discount")}
    gross = amounts["quantity"] * amounts["price"]
    net = gross - amounts["discount"]
    tax = np.sign(net) * half_up(np.abs(net) * TAX_PERCENT, 100)
    category = pl.when(pl.col("item") >= 0).then(categories.gather(np.maximum(frame["item"].to_numpy(), 0)))
    cells: dict[str, pl.Expr] = {
        "Date": pl.col("w_at").dt.strftime("%Y-%m-%d"),
        "Time": pl.col("w_at").dt.strftime("%H:%M:%S"),
        "Category": category.otherwise(pl.lit("Uncategorized")),
        "Item": pl.col("what"),
        "Qty": pl.col("w_quantity").cast(pl.String) + ".0",
        "SKU": pl.col("w_item_id"),
        "Gross Sales": pl.lit(dollars(gross)),
        "Discounts": pl.lit(dollars(-amounts["discount"])),
        "Net Sales": pl.lit(dollars(net)),
        "Tax": pl.lit(dollars(tax)),
        "Transaction ID": pl.col("order_id"),
        "Payment ID": "P" + pl.col("order_id"),
        "Event Type": pl.when(pl.col("w_quantity") < 0).then(pl.lit("Refund")).otherwise(pl.lit("Payment")),
        "Location": pl.lit(pl.Series(STORES).gather(frame["store"].to_numpy())),
        "Customer ID": pl.col("customer_id"),
        "Customer Name": pl.col("name"),
        "Count": pl.col("w_quantity").cast(pl.String),
    }
    known = frame.join(names, on="customer_id", how="left", maintain_order="left")
    return known.select(cells.get(name, _SAME.get(name, _EMPTY)).alias(name) for name in COLUMNS)
