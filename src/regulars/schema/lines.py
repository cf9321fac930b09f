"""What was sold: order lines as models see them and as a ledger keeps them, and those set aside."""

import polars as pl

from regulars.schema.checks import at_least
from regulars.schema.column import Column
from regulars.schema.table import Table

_MINOR = "minor units"

TRANSACTIONS = Table(
    "transactions",
    (
        Column("customer_id", pl.String(), True, "who bought; the shop's own id"),
        Column("order_id", pl.String(), True, "the checkout this line belongs to"),
        Column("item_id", pl.String(), True, "what was bought"),
        Column("purchased_at", pl.Datetime("us"), True, "when, by the shop's wall clock"),
        Column(
            "quantity",
            pl.Float64(),
            True,
            "units or weight; negative for a return, 0 for a line without goods",
        ),
        Column(
            "amount",
            pl.Int64(),
            True,
            "net amount received for the line, in minor units; negative for a refund",
            unit=_MINOR,
        ),
        Column("discount", pl.Int64(), True, "reductions granted on the line, in minor units, >= 0", unit=_MINOR),
        Column("store_id", pl.String(), False, "the store or channel that sold it"),
    ),
    meaning="one order line, as models see it",
    keeps="copies",
)
"""One row an order line, as models see it."""

LINES = Table(
    "transactions",
    (
        Column("customer_id", pl.String(), False, "who bought: the person; null for an anonymous line"),
        *TRANSACTIONS.columns[1:3],
        Column("purchased_at", pl.Datetime("us"), True, "when, by the shop's wall clock; UTC in the file"),
        *TRANSACTIONS.columns[4:],
        Column("source", pl.String(), True, "the system that reported the line"),
        Column("customer_as_written", pl.String(), False, "the customer's id in that system; null: as customer_id"),
        Column("item_as_written", pl.String(), False, "how the line spells the item; null: as item_id"),
        Column("excluded", pl.String(), False, "the hygiene rule that keeps the line from models; null: none does"),
        Column("undoes", pl.String(), False, "the order that a return takes back; null: none was found"),
    ),
    meaning="one order line, as a ledger keeps it; models see the first eight columns of lines that no rule excludes",
    keeps="copies",
)
"""One row an order line, as a ledger keeps it: with where it came from and what hygiene says of it."""

QUARANTINE = Table(
    "quarantine",
    (
        Column("source", pl.String(), True, "the file the line came from"),
        Column("line", pl.Int64(), True, "its place in the file: the first data line is 1", (at_least(1),)),
        Column("reason", pl.String(), True, "why it was set aside"),
        Column("amount", pl.Int64(), False, "its money in minor units, where it could be read", unit=_MINOR),
        Column("content", pl.String(), True, "the line as it was read, as JSON"),
    ),
    meaning="one line that was set aside, with its reason; nothing is dropped silently",
    keeps="copies",
)
"""One row a line that was set aside, with its reason; nothing is dropped silently."""
