"""Purchase logs for feature and label tests: one small enough to work out by hand, and any."""

import datetime as dt
from typing import Any

import hypothesis.strategies as st
import polars as pl

from regulars import schema

FIRST = dt.datetime(2024, 1, 1)
"""A Monday."""

ITEMS = schema.ITEMS.conform(
    pl.DataFrame(
        {
            "item_id": ["bread", "tea", "rope"],
            "department": ["food", "food", None],
            "category": ["bakery", "drinks", "tools"],
        }
    )
)
"""Soap is not in the catalogue; rope has no department."""


def log(*lines: tuple[Any, ...]) -> pl.DataFrame:
    """Return transactions of (customer, order, item, ISO time, quantity, amount, discount, store)."""
    rows = pl.DataFrame(
        [(c, o, i, dt.datetime.fromisoformat(at), q, a, d, s) for c, o, i, at, q, a, d, s in lines],
        schema=schema.TRANSACTIONS.schema,
        orient="row",
    )
    return schema.TRANSACTIONS.conform(rows)


ANNA = log(
    ("anna", "a1", "bread", "2024-01-01T09:00", 1.0, 300, 0, "s1"),
    ("anna", "a1", "tea", "2024-01-01T09:00", 2.0, 700, 100, "s1"),
    ("anna", "a2", "bread", "2024-01-11T17:00", 1.0, 320, 0, "s1"),
    ("anna", "a2", "tea", "2024-01-12T10:00", -1.0, -350, 0, "s1"),
    ("anna", "a3", "bread", "2024-01-31T11:00", 1.0, 280, 20, "s2"),
    ("anna", "a4", "soap", "2024-01-31T13:00", 1.0, 500, 0, None),
)
"""Three purchase days (Monday, Thursday, Wednesday), four orders, and tea brought back."""

AS_OF = dt.date(2024, 2, 10)
"""Anna's purchase days are 40, 30 and 10 days ago."""

_line = st.tuples(
    st.sampled_from(["anna", "bert", "cleo", "dora"]),
    st.integers(0, 420),
    st.integers(0, 23),
    st.sampled_from(["bread", "tea", "rope", "soap"]),
    st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0]),
    st.integers(-500, 5000),
    st.integers(0, 300),
    st.sampled_from(["s1", "s2", None]),
)


def _frame(lines: list[tuple[Any, ...]]) -> pl.DataFrame:
    rows = [
        (c, f"{c}-{day}-{hour % 2}", item, FIRST + dt.timedelta(days=day, hours=hour), q, a, d, s)
        for c, day, hour, item, q, a, d, s in lines
    ]
    return pl.DataFrame(rows, schema=schema.TRANSACTIONS.schema, orient="row")


logs = st.lists(_line, min_size=1, max_size=40).map(_frame)
"""Any log: up to four customers, 40 lines, 14 months; up to two orders a day."""

days = st.integers(1, 430).map(lambda day: FIRST.date() + dt.timedelta(days=day))
"""Any as_of over such a log."""
