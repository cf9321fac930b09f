"""A few lines of a shop, written as short as can be, for the tests of hygiene."""

import datetime as dt

import polars as pl

from regulars import ledger_merge, schema
from regulars.hygiene import Context, Rules, mark

ALL = Rules(exact_duplicate=True)
"""Every rule in force."""


def line(
    customer: str | None,
    item: str,
    at: str,
    quantity: float = 1,
    amount: int = 100,
    *,
    order: str = "",
    source: str = "till",
) -> dict[str, object]:
    """One line; ``at`` is a time of March 2024 in UTC, such as ``5 09:30:00``; an order is a customer's minute."""
    day, clock = at.split(" ")
    when = dt.datetime.combine(dt.date(2024, 3, int(day)), dt.time.fromisoformat(clock), dt.UTC)
    return {
        "customer_id": customer,
        "order_id": order or f"{customer}/{at}",
        "item_id": item,
        "purchased_at": when,
        "quantity": float(quantity),
        "amount": amount,
        "discount": 0,
        "store_id": None,
        "source": source,
    }


def frame(*lines: dict[str, object]) -> pl.DataFrame:
    """Return lines as a bucket holds them, in their order."""
    types = schema.LINES.schema | {"purchased_at": pl.Datetime("us", "UTC")}
    rows = pl.DataFrame(list(lines), schema={name: types[name] for name in schema.LINES.names})
    return ledger_merge.in_order(rows)


def marked(*lines: dict[str, object], rules: Rules = ALL, zone: str = "UTC") -> list[tuple[str, str | None]]:
    """Return ``item`` and what excludes it, in the ledger's order."""
    rows = frame(*lines)
    sources = rows["source"].unique().to_list()
    return mark(rows, Context(dict.fromkeys(sources, rules), zone)).select("item_id", "excluded").rows()
