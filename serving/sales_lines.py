"""Which lines of a request are new: told by their number within the order, or without one by what they say.

The n-th equal line of an order within a request is the n-th equal line that is held; so a request may be sent again,
and another one may bring other lines of the same order.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from serving.sales import Added, Numbered, Sale

Verdict = Literal["new", "known", "contradicted", "foreign"]


class Kept(NamedTuple):
    """A line that is held, or is to be."""

    number: int
    sale: Sale


class Placed(NamedTuple):
    """What is to become of the lines of a request."""

    new: list[Kept]
    """To be kept; none where some lines are contradicted."""
    added: Added


def placed(lines: Sequence[Numbered], held: Iterable[Kept]) -> Placed:
    """Tell the new lines from those that are ``held``: all lines that are, of every order in ``lines``."""
    orders: defaultdict[str, _Order] = defaultdict(_Order)
    for kept in held:
        orders[kept.sale.order_id].hold(*kept)
    verdicts: dict[int, Verdict] = {}
    # Numbers that are given are taken first, so that no other line gets them.
    for at, (number, sale) in sorted(enumerate(lines), key=lambda each: each[1].line is None):
        verdicts[at] = orders[sale.order_id].placed(number, sale)
    count = Counter(verdicts.values())
    bad = tuple(at for at in range(len(lines)) if verdicts[at] in {"contradicted", "foreign"})
    foreign = tuple(at for at in bad if verdicts[at] == "foreign")
    new = [] if bad else [line for order in orders.values() for line in order.new]
    return Placed(new, Added(len(new), len(lines) - count["new"], bad, foreign))


class _Order:
    """The lines of one order, held and new."""

    def __init__(self) -> None:
        self.new: list[Kept] = []
        self._lines: dict[int, Sale] = {}
        self._alike: defaultdict[Sale, list[int]] = defaultdict(list)
        self._customers: set[str] = set()
        self._sent: set[int] = set()
        self._numbers = itertools.count()

    def hold(self, number: int, sale: Sale) -> None:
        """Know a line."""
        self._lines[number] = sale
        self._alike[sale].append(number)
        self._customers.add(sale.customer_id)

    def placed(self, number: int | None, sale: Sale) -> Verdict:
        """Take in a line of the request."""
        number = self._number_of(sale) if number is None else number
        self._sent.add(number)
        there = self._lines.get(number)
        if there == sale:
            return "known"
        if self._customers - {sale.customer_id}:
            return "foreign"
        if there is not None:
            return "contradicted"
        self.hold(number, sale)
        self.new.append(Kept(number, sale))
        return "new"

    def _number_of(self, sale: Sale) -> int:
        """Return the number of the first equal line that the request has not named yet, or else a free one."""
        for number in self._alike.get(sale, ()):
            if number not in self._sent:
                return number
        return next(number for number in self._numbers if number not in self._lines)


def by_order(lines: Sequence[Numbered]) -> list[str]:
    """Return the orders of some lines, each once."""
    return sorted({each.sale.order_id for each in lines})
