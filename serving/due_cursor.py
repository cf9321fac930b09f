"""Where a page of reminders ends: the sort key of its last row, with what the list was asked for.

It names no release, so it stays good when another one answers: the next page begins behind the same key.
"""

import base64
import datetime as dt
from typing import NamedTuple

import orjson
import polars as pl
from pydantic import TypeAdapter

from serving.due_contract import DueRequest
from serving.problems import invalid


class Key(NamedTuple):
    """:data:`serving.due.ORDER` of a row."""

    remind_on: dt.date
    customer_id: str
    unit: str


class _Content(NamedTuple):
    window_days: int
    lead_days: int
    min_probability: float
    remind_on: dt.date
    customer_id: str
    unit: str


_CONTENT: TypeAdapter[_Content] = TypeAdapter(_Content)


def written(asked: DueRequest, last: Key) -> str:
    """Return the cursor behind the row ``last``."""
    content = _Content(asked.window_days, asked.lead_days, asked.min_probability, *last)
    return base64.urlsafe_b64encode(orjson.dumps(tuple(content))).decode("ascii").rstrip("=")


def read(asked: DueRequest) -> Key | None:
    """Return the row behind which the page begins; None: the first page.

    Raises:
        Problem: INVALID_FIELD, where the cursor is none, or that of another list.
    """
    if asked.cursor is None:
        return None
    try:
        found = _CONTENT.validate_json(base64.urlsafe_b64decode(asked.cursor + "=" * (-len(asked.cursor) % 4)))
    except ValueError:
        raise invalid("cursor", "is no next_cursor of this service; leave it out for the first page") from None
    if found[:3] != (asked.window_days, asked.lead_days, asked.min_probability):
        text = (
            f"belongs to window_days {found.window_days}, lead_days {found.lead_days} and min_probability "
            f"{found.min_probability}; send those along, or leave it out for the first page"
        )
        raise invalid("cursor", text)
    return Key(*found[3:])


def behind(key: Key) -> pl.Expr:
    """Return which rows of a list lie behind one."""
    day, who, unit = (pl.col(name) for name in Key._fields)
    same_customer = (who == key.customer_id) & (unit > key.unit)
    return (day > key.remind_on) | ((day == key.remind_on) & ((who > key.customer_id) | same_customer))
