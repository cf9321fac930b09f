"""What is known at each snapshot: the only thing that feature functions see.

A feature asks a :class:`Past` for sums, counts and last values of a customer's rows before ``as_of``. Rows at or
after it are out of reach of every verb, so no feature can leak by construction.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars import windows
from regulars.features.rollup import Ints, Rollup, running

Column = npt.NDArray[np.float64]
"""One value a row of the table; NaN where it is not defined."""
Columns = dict[str, Column]
"""Name -> values: what a feature function returns."""

BEFORE, AFTER = -(2**31), 2**31 - 1
"""A day before every other, and one after."""


class Rows:
    """The rows of the feature table: a customer and an instant each, in the order of instants, then customers."""

    def __init__(self, days: Rollup, n_customers: int, as_of: Sequence[int]) -> None:
        """Take a row for each customer and instant (days since 1970-01-01, ascending) with a purchase day before."""
        every = np.arange(n_customers, dtype=np.int64)
        begin = days.place(every, BEFORE)
        known = [every[days.place(every, day) > begin] for day in as_of]
        self.n_customers = n_customers
        self.customer: Ints = np.concatenate([every[:0], *known])
        """Code of each row's customer."""
        self.instants = tuple(as_of)
        self.sizes = [len(codes) for codes in known]
        self.as_of: Ints = np.repeat(np.array(as_of, np.int64), self.sizes)
        """First unknown day of each row, in days since 1970-01-01."""

    @property
    def slices(self) -> list[tuple[int, slice]]:
        """Each instant with its rows."""
        ends = np.cumsum(self.sizes).tolist()
        return [(day, slice(end - n, end)) for day, n, end in zip(self.instants, self.sizes, ends, strict=True)]


