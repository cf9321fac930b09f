"""Rows of one kind, such as purchase days, by customer and day, with running sums: what windows are cut from.

A window of a customer's rows is a pair of places in the roll-up. A sum over it is the difference of two running
sums of integers, exact and equally quick for a week and for ten years.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

DAY_US = 86_400_000_000
"""Microseconds of a day."""
_ROOM = 2**32
"""Numbers below it fit beside a customer's code in one."""
_BEFORE_1970 = 2**31
"""Added to a day, so that days before 1970 are numbers >= 0 as well."""


class Rollup:
    """Integer columns by customer and day.

    >>> visits = Rollup(keys(np.array([0, 0, 1]), np.array([3, 9, 4])), {"spend": np.array([500, 20, 70])})
    >>> visits.sums("spend").tolist()
    [0, 500, 520, 590]
    >>> visits.highest("spend").tolist()
    [500, 500, 70]
    """

    def __init__(self, key: Ints, columns: Mapping[str, Ints]) -> None:
        """Take :func:`keys` in non-decreasing order, and columns of that length."""
        self.key = key
        self.columns = columns
        self._sums: dict[str, Ints] = {}
        self._highest: dict[str, Ints] = {}
        self._by_value: dict[str, Ints] = {}

    @cached_property
    def customer(self) -> Ints:
        """Code of each row's customer."""
        return self.key >> 32

    @cached_property
    def day(self) -> Ints:
        """Day of each row, in days since 1970-01-01."""
        return self.key - keys(self.customer, 0)

    def sums(self, what: str) -> Ints:
        """Return the sums of a column over the first 0, 1, 2, ... rows."""
        if what not in self._sums:
            self._sums[what] = running(self.columns[what])
        return self._sums[what]

    def highest(self, what: str) -> Ints:
        """Return the highest value of a column up to each row of its customer."""
        if what not in self._highest:
            values = self.columns[what]
            small = values.min(initial=0) >= 0 and values.max(initial=0) < _ROOM
            distinct, rank = (None, values) if small else np.unique(values, return_inverse=True)
            floor = self.customer << 32  # what is compared stays below it, so that no customer sees another's
            found = np.maximum.accumulate(rank + floor) - floor
            self._highest[what] = found if distinct is None else distinct[found]
        return self._highest[what]

    def by_value(self, what: str) -> Ints:
        """Return the rows in the order of customer and a column's value."""
        if what not in self._by_value:
            self._by_value[what] = np.lexsort((self.columns[what], self.customer))
        return self._by_value[what]

    def place(self, customer: Ints, day: Any) -> Ints:
        """Return the place of each customer's first row at or after ``day``."""
        return np.searchsorted(self.key, keys(customer, day)).astype(np.int64, copy=False)


def keys(customer: Ints, day: Any) -> Ints:
    """Return one number for a customer and a day, ordered by both."""
    key: Ints = (customer << 32) + (day + _BEFORE_1970)
    return key


def running(values: npt.NDArray[Any]) -> Ints:
    """Return the sums of the first 0, 1, 2, ... values."""
    sums = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    return sums


def changes(values: Ints) -> npt.NDArray[np.bool_]:
    """Return where a value differs from the one before; the first does."""
    return np.concatenate([np.ones(min(1, len(values)), np.bool_), values[1:] != values[:-1]])


def starts(values: Ints) -> Ints:
    """Return where runs of equal values start."""
    return np.flatnonzero(changes(values))


def sums(values: npt.NDArray[Any], start: Ints) -> Ints:
    """Return the sum of each run of values, given where runs start."""
    return np.add.reduceat(values, start, dtype=np.int64) if len(start) else np.zeros(0, np.int64)
