"""Customer x item features: how often, how lately and at what pace a customer buys an item or its like.

Everything is counted a customer at a time, so that the answer for a customer does not depend on which other
customers are computed along.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from regulars.features import item_stats
from regulars.features.histories import Floats, Histories, Ints

OWN = (
    "own_orders", "own_share", "own_rate", "own_rank", "own_days", "own_orders_ago", "own_orders_since",
    "own_decayed_2", "own_decayed_8", "own_decayed_25", "own_last_5", "own_last_10", "own_last_30_days",
    "own_last_90_days", "own_gap", "own_gap_orders", "own_lag", "own_lag_orders",
)  # fmt: skip
GROUP = ("group_share", "group_days", "group_lag", "group_part")
CUSTOMER = (
    "customer_orders", "customer_size", "customer_last_size", "customer_repeat", "customer_days", "customer_gap",
    "customer_off", "customer_popular", "customer_late",
)  # fmt: skip
NAMES = (*OWN, *GROUP, *CUSTOMER, *item_stats.NAMES)
"""The features, in the order of the columns; a ranker adds the scores of its candidates."""

PRIOR_GAPS = 2.0
"""Gaps that the shop's figure counts for among a customer's own."""
_ZERO = frozenset(
    ("own_orders", "own_share", "own_rate", "own_decayed_2", "own_decayed_8", "own_decayed_25", "own_last_5",
     "own_last_10", "own_last_30_days", "own_last_90_days", "group_share")
)  # fmt: skip
"""What is 0, not unknown, for what the customer never bought."""

Columns = Mapping[str, Floats]


def own(histories: Histories) -> Columns:
    """Return what each customer's own orders say about each item they bought: a value a pair of ``histories``.

    Columns:
        own_orders (orders, >= 0): orders with the item
        own_days (days, >= 1): since it was last bought
        own_orders_ago (orders, >= 0): orders of the customer since then
        own_orders_since (orders, >= 1): orders of the customer from the first with the item on, that one included
        own_decayed_2 (orders, >= 0): orders with the item, each halved for every 2 orders since
        own_decayed_8 (orders, >= 0): the same, halved for every 8
        own_decayed_25 (orders, >= 0): the same, halved for every 25
        own_last_5 (orders, [0, 5]): of the last 5 orders, those with the item
        own_last_10 (orders, [0, 10]): of the last 10
        own_last_30_days, own_last_90_days (orders, >= 0): orders with the item in the last so many days
        own_rank (place, >= 1): of the item among the customer's by own_decayed_25; 1 is the first, ties alike
        own_span (days, >= 0): from the day it was first bought to the last
    """
    h, total = histories, histories.total
    n_orders = np.diff(h.pairs, append=len(h.row))
    last, first = np.minimum.reduceat(h.age, h.pairs), np.maximum.reduceat(h.age, h.pairs)
    decayed = {f"own_decayed_{half}": total(decay(h.ago, half)) for half in (2, 8, 25)}
    return {
        "own_orders": n_orders.astype(np.float64),
        "own_days": last.astype(np.float64),
        "own_orders_ago": h.ago[h.pairs + n_orders - 1].astype(np.float64),
        "own_orders_since": (h.ago[h.pairs] + 1).astype(np.float64),
        **decayed,
        "own_last_5": total(h.ago < 5),
        "own_last_10": total(h.ago < 10),
        "own_last_30_days": total(h.age <= 30),
        "own_last_90_days": total(h.age <= 90),
        "own_rank": places(h.pair_row, decayed["own_decayed_25"]),
        "own_span": (first - last).astype(np.float64),
    }


def decay(ago: Ints, half_orders: float) -> Floats:
    """Return what an order counts that is halved for every ``half_orders`` since."""
    return np.asarray(np.exp2(ago * (-1.0 / half_orders)))


def places(row: Ints, values: npt.NDArray[np.floating], counted: npt.NDArray[np.bool_] | None = None) -> Floats:
    """Return the place of each value among those of its row, 1 for the highest; equal values share the first.

    Args:
        row: (p,) ascending.
        values: (p,).
        counted: (p,) which values take a place of their own; the others push nobody down. None: all.

    >>> places(np.array([7, 7, 7]), np.array([0.3, 0.2, 0.1]), np.array([True, False, True])).tolist()
    [1.0, 2.0, 2.0]
    """
    order = np.lexsort((-values, row))
    sorted_row, sorted_value = row[order], values[order]
    takes = np.ones(len(order), np.int64) if counted is None else counted[order].astype(np.int64)
    place = np.cumsum(takes) - takes
    fresh_row = np.diff(sorted_row, prepend=-1) != 0
    fresh = fresh_row | (np.diff(sorted_value, prepend=np.nan) != 0)
    start = np.maximum.accumulate(np.where(fresh_row, place, 0))
    tied = np.maximum.accumulate(np.where(fresh, place, 0))
    found: Floats = np.empty(len(order))
    found[order] = tied - start + 1
    return found


def customers(histories: Histories, stats: npt.NDArray[np.float32]) -> Columns:
    """Return what each customer's orders look like: a value a customer.

    Columns:
        customer_orders (orders, >= 1): all of them
        customer_size (items, >= 1): mean distinct items of an order
        customer_last_size (items, >= 1): distinct items of the last order
        customer_repeat (share, [0, 1)): of the items of all orders, the share that the customer had bought before
        customer_days (days, >= 1): since the last order
        customer_gap (days, >= 0): mean time between two orders; null for one order
        customer_off (share, [0, 1]): of the items bought, those at a discount
        customer_popular (share, [0, 1]): mean item_ever of the items in the last 5 orders
        customer_late (share, [0, 1]): mean item_share_7 of the same
    """
    h, n = histories, histories.n

    def total(weights: npt.NDArray[np.floating | np.bool_]) -> Floats:
        return np.bincount(h.row, weights, minlength=n).astype(np.float64)

    lines, late = np.bincount(h.row, minlength=n).astype(np.float64), h.ago < 5
    start = np.flatnonzero(np.diff(h.row, prepend=-1))
    last, first = np.minimum.reduceat(h.age, start), np.maximum.reduceat(h.age, start)
    more = h.n_orders > 1
    of_line = stats[np.minimum(h.item, len(stats) - 1)]
    return {
        "customer_orders": h.n_orders.astype(np.float64),
        "customer_size": lines / h.n_orders,
        "customer_last_size": total(h.ago == 0),
        "customer_repeat": 1.0 - np.bincount(h.pair_row, minlength=n) / lines,
        "customer_days": last.astype(np.float64),
        "customer_gap": np.where(more, (first - last) / np.maximum(h.n_orders - 1, 1), np.nan),
        "customer_off": total(h.off) / lines,
        "customer_popular": total(late * of_line[:, item_stats.NAMES.index("item_ever")]) / total(late),
        "customer_late": total(late * of_line[:, item_stats.NAMES.index("item_share_7")]) / total(late),
    }


def groups(histories: Histories) -> tuple[Ints, Ints, Columns]:
    """Return whose and which group, by both, and what the customer's orders say about it.

    Columns:
        group_orders (orders, >= 1): orders with any item of the group
        group_days (days, >= 1): since the last order with any item of the group
        group_span (days, >= 0): from the first such day to the last
    """
    h = histories
    by = np.lexsort((-h.ago, h.group, h.row))
    row, group, ago, age = h.row[by], h.group[by], h.ago[by], h.age[by]
    fresh = (np.diff(row, prepend=-1) != 0) | (np.diff(group, prepend=-1) != 0)
    start = np.flatnonzero(fresh)
    visit = fresh | (np.diff(ago, prepend=-1) != 0)
    last = np.minimum.reduceat(age, start)
    counted = {
        "group_orders": np.add.reduceat(visit, start, dtype=np.int64).astype(np.float64),
        "group_days": last.astype(np.float64),
        "group_span": (np.maximum.reduceat(age, start) - last).astype(np.float64),
    }
    return row[start], group[start], counted


def table(
    histories: Histories, row: Ints, item: Ints, group: Ints, stats: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return the features of each candidate as (c, len(NAMES)); NaN where one is not defined.

    What a customer never bought counts 0 and its ages are null. These columns join those of :func:`own`,
    :func:`groups`, :func:`customers` and :func:`~regulars.features.item_stats.item_stats`:

    Columns:
        own_share (share, [0, 1]): orders with the item over all orders
        own_rate (share, [0, 1)): orders with the item over orders from the first with it on, one order added
        own_gap (days, > 0): mean time between two purchases of the item, shrunk towards item_gap
        own_gap_orders (orders, >= 1): mean orders from one with the item to the next; null for one order with it
        own_lag (ratio, > 0): own_days over own_gap; about 1 when the item is due
        own_lag_orders (ratio, >= 0): own_orders_ago over own_gap_orders; null for one order with it
        group_share (share, [0, 1]): orders with an item of the group over all orders
        group_lag (ratio, > 0): group_days over the mean time between such orders, shrunk towards group_gap
        group_part (share, [0, 1]): orders with the item over orders with its group; null without such orders

    Args:
        histories: of the customers.
        row: (c,) whose candidate, a place in ``histories.customers``.
        item: (c,) its number.
        group: (c,) the item's group.
        stats: (items + 1, len(item_stats.NAMES)), the last row for unknown items.
    """
    of_item = stats[np.minimum(item, len(stats) - 1)]
    known = dict(zip(item_stats.NAMES, of_item.T, strict=True))
    whose, which, visits = groups(histories)
    mine = _looked_up(own(histories), histories.pair_row, histories.pair_item, row, item)
    theirs = _looked_up(visits, whose, which, row, group)
    each = {name: values[row] for name, values in customers(histories, stats).items()}
    found = {**mine, **theirs, **each, **known}
    found |= _ratios(found)
    rows = np.empty((len(row), len(NAMES)), np.float32)
    for column, name in enumerate(NAMES):
        values = found[name]
        rows[:, column] = np.where(np.isnan(values), 0.0, values) if name in _ZERO else values
    return rows


