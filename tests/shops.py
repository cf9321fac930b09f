"""A simulated shop, small enough to train on in a second: rhythms, favourites, leavers, returns, two stores.

The same arguments give the same shop. Tests use it as frames, as a ledger (fixture ``small_ledger``) or as CSV.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from regulars import schema
from regulars.ledger import Ledger

FIRST = dt.datetime(2023, 1, 2)
"""A Monday."""
DEPARTMENTS = {"grocery": ("bread", "tea", "rice"), "fresh": ("fruit", "fish"), "home": ("soap",)}


@dataclass(frozen=True)
class Shop:
    """Two tables as the ledger keeps them."""

    transactions: pl.DataFrame
    items: pl.DataFrame


def simulate(n_customers: int = 150, n_days: int = 300, n_items: int = 60, seed: int = 7) -> Shop:
    """Return a shop whose customers each have a rhythm and favourites; two in five leave before the end."""
    rng = np.random.default_rng(seed)
    ids = [f"i{number:02d}" for number in range(n_items)]
    lines: list[dict[str, object]] = []
    for number in range(n_customers):
        lines += _life(f"c{number:03d}", n_days, ids, rng)
    transactions = schema.TRANSACTIONS.conform(pl.DataFrame(lines)).sort("purchased_at", "customer_id")
    return Shop(transactions, items(ids))


def items(ids: list[str]) -> pl.DataFrame:
    """Return a catalogue of ``ids``; the last one is not in it."""
    groups = [(department, category) for department, names in DEPARTMENTS.items() for category in names]
    rows = [
        {
            "item_id": item,
            "name": f"{groups[at % 6][1]} {item}",
            "department": groups[at % 6][0],
            "category": groups[at % 6][1],
        }
        for at, item in enumerate(ids[:-1])
    ]
    return schema.ITEMS.conform(pl.DataFrame(rows))


def ledger(shop: Shop, path: Path, buckets: int = 4) -> Ledger:
    """Write the shop as a ledger."""
    book = Ledger.open_or_create(path, "EUR", buckets)
    with book.writer() as writer:
        writer.add_transactions(shop.transactions)
        writer.add(schema.ITEMS, shop.items)
        writer.commit(())
    return book


def write_csv(shop: Shop, path: Path) -> Path:
    """Write the shop as the preset ``generic`` reads it, with what the till says about each item."""
    told = shop.items.select("item_id", "department", "category", item_name="name")
    lines = shop.transactions.join(told, on="item_id", how="left", maintain_order="left")
    lines.with_columns(pl.col("amount", "discount") / 100).write_csv(path)
    return path


def _life(customer_id: str, n_days: int, ids: list[str], rng: np.random.Generator) -> list[dict[str, object]]:
    gap, start = rng.uniform(4, 30), rng.uniform(0, 60)
    leaves = rng.uniform(60, n_days) if rng.random() < 0.4 else n_days
    favourites = rng.choice(ids, size=6, replace=False)
    store = f"s{rng.integers(2)}"
    lines: list[dict[str, object]] = []
    day = start
    while day < leaves:
        size = int(rng.integers(1, 5))
        basket = {*rng.choice(favourites, size=size, replace=False), *rng.choice(ids, size=1)}
        at = FIRST + dt.timedelta(days=int(day), hours=int(rng.integers(8, 20)))
        lines += [_line(customer_id, at, item, store, rng) for item in sorted(basket)]
        day += rng.exponential(gap) + 1
    return lines


def _line(customer_id: str, at: dt.datetime, item: str, store: str, rng: np.random.Generator) -> dict[str, object]:
    sign = -1 if rng.random() < 0.04 else 1
    return {
        "customer_id": customer_id,
        "order_id": f"{customer_id}-{at:%Y%m%d}",
        "item_id": item,
        "purchased_at": at,
        "quantity": float(sign * rng.integers(1, 4)),
        "amount": int(sign * rng.integers(100, 3000)),
        "discount": int(rng.integers(0, 100)) if rng.random() < 0.3 else 0,
        "store_id": store if rng.random() < 0.9 else None,
    }
