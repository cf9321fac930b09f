"""A small shop whose customers use things up at a pace of their own, the same in every run."""

import datetime as dt

import numpy as np
import polars as pl

from regulars import schema
from regulars.estimators.replenishment import LightGBMReplenishment

FIRST_DAY = dt.datetime(2024, 1, 1, 9)
AS_OF = dt.date(2024, 6, 1)
"""152 days after the first."""
DAYS = 194
"""Purchases go on for six weeks beyond AS_OF."""
UNITS = ("bread", "coffee", "detergent", "dog food", "milk", "soap")
_PACE = (4.0, 14.0, 28.0, 30.0, 5.0, 40.0)
"""Typical days from one purchase to the next."""
CLOCK = "clockwork"
"""Buys dog food every 30 days, to the day, the last time on 2024-05-24, and little else."""
LAST = dt.date(2024, 5, 24)


def items() -> pl.DataFrame:
    """Three items a product type, of two categories, and what is bought once in a life."""
    rows = [
        {
            "item_id": f"{unit}-{number}",
            "product_type": unit,
            "category": "food" if unit in ("bread", "coffee", "milk") else "home",
            "package_size": f"{8 * (number + 1)} OZ",
        }
        for unit in UNITS
        for number in range(3)
    ]
    sofa = {"item_id": "sofa-0", "product_type": "sofa", "category": "furniture", "package_size": None}
    return schema.ITEMS.conform(pl.DataFrame([*rows, sofa]))


def transactions(n_customers: int = 40, seed: int = 0) -> pl.DataFrame:
    """Customers with a pace per unit, a few of whom buy a sofa once, and one who is a clock."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(n_customers):
        for unit, pace in zip(UNITS, _PACE, strict=True):
            if rng.random() < 0.3:
                continue
            mine, day = pace * rng.uniform(0.7, 1.4), rng.uniform(0, pace)
            while day < DAYS:
                rows.append((f"C{customer:03}", int(day), f"{unit}-{rng.integers(3)}", float(rng.integers(1, 3))))
                day += max(1.0, rng.normal(mine, 0.2 * mine))
        if rng.random() < 0.6:
            rows.append((f"C{customer:03}", int(rng.integers(DAYS)), "sofa-0", 1.0))
    start = (LAST - FIRST_DAY.date()).days % 30
    rows += [(CLOCK, day, "dog food-1", 1.0) for day in range(start, DAYS, 30)]
    rows += [(CLOCK, day, "bread-0", 1.0) for day in (3, 31, 100)]
    return lines(rows)


def lines(rows: list[tuple[str, int, str, float]]) -> pl.DataFrame:
    """Transactions from (customer, day after the first, item, quantity); an order a customer and day."""
    names = {"customer_id": pl.String, "day": pl.Int64, "item_id": pl.String, "quantity": pl.Float64}
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return schema.TRANSACTIONS.conform(
        frame.select(
            "customer_id",
            "item_id",
            "quantity",
            order_id=pl.format("{}-{}", "customer_id", "day"),
            purchased_at=pl.lit(FIRST_DAY) + pl.duration(days="day"),
            amount=(pl.col("quantity") * 300).cast(pl.Int64),
            discount=pl.lit(0, pl.Int64),
        )
    )


def hazard() -> LightGBMReplenishment:
    """Return a model small enough for tests."""
    return LightGBMReplenishment(n_snapshots=6, rounds=40, num_leaves=7, min_events=50, seed=1)
