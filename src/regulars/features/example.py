"""A shop small enough to work every feature out by hand: what the examples in docstrings and pages speak of."""

import datetime as dt

import numpy as np
import polars as pl

from regulars import schema
from regulars.features import item_stats, pairs
from regulars.features.histories import Histories
from regulars.features.past import Past
from regulars.features.purchases import Catalogue, purchases
from regulars.features.side import Side
from regulars.features.table import Family, past
from regulars.windows import Snapshot

AS_OF = dt.date(2024, 2, 10)
"""A Saturday, 40, 30 and 10 days after Anna's purchase days; she returned tea 29 days ago."""

ANNA = schema.TRANSACTIONS.conform(
    pl.DataFrame(
        [
            ("anna", "a1", "bread", dt.datetime(2024, 1, 1, 9), 1.0, 300, 0, "s1"),
            ("anna", "a1", "tea", dt.datetime(2024, 1, 1, 9), 2.0, 700, 100, "s1"),
            ("anna", "a2", "bread", dt.datetime(2024, 1, 11, 17), 1.0, 320, 0, "s1"),
            ("anna", "a2", "tea", dt.datetime(2024, 1, 12, 10), -1.0, -350, 0, "s1"),
            ("anna", "a3", "bread", dt.datetime(2024, 1, 31, 11), 1.0, 280, 20, "s2"),
            ("anna", "a4", "soap", dt.datetime(2024, 1, 31, 13), 1.0, 500, 0, None),
        ],
        schema=schema.TRANSACTIONS.schema,
        orient="row",
    )
)
"""All that Anna bought: three purchase days (Monday, Thursday, Wednesday), four orders, and tea brought back."""

ITEMS = schema.ITEMS.conform(
    pl.DataFrame({"item_id": ["bread", "tea"], "department": ["food", "food"], "category": ["bakery", "drinks"]})
)
"""Soap is not in the catalogue."""

STORES = schema.STORES.conform(pl.DataFrame({"store_id": ["s1", "s2"], "kind": ["store", "web"]}))
"""The second store is a web shop."""

EVENTS = schema.EVENTS.conform(
    pl.DataFrame(
        [
            ("anna", "view", dt.datetime(2024, 1, 2, 20)),
            ("anna", "email_sent", dt.datetime(2024, 1, 8, 6)),
            ("anna", "email_sent", dt.datetime(2024, 2, 5, 6)),
            ("anna", "email_open", dt.datetime(2024, 2, 5, 7)),
            ("anna", "email_click", dt.datetime(2024, 2, 5, 7)),
            ("anna", "view", dt.datetime(2024, 2, 5, 8)),
            ("anna", "cart", dt.datetime(2024, 2, 8, 21)),
            ("anna", "view", dt.datetime(2024, 2, 10, 9)),
        ],
        schema=["customer_id", "kind", "at"],
        orient="row",
    )
)
"""Two mails, one of them opened and clicked; two views and a cart. The last view is at AS_OF: no feature sees it."""

SIDE = Side(ITEMS, STORES, EVENTS, events_since=dt.date(2023, 1, 1))
"""What the shop knows beside Anna's lines."""


def anna() -> Past:
    """Return what is known of Anna at AS_OF: a table of one row."""
    return past(ANNA, SIDE, [Snapshot(AS_OF)])[1]


def values(family: Family) -> dict[str, float]:
    """Return the features of a family for Anna; NaN where they are not defined."""
    return {name: float(column[0]) for name, column in family(anna()).items()}


def pair_values(item_id: str) -> dict[str, float]:
    """Return the customer x item features of Anna and an item, in a shop without others; NaN where not defined."""
    catalogue = Catalogue.of(ITEMS, ANNA)
    found = purchases(ANNA, catalogue)
    lines = found.before(AS_OF)
    stats = item_stats.item_stats(lines, catalogue, AS_OF).to_numpy().astype(np.float32)
    item = np.array([found.item_ids.to_list().index(item_id)])
    row = pairs.table(Histories.of(lines, AS_OF), np.array([0]), item, catalogue.groups[item], stats)[0]
    return dict(zip(pairs.NAMES, row.tolist(), strict=True))


def written(value: float) -> str:
    """Write a value with at most three decimals, and ``null`` where it is not defined.

    >>> written(2.5), written(-0.0001), written(120.0), written(float("nan"))
    ('2.5', '0', '120', 'null')
    """
    if np.isnan(value):
        return "null"
    text = f"{value:z.3f}"
    return text.rstrip("0").rstrip(".")


def show(family: Family) -> None:
    """Print the features of a family for Anna, a line each."""
    for name, value in values(family).items():
        print(name, written(value))  # noqa: T201
