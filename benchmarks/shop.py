"""A simulated shop of any size as a ledger, for benchmarks: three years, regular and rare customers, returns."""

import datetime as dt
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import schema
from regulars.ledger import Ledger

FIRST = dt.date(2021, 1, 4)
DAYS = 3 * 365
"""Over which customers come and go."""
ITEMS = 20_000
DEPARTMENTS = 20
CATEGORIES = 300
STORES = 40
"""The first of them has no name: its orders are in an unknown store."""
CHUNK = 20_000
"""Customers written at once; what a shop is depends on it."""
LINES_A_CUSTOMER = 46
"""On average; most have fewer, some many more."""
LINES_AN_ORDER = 5


def ledger(path: Path, lines: int, seed: int = 7) -> Ledger:
    """Return the ledger at ``path`` with about ``lines`` order lines; it is written unless it is there.

    The same numbers give the same shop. Its clock is UTC and its money euros.

    Args:
        path: folder of the ledger.
        lines: how many to aim at; chance makes it one or two percent more or fewer, and a small shop differs more.
        seed: of the chance.
    """
    book = Ledger.open_or_create(path, "EUR")
    if book.manifest.n_held:
        return book
    with book.writer() as writer:
        writer.expect(lines)
        writer.add(schema.ITEMS, catalogue())
        for first in range(0, lines // LINES_A_CUSTOMER, CHUNK):
            last = min(first + CHUNK, lines // LINES_A_CUSTOMER)
            writer.add_transactions(_lives(np.arange(first, last), np.random.default_rng([seed, first])))
        writer.commit(())
    return Ledger.open(path)


def catalogue() -> pl.DataFrame:
    """Return ``schema.ITEMS`` of the shop; every fiftieth item has neither category nor department."""
    number = np.arange(ITEMS)
    known = number % 50 != 0
    return schema.ITEMS.conform(
        pl.DataFrame({"item_id": number, "category": number % CATEGORIES, "department": number % DEPARTMENTS}).select(
            item_id=pl.format("I{}", pl.col("item_id").cast(pl.String).str.zfill(5)),
            department=pl.when(pl.Series(known)).then(pl.format("d{}", "department")),
            category=pl.when(pl.Series(known)).then(pl.format("c{}", "category")),
        )
    )


def _lives(customers: npt.NDArray[np.int64], rng: np.random.Generator) -> pl.DataFrame:
    """Return ``schema.TRANSACTIONS`` of some customers: orders come as chance has it, at a pace of each one's own.

    Three lines in five are of a customer's favourites, one in five has a discount, one in a hundred is a return.
    """
    pace = rng.gamma(0.6, 1 / 0.6, len(customers))
    orders = np.maximum(rng.poisson(pace * LINES_A_CUSTOMER / LINES_AN_ORDER), 1)
    customer = np.repeat(np.arange(len(customers)), orders)
    start = rng.integers(0, DAYS, len(customers))[customer] * rng.random(len(customer)) * 0.5
    day = (start + rng.random(len(customer)) * (DAYS - start)).astype(np.int64)
    second = day * 86_400 + rng.integers(8 * 3600, 21 * 3600, len(customer))
    line = np.repeat(np.arange(len(customer)), rng.poisson(LINES_AN_ORDER - 1, len(customer)) + 1)
    n = len(line)
    favourite = (customer[line] * 7919 + rng.zipf(1.4, n) % 40) % ITEMS
    item = np.where(rng.random(n) < 0.6, favourite, (rng.zipf(1.3, n) * 31) % ITEMS)
    back = rng.random(n) < 0.01
    quantity = rng.integers(1, 4, n) * np.where(back, -1, 1)
    price = (item * 7919) % 2_000 + 49
    store = np.where(rng.random(len(customer)) < 0.8, customer % STORES, rng.integers(0, STORES, len(customer)))[line]
    return schema.TRANSACTIONS.conform(
        pl.DataFrame(
            {
                "customer": customers[customer[line]],
                "order": line,
                "item": item,
                "purchased_at": np.datetime64(FIRST, "us") + second[line].astype("timedelta64[s]"),
                "quantity": quantity.astype(np.float64),
                "amount": price * quantity,
                "discount": np.where(rng.random(n) < 0.2, 50, 0) * (quantity > 0),
                "store": store,
            }
        ).select(
            customer_id=pl.format("C{}", pl.col("customer").cast(pl.String).str.zfill(8)),
            order_id=pl.format("O{}-{}", pl.lit(int(customers[0])), "order"),
            item_id=pl.format("I{}", pl.col("item").cast(pl.String).str.zfill(5)),
            purchased_at="purchased_at",
            quantity="quantity",
            amount="amount",
            discount="discount",
            store_id=pl.when(pl.col("store") > 0).then(pl.format("s{}", "store")),
        )
    )