def _looked_up(columns: Columns, row: Ints, what: Ints, at_row: Ints, at_what: Ints) -> dict[str, Floats]:
    """Return the columns, given by ``row`` and ``what`` (ascending), at other such places; NaN where there is none."""
    if not len(row):
        return {name: np.full(len(at_row), np.nan) for name in columns}
    width = max(int(what.max()), int(at_what.max(initial=0))) + 1
    keys, wanted = row * width + what, at_row * width + at_what
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    missing = keys[place] != wanted
    found = {}
    for name, values in columns.items():
        looked_up = values[place]
        looked_up[missing] = np.nan
        found[name] = looked_up
    return found


def _ratios(at: Mapping[str, npt.NDArray[np.floating]]) -> dict[str, Floats]:
    gaps, visits = at["own_orders"] - 1, at["group_orders"] - 1
    own_gap = (at["own_span"] + PRIOR_GAPS * at["item_gap"]) / (gaps + PRIOR_GAPS)
    group_gap = (at["group_span"] + PRIOR_GAPS * at["group_gap"]) / (visits + PRIOR_GAPS)
    between = at["own_orders_since"] - 1 - at["own_orders_ago"]
    gap_orders = np.where(gaps > 0, between / np.maximum(gaps, 1), np.nan)
    return {
        "own_share": at["own_orders"] / at["customer_orders"],
        "own_rate": at["own_orders"] / (at["own_orders_since"] + 1),
        "own_gap": own_gap,
        "own_gap_orders": gap_orders,
        "own_lag": at["own_days"] / own_gap,
        "own_lag_orders": at["own_orders_ago"] / gap_orders,
        "group_share": at["group_orders"] / at["customer_orders"],
        "group_lag": at["group_days"] / group_gap,
        "group_part": np.where(visits >= 0, np.nan_to_num(at["own_orders"]) / at["group_orders"], np.nan),
    }
