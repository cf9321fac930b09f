"""A shop small enough to train on in a second: 80 customers, a year and a half, a dozen items."""

import datetime as dt

import numpy as np
import polars as pl

FIRST = dt.datetime(2023, 1, 2, 9)
DAYS = 540
CUSTOMERS = 80
ITEMS = [f"I{number:02d}" for number in range(12)]


def transactions(seed: int = 7) -> pl.DataFrame:
    """Lines of customers who each have a rhythm and favourites, and some of whom leave."""
    rng = np.random.default_rng(seed)
    return pl.DataFrame([line for number in range(CUSTOMERS) for line in _lines(f"C{number:03d}", rng)])


def _lines(customer_id: str, rng: np.random.Generator) -> list[dict[str, object]]:
    gap, leaves = rng.uniform(4, 40), rng.uniform(60, 2 * DAYS)
    favourites = rng.choice(ITEMS, size=4, replace=False)
    lines: list[dict[str, object]] = []
    day = rng.uniform(0, 60)
    while day < min(leaves, DAYS):
        basket = rng.choice(favourites, size=int(rng.integers(1, 4)), replace=False)
        lines += [_line(customer_id, day, str(item_id), rng) for item_id in basket]
        day += rng.gamma(4, gap / 4) + 1
    return lines


def _line(customer_id: str, day: float, item_id: str, rng: np.random.Generator) -> dict[str, object]:
    return {
        "customer_id": customer_id,
        "order_id": f"{customer_id}-{int(day)}",
        "item_id": item_id,
        "purchased_at": FIRST + dt.timedelta(days=int(day), hours=int(rng.integers(0, 9))),
        "quantity": -1.0 if rng.random() < 0.03 else 1.0,
        "amount": int(rng.integers(100, 5000)),
        "discount": int(rng.integers(0, 100)),
        "store_id": None if rng.random() < 0.1 else "S1",
    }


def items() -> pl.DataFrame:
    """A catalogue: two departments of two categories each; the last item is not in it."""
    return pl.DataFrame(
        {
            "item_id": ITEMS[:-1],
            "name": [f"Item {item_id}" for item_id in ITEMS[:-1]],
            "department": [f"D{number % 2}" for number in range(len(ITEMS) - 1)],
            "category": [f"K{number % 4}" for number in range(len(ITEMS) - 1)],
        }
    )
