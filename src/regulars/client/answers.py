"""Reading an answer into what its type says: days and times as such, intervals as pairs."""

import datetime as dt
import json
import re
from typing import Any

from regulars.client.problems import UnreachableError

DAYS = frozenset(
    {
        "as_of",
        "data_through",
        "day",
        "due_date",
        "expected_date",
        "first_order",
        "interval_80",
        "last_bought",
        "last_order",
        "remind_on",
        "since",
        "training_cut",
    }
)
"""Fields that hold a day, or a pair of days."""

TIMES = frozenset({"purchased_at"})
"""Fields that hold a day and a time."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def read(content: bytes) -> Any:
    """Return an answer.

    Raises:
        UnreachableError: it is not JSON.

    >>> read(b'{"expected_date": null, "interval_80": ["2018-01-09", null]}')
    {'expected_date': None, 'interval_80': (datetime.date(2018, 1, 9), None)}
    """
    try:
        return json.loads(content, object_hook=_typed)
    except ValueError as error:
        raise UnreachableError("the answer is not JSON; check that the address is that of the service") from error


def _typed(found: dict[str, Any]) -> dict[str, Any]:
    for name in DAYS & found.keys():
        found[name] = _day(found[name])
    for name in TIMES & found.keys():
        found[name] = dt.datetime.fromisoformat(found[name])
    return found


def _day(value: Any) -> Any:
    """Return text that is a day as one; an interval of money stays text."""
    if isinstance(value, list):
        return tuple(map(_day, value))
    return dt.date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else value
