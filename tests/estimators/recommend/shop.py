"""A small shop whose customers have habits, the same in every run."""

import datetime as dt

import numpy as np
import polars as pl

from regulars import schema

FIRST_DAY = dt.datetime(2024, 1, 1, 9)
AS_OF = dt.date(2024, 6, 1)
DAYS = 180
"""Purchases go on until the end of June, four weeks beyond AS_OF."""


def items(n: int = 40) -> pl.DataFrame:
    """Items in ten categories."""
    ids = [f"I{number:02}" for number in range(n)]
    return schema.ITEMS.conform(pl.DataFrame({"item_id": ids, "category": [f"G{int(i[1:]) % 10}" for i in ids]}))


def transactions(n_customers: int = 60, n_items: int = 40, seed: int = 0) -> pl.DataFrame:
    """Customers who buy some of their eight favourites every few days, and now and then something else."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(n_customers):
        favourites = rng.choice(n_items, size=min(8, n_items), replace=False)
        gap, day = rng.integers(4, 15), float(rng.integers(0, 30))
        while day < DAYS:
            some = rng.choice(favourites, size=min(4, n_items), replace=False).tolist()
            other = int(n_items * rng.random() ** 2)
            at = FIRST_DAY + dt.timedelta(days=int(day), minutes=int(rng.integers(0, 600)))
            rows += [(f"C{customer:03}", f"O{customer:03}-{int(day):03}", f"I{item:02}", at) for item in {*some, other}]
            day += max(1.0, rng.normal(gap, 2))
    return lines(rows)


def lines(rows: list[tuple[str, str, str, dt.datetime]]) -> pl.DataFrame:
    """Transactions from (customer, order, item, time); each a single unit."""
    columns = ["customer_id", "order_id", "item_id", "purchased_at"]
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    return schema.TRANSACTIONS.conform(frame.with_columns(quantity=1.0, amount=100, discount=0))