class Cut:
    """A roll-up as each row of the table may see it: its customer's rows before its as_of.

    ``days`` narrows a verb to the last so many days before as_of; ``what`` names a column of the roll-up. Counts and
    totals are 0 where there are no rows, everything else is NaN.
    """

    def __init__(self, rollup: Rollup, rows: Rows) -> None:
        """Cut ``rollup`` for ``rows``."""
        self._rollup = rollup
        self._rows = rows
        self._begin = rollup.place(np.arange(rows.n_customers, dtype=np.int64), BEFORE)[rows.customer]
        self._end = rollup.place(rows.customer, rows.as_of)
        self._from: dict[int, Ints] = {}

    def count(self, days: int | None = None) -> Column:
        """Return the number of rows."""
        return (self._end - self._start(days)).astype(np.float64)

    def total(self, what: str, days: int | None = None) -> Column:
        """Return the sum of a column."""
        sums = self._rollup.sums(what)
        return (sums[self._end] - sums[self._start(days)]).astype(np.float64)

    def mean(self, what: str, days: int | None = None) -> Column:
        """Return the mean of a column."""
        return ratio(self.total(what, days), self.count(days))

    def mean_of(self, over: str, under: str, days: int | None = None) -> Column:
        """Return the sum of one column over the sum of another; NaN where that is not above 0."""
        return ratio(self.total(over, days), self.total(under, days))

    def first(self, what: str) -> Column:
        """Return a column's value in the earliest row."""
        return self._at(self._rollup.columns[what], self._begin)

    def last(self, what: str) -> Column:
        """Return a column's value in the latest row."""
        return self._at(self._rollup.columns[what], self._end - 1)

    def highest(self, what: str) -> Column:
        """Return the highest value of a column."""
        return self._at(self._rollup.highest(what), self._end - 1)

    def age(self) -> Column:
        """Return the days from the latest row to as_of, >= 1."""
        return self._rows.as_of - self._at(self._rollup.day, self._end - 1)

    def age_first(self) -> Column:
        """Return the days from the earliest row to as_of, >= 1."""
        return self._rows.as_of - self._at(self._rollup.day, self._begin)

    def latest(self, what: str, n: int) -> list[Column]:
        """Return a column's value in the latest row, in the one before it, and so on, ``n`` in all."""
        return [self._at(self._rollup.columns[what], self._end - 1 - back) for back in range(n)]

    def std(self, what: str) -> Column:
        """Return the standard deviation of a column, of a sample; NaN under two rows."""
        values, mean = self._rollup.columns[what], self.mean(what)
        out = np.full(len(mean), np.nan)
        for _, rows in self._rows.slices:
            n = self._end[rows] - self._begin[rows]
            some = np.flatnonzero(n > 1)
            if len(some):
                size = n[some]
                first = running(size)[:-1]
                place = np.arange(size.sum()) + np.repeat(self._begin[rows][some] - first, size)
                away = values[place] - np.repeat(mean[rows][some], size)
                out[rows.start + some] = np.sqrt(np.add.reduceat(away * away, first) / (size - 1))
        return out

    def median(self, what: str) -> Column:
        """Return the median of a column."""
        order = self._rollup.by_value(what)
        values, day, customer = self._rollup.columns[what][order], self._rollup.day[order], self._rollup.customer
        out = np.full(len(self._end), np.nan)
        for as_of, rows in self._rows.slices:
            known = values[day < as_of]
            if len(known):
                held = np.bincount(customer[self._rollup.day < as_of], minlength=self._rows.n_customers)
                codes = self._rows.customer[rows]
                first, n = running(held)[codes], held[codes]
                low, high = (np.minimum(first + half, len(known) - 1) for half in ((n - 1) // 2, n // 2))
                out[rows] = np.where(n > 0, (known[low] + known[high]) / 2, np.nan)
        return out

    def _start(self, days: int | None) -> Ints:
        if days is None:
            return self._begin
        if days not in self._from:
            self._from[days] = self._rollup.place(self._rows.customer, self._rows.as_of - days)
        return self._from[days]

    def _at(self, values: npt.NDArray[Any], place: Ints) -> Column:
        """Return the values at some places, NaN at those that are not among the row's own."""
        if not len(values):
            return np.full(len(place), np.nan)
        inside = (place >= self._begin) & (place < self._end)
        return np.where(inside, values[np.where(inside, place, 0)], np.nan)


class Kept(Cut):
    """A roll-up of a table that the shop keeps since some day.

    Counts and totals are NaN where their window begins before that day, or where it has not come.
    """

    def __init__(self, rollup: Rollup | None, rows: Rows, since: dt.date | None) -> None:
        """Cut ``rollup``, which starts with the day ``since``, for ``rows``; None for what is not kept at all."""
        super().__init__(Rollup(np.zeros(0, np.int64), defaultdict(_nothing)) if rollup is None else rollup, rows)
        self._since = AFTER if since is None else windows.day_number(since)

    def count(self, days: int | None = None) -> Column:
        """Return the number of rows."""
        return np.where(self._kept(days), super().count(days), np.nan)

    def total(self, what: str, days: int | None = None) -> Column:
        """Return the sum of a column."""
        return np.where(self._kept(days), super().total(what, days), np.nan)

    def _kept(self, days: int | None) -> npt.NDArray[np.bool_]:
        return self._rows.as_of - (1 if days is None else days) >= self._since


def _nothing() -> Ints:
    return np.zeros(0, np.int64)


class Past:
    """What the customers did before as_of, a row of the table each; see the families for how it is asked."""

    def __init__(self, rollups: dict[str, Rollup], rows: Rows, events_since: dt.date | None) -> None:
        """Use :func:`regulars.features.table.past`."""
        self._rollups = rollups
        self._events_since = events_since
        self.rows = rows

    @property
    def as_of(self) -> Ints:
        """First unknown day of each row, in days since 1970-01-01."""
        return self.rows.as_of

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows.customer)

    @cached_property
    def days(self) -> Cut:
        """Purchase days.

        Columns:
            n_lines (lines, >= 1): lines bought
            n_deals (lines, >= 0): those of them with a discount
            amount (minor units, any): net amount
            discount (minor units, >= 0): discounts
            n_orders (orders, >= 1): orders; one whose lines span days counts on each
            hour (hours, >= 0): hours of the orders' first lines of the day, added up
            store_new (stores, >= 0): stores that the customer had ordered at on no earlier day
            store_top (orders, >= 1): orders so far at the store of the day with most of them; ask for the highest
            item_n, category_n, department_n (count, >= 1): different items, categories and departments
            item_new, category_new, department_new (count, >= 0): those that the customer had on no earlier day
            item_top, category_top, department_top (lines, >= 1): lines so far of the one of the day with most of them;
                ask for the highest
            item_squares, category_squares, department_squares (lines squared, >= 1): what the day adds to the sum of
                the squared numbers of lines so far, over all items, categories or departments
            weekday_1, weekday_2, weekday_3, weekday_4, weekday_5, weekday_6, weekday_7 (days, [0, 1]): 1 on that ISO
                weekday
        """
        return self._cut("days")

    @cached_property
    def gaps(self) -> Cut:
        """Purchase days after the first.

        Columns:
            days (days, >= 1): since the purchase day before
        """
        return self._cut("gaps")

    @cached_property
    def returns(self) -> Cut:
        """Days with goods brought back.

        Columns:
            n_lines (lines, >= 1): lines brought back
            amount (minor units, any): money refunded
        """
        return self._cut("returns")

    @cached_property
    def web(self) -> Cut:
        """Purchase days in a web shop; unknown where no table says which stores are.

        Columns:
            n_orders (orders, >= 1): orders there
        """
        return self._cut("web")

    @cached_property
    def looks(self) -> Cut:
        """Days with looks; unknown where the shop has no table of events, or none yet.

        Columns:
            view, cart, wish, email_click (events, >= 0): of that kind
            n (events, >= 1): of all these kinds
        """
        return self._kept("looks")

    @cached_property
    def mails(self) -> Cut:
        """Days with mail; unknown where the shop has no table of events, or none yet.

        Columns:
            email_sent, email_open, email_click (events, >= 0): of that kind
            n (events, >= 1): of all these kinds
        """
        return self._kept("mails")

    def _cut(self, name: str) -> Cut:
        return Cut(self._rollups[name], self.rows) if name in self._rollups else Kept(None, self.rows, None)

    def _kept(self, name: str) -> Cut:
        return Kept(self._rollups.get(name), self.rows, self._events_since)


def ratio(over: Column, under: Column) -> Column:
    """Return ``over / under``; NaN where ``under`` is not above 0.

    >>> ratio(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    above = under > 0
    return np.where(above, over / np.where(above, under, 1.0), np.nan)
