"""Purchase logs for feature and label tests: one small enough to work out by hand, and any."""

import datetime as dt
from typing import Any

import hypothesis.strategies as st
import polars as pl

from regulars import features, schema
from regulars.windows import Snapshot

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

STORES = schema.STORES.conform(
    pl.DataFrame({"store_id": ["s1", "s2", "s3"], "kind": ["store", "web", None]}),
)
"""The second is a web shop, of the third nobody knows."""


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


def events(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """Return events of (customer, kind, ISO time)."""
    told = [(who, kind, dt.datetime.fromisoformat(at)) for who, kind, at in rows]
    return schema.EVENTS.conform(pl.DataFrame(told, schema=["customer_id", "kind", "at"], orient="row"))


EVENTS = events(
    ("anna", "email_sent", "2024-01-20T08:00"),
    ("anna", "email_sent", "2024-02-01T08:00"),
    ("anna", "email_open", "2024-02-01T19:00"),
    ("anna", "email_click", "2024-02-01T19:01"),
    ("anna", "view", "2024-02-08T20:00"),
    ("anna", "cart", "2024-02-08T20:05"),
    ("anna", "view", "2024-02-10T00:00"),
    ("eve", "view", "2024-02-01T12:00"),
)
"""Two mails, three looks, and one more on the first day that is not known at AS_OF; Eve never bought anything."""

KEPT = dt.date(2023, 1, 1)
"""The first day of which events are kept."""

SIDE = features.Side(ITEMS, STORES, EVENTS, KEPT)
"""All that the shop knows beside Anna's lines."""

AS_OF = dt.date(2024, 2, 10)
"""Anna's purchase days are 40, 30 and 10 days ago."""

NAMES = ("anna", "bert", "cleo", "dora")

BUSY = (373, 372, 366, 343, 283, 193, 8, 380, 10)
"""Days on which more happens than on others, so that as_of and the ends of its windows often meet a purchase."""

_day = st.sampled_from(BUSY) | st.integers(0, 420)
_line = st.tuples(
    st.sampled_from(NAMES),
    _day,
    st.integers(0, 23),
    st.sampled_from(["bread", "tea", "rope", "soap"]),
    st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0]),
    st.integers(-500, 5000),
    st.integers(0, 300),
    st.sampled_from(["s1", "s2", "s3", "s4", None]),
)
_event = st.tuples(st.sampled_from([*NAMES, "eve"]), st.sampled_from(schema.EVENT_KINDS), _day, st.integers(0, 23))


def _lines(lines: list[tuple[Any, ...]]) -> pl.DataFrame:
    rows = [
        (c, f"{c}-{day}-{hour % 2}", item, FIRST + dt.timedelta(days=day, hours=hour), q, a, d, s)
        for c, day, hour, item, q, a, d, s in lines
    ]
    return pl.DataFrame(rows, schema=schema.TRANSACTIONS.schema, orient="row")


def _events(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    told = [(None, who, kind, FIRST + dt.timedelta(days=day, hours=hour), None, None) for who, kind, day, hour in rows]
    return pl.DataFrame(told, schema=schema.EVENTS.schema, orient="row")


def _told(ages: list[int | None]) -> pl.DataFrame:
    since = [None if age is None else FIRST + dt.timedelta(days=age, hours=12) for age in ages]
    return ITEMS.with_columns(known_since=pl.Series(since, dtype=pl.Datetime("us")))


logs = st.lists(_line, min_size=1, max_size=40).map(_lines)
"""Any log: up to four customers, 40 lines, 14 months; up to two orders a day."""

_items = st.lists(st.none() | _day, min_size=3, max_size=3).map(_told)

sides = st.builds(
    features.Side,
    items=st.none() | _items,
    stores=st.sampled_from([None, STORES]),
    events=st.none() | st.lists(_event, max_size=20).map(_events),
)
"""Any shop beside such a log: a catalogue or what purchases told, stores or none, events or none."""

days = (st.sampled_from(BUSY) | st.integers(1, 430)).map(lambda day: FIRST.date() + dt.timedelta(days=day))
"""Any as_of over such a log."""


def table(lines: pl.DataFrame | pl.LazyFrame, *as_of: dt.date, side: features.Side = SIDE) -> pl.DataFrame:
    """Return the features of a log at some instants."""
    return features.table(lines, side, [Snapshot(day) for day in as_of])


def row(lines: pl.DataFrame, as_of: dt.date = AS_OF, side: features.Side = SIDE) -> dict[str, Any]:
    """Return the features of the only customer."""
    return table(lines, as_of, side=side).row(0, named=True)


def ago(days: float, item: str = "tea", quantity: float = 1.0, store: str = "s1") -> pl.DataFrame:
    """Return a line over 100 of Anna's, an order of its own, so many days before the first moment of AS_OF."""
    at = dt.datetime.combine(AS_OF, dt.time()) - dt.timedelta(days=days)
    return log(("anna", f"{days} {item}", item, at.isoformat(), quantity, 100, 0, store))
