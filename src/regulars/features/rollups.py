"""From order lines to roll-ups: purchase days, gaps, returns and contacts, each by customer and day.

Lines are rolled up once, whatever the number of snapshots. Everything is counted in integers, so that neither the
order of rows nor the other customers of a bucket can move the last digit of a feature.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.features.lines import Lines, Read
from regulars.features.rollup import Ints, Rollup, changes, keys, starts, sums
from regulars.features.side import Side
from regulars.features.variety import variety

WEEKDAYS = tuple(f"weekday_{number}" for number in range(1, 8))
"""Monday is 1, as in ISO 8601."""
_MONDAY = 3
"""1970-01-01 was a Thursday: 3 when Monday is 0."""


def rollups(read: Read, side: Side) -> dict[str, Rollup]:
    """Return ``days``, ``gaps`` and ``returns``; ``web`` where the shop says so; ``looks`` and ``mails`` likewise."""
    orders = _orders(read)
    days = _days(read, orders)
    found = {"days": days, "gaps": _gaps(days), "returns": _returns(read.back)}
    if side.web is not None:
        found["web"] = _web(orders, np.array([side.web.get(name, False) for name in read.store_ids.to_list()]))
    return found if side.contacts is None else found | side.contacts.of(read.customer_ids)


@dataclass(frozen=True)
class Orders:
    """Orders by customer and day; one whose lines span days counts once a day, so none reaches ahead."""

    key: Ints
    """Customer and day."""
    hour: Ints
    """Hour of its first line that day."""
    store: Ints
    """Code of its store."""


def _orders(read: Read) -> Orders:
    lines = read.bought
    day = _number(lines.key)
    run = np.flatnonzero(changes(day) | changes(lines.order))
    packed = (day[run] << int(lines.order.max(initial=0)).bit_length()) + lines.order[run]
    by = np.argsort(packed)
    start = starts(packed[by])
    hour, store = (_least(_least(values, run)[by], start) for values in (lines.hour, lines.store))
    return Orders(lines.key[run][by][start], hour, store)


def _web(orders: Orders, web: npt.NDArray[np.bool_]) -> Rollup:
    key = orders.key[web[orders.store]] if len(orders.key) else orders.key
    start = starts(key)
    return Rollup(key[start], {"n_orders": np.diff(start, append=len(key))})


def _days(read: Read, orders: Orders) -> Rollup:
    """Roll purchases up to purchase days."""
    lines = read.bought
    start, first = starts(lines.key), starts(orders.key)
    key = lines.key[start]
    stores = variety(orders.key >> 32, _number(orders.key), orders.store, len(key))
    columns = {
        "n_lines": np.diff(start, append=len(lines)),
        "n_deals": sums(lines.discount > 0, start),
        "amount": sums(lines.amount, start),
        "discount": sums(lines.discount, start),
        "n_orders": np.diff(first, append=len(orders.key)),
        "hour": sums(orders.hour, first),
        "store_new": stores.n_new,
        "store_top": stores.top,
        **_spread(lines, len(key)),
        **_weekdays(key),
    }
    return Rollup(key, columns)


def _spread(lines: Lines, n_days: int) -> dict[str, Ints]:
    customer, day = lines.key >> 32, _number(lines.key)
    columns: dict[str, Ints] = {}
    for name in ("item", "category", "department"):
        found = variety(customer, day, getattr(lines, name), n_days)
        columns |= {f"{name}_n": found.n, f"{name}_new": found.n_new, f"{name}_top": found.top}
        columns[f"{name}_squares"] = found.squares
    return columns


def _weekdays(key: Ints) -> dict[str, Ints]:
    weekday = (key - keys(key >> 32, 0) + _MONDAY) % 7
    return {name: (weekday == number).astype(np.int64) for number, name in enumerate(WEEKDAYS)}


def _gaps(days: Rollup) -> Rollup:
    same = np.flatnonzero(~changes(days.customer))
    return Rollup(days.key[same], {"days": days.key[same] - days.key[same - 1]})


def _returns(lines: Lines) -> Rollup:
    start = starts(lines.key)
    columns = {"n_lines": np.diff(start, append=len(lines)), "amount": sums(-lines.amount, start)}
    return Rollup(lines.key[start], columns)


def _number(values: Ints) -> Ints:
    """Return the number of the run of equal values that each belongs to."""
    return np.cumsum(changes(values)) - 1


def _least(values: Ints, start: Ints) -> Ints:
    return np.minimum.reduceat(values, start) if len(start) else np.zeros(0, np.int64)
