"""How a customer's lines spread over items, categories or stores, from day to day."""

from dataclasses import dataclass

import numpy as np

from regulars.errors import DataError
from regulars.features.rollup import Ints, changes, running

_BITS = 63


@dataclass(frozen=True)
class Variety:
    """Counts a customer-day; "ones" are the items, categories or stores in question."""

    n: Ints
    """Different ones of the day."""
    n_new: Ints
    """Those of them that the customer had on no earlier day."""
    top: Ints
    """Rows so far of the one that the customer had most of, where the day saw it; else of one with fewer."""
    squares: Ints
    """What the day adds to the sum, over the ones, of squared numbers of rows."""


def variety(customer: Ints, day: Ints, one: Ints, n_days: int) -> Variety:
    """Count rows of a customer-day each and one of something.

    Args:
        customer: code of each row's customer.
        day: number of each row's customer-day, which follow each other in the order of customers and days.
        one: code of what each row is about.
        n_days: how many customer-days there are.

    >>> found = variety(np.array([0, 0, 0, 0]), np.array([0, 0, 1, 1]), np.array([5, 5, 5, 2]), 2)
    >>> found.n.tolist(), found.n_new.tolist(), found.top.tolist(), found.squares.tolist()
    ([1, 2], [1, 1], [2, 3], [4, 6])
    """
    day_bits, one_bits = n_days.bit_length(), int(one.max(initial=0)).bit_length()
    if int(customer.max(initial=0)).bit_length() + one_bits + day_bits > _BITS:
        raise DataError("too many lines for one table; go bucket by bucket, with regulars.scale.feature_table")
    packed = np.sort((((customer << one_bits) + one) << day_bits) + day)
    head = np.flatnonzero(changes(packed))
    packed, rows = packed[head], np.diff(head, append=len(packed))
    found = packed & ((1 << day_bits) - 1)
    new = changes(packed >> day_bits)
    before = running(rows)[:-1]
    before -= np.maximum.accumulate(np.where(new, before, 0))  # rows of the customer's same one on earlier days
    top, squares = np.zeros(n_days, np.int64), np.zeros(n_days, np.int64)
    np.maximum.at(top, found, before + rows)
    np.add.at(squares, found, rows * (2 * before + rows))
    return Variety(
        n=np.bincount(found, minlength=n_days),
        n_new=np.bincount(found[new], minlength=n_days),
        top=top,
        squares=squares,
    )
