"""What a shop sells, at what price, and where."""

import polars as pl

from regulars.schema.checks import above, at_least, country, one_of
from regulars.schema.column import Column
from regulars.schema.table import Table

ITEMS = Table(
    "items",
    (
        Column("item_id", pl.String(), True, "the item, unique"),
        Column("name", pl.String(), False, "what a customer would call it"),
        Column("department", pl.String(), False, "the widest grouping"),
        Column("category", pl.String(), False, "the grouping below the department"),
        Column("product_type", pl.String(), False, "the grouping below the category"),
        Column("brand", pl.String(), False, "the brand or its class"),
        Column("package_size", pl.String(), False, "as printed on the pack"),
        Column("life_days", pl.Float64(), False, "how long one pack typically lasts", (above(0),), "days"),
        Column(
            "known_since",
            pl.Datetime("us"),
            False,
            "the purchase that described it so; null: a catalogue did",
        ),
    ),
    open=True,
    meaning="one item",
    key=("item_id",),
    keeps="last",
)
"""One row an item."""

PRICES = Table(
    "prices",
    (
        Column("item_id", pl.String(), True, "the item"),
        Column("valid_from", pl.Datetime("us"), True, "since when it costs that; until its next row of that store"),
        Column("price", pl.Int64(), True, "what one unit costs a customer", (at_least(0),), "minor units"),
        Column("store_id", pl.String(), False, "where; null: in every store without rows of its own"),
    ),
    meaning="one price of an item, from its first moment on: the price history",
    key=("item_id", "store_id", "valid_from"),
    keeps="last",
)
"""One row a price of an item, from its first moment on."""

STORES = Table(
    "stores",
    (
        Column("store_id", pl.String(), True, "the store or channel, unique; as the lines write it"),
        Column("name", pl.String(), False, "what people call it"),
        Column("kind", pl.String(), False, "a place or a web shop", (one_of("store", "web"),)),
        Column("city", pl.String(), False, "where it is"),
        Column("country", pl.String(), False, "its country, as in ISO 3166", (country(),)),
        Column("opened_at", pl.Date(), False, "the day it opened"),
    ),
    meaning="one store or channel",
    key=("store_id",),
    keeps="last",
)
"""One row a store or channel."""
