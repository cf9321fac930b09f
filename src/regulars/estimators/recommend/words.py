"""Why an item is offered, in words that its numbers bear out."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from regulars.estimators.recommend.lists import CO_PURCHASE, CONTENT, HISTORY, POPULAR, Scored, owned
from regulars.estimators.recommend.question import Question
from regulars.features import pairs
from regulars.features.histories import Floats, Histories, Ints

MANY = 0.05
"""Share of the customers from which on an item is bought by many."""
FEW = 0.01
"""Share below which no percentage is told."""
_LAST = 10
"""Orders that a habit is told of."""


def reasons(listed: Scored, histories: Histories, asked: Question) -> list[str]:
    """Return a sentence for each item of ``listed``: (c,)."""
    told = _Told(listed, histories, asked)
    return list(told.sentences())


@dataclass(frozen=True)
class _Told:
    """What can be said about the items of some lists."""

    listed: Scored
    histories: Histories
    asked: Question

    def sentences(self) -> Iterator[str]:
        """Yield the reason of each item."""
        names, kin = self.names, self.kin
        for place, (source, pair) in enumerate(zip(self.listed.source.tolist(), self.pair.tolist(), strict=True)):
            related = names[kin[place]] if kin[place] >= 0 else None
            if source == HISTORY and pair >= 0:
                yield self._habit(pair)
            elif source == CO_PURCHASE:
                yield f"goes with {related}" if related else "often bought after such baskets"
            elif source == CONTENT:
                yield f"like {related}" if related else "like what they buy"
            elif source == POPULAR:
                yield self._demand(int(self.listed.item[place]))
            else:
                yield "customers with a similar basket buy it"

    @cached_property
    def pair(self) -> Ints:
        """(c,) which own item it is; -1 for a new one."""
        return owned(self.histories, self.listed.row, self.listed.item)

    @cached_property
    def names(self) -> dict[int, str]:
        """The names of the items that are told of, by number."""
        wanted = np.unique(self.kin[self.kin >= 0])
        names, item_ids = self.asked.about["name"].gather(wanted), self.asked.item_ids.gather(wanted)
        rows = zip(wanted.tolist(), names, item_ids, strict=True)
        return {number: name or item_id for number, name, item_id in rows}

    @cached_property
    def kin(self) -> Ints:
        """(c,) number of the item that speaks most for each; -1 where none does."""
        found = np.full(len(self.listed.row), -1)
        if self.asked.wish.kind == "similar":
            found[self.listed.source != POPULAR] = -1 if self.asked.item is None else self.asked.item
            return found
        bought, written = (np.flatnonzero(self.listed.source == source) for source in (CO_PURCHASE, CONTENT))
        found[bought] = self._bought_with(bought)
        found[written] = self._written_like(written)
        return found

    def _bought_with(self, some: Ints) -> Ints:
        """Return the item in the basket, or among the own ones, that each of ``some`` is bought with most."""
        kin, basket = self.asked.kin, self.asked.basket
        is_cross = self.asked.wish.kind == "cross_sell"
        shelf, towards = kin.shelf, kin.order_towards if is_cross else kin.customer_towards
        column = shelf.columns(self.listed.item[some])
        near = sp.csr_array(towards[np.maximum(column, 0)])
        place = np.repeat(np.arange(len(some)), np.diff(near.indptr))
        other = shelf.items[near.indices]
        speaks = np.isin(other, basket) if is_cross else owned(self.histories, self.listed.row[some][place], other) >= 0
        return _highest(place, other, np.where(speaks & (column[place] >= 0), near.data, 0.0), len(some))

    def _written_like(self, some: Ints) -> Ints:
        """Return the own item that reads most like each of ``some``."""
        h = self.histories
        start = np.searchsorted(h.pair_row, self.listed.row[some])
        n = np.searchsorted(h.pair_row, self.listed.row[some], side="right") - start
        place = np.repeat(np.arange(len(some)), n)
        own = h.pair_item[np.repeat(start - (np.cumsum(n) - n), n) + np.arange(n.sum())]
        alike = self.asked.vectors(own).multiply(self.asked.vectors(self.listed.item[some])[place]).sum(axis=1)
        return _highest(place, own, np.asarray(alike).ravel(), len(some))

    @cached_property
    def _own(self) -> dict[str, Floats]:
        """What the customers' orders say of their items, at the pairs that are listed."""
        return dict(pairs.own(self.histories))

    def _habit(self, pair: int) -> str:
        own = {name: int(self._own[name][pair]) for name in ("own_orders", "own_last_10", "own_days", "own_span")}
        n_orders = int(self.histories.n_orders[self.histories.pair_row[pair]])
        ago = _days(own["own_days"])
        if own["own_orders"] == 1:
            return f"bought in their only order, {ago} ago" if n_orders == 1 else f"bought once, {ago} ago"
        gap = round(own["own_span"] / (own["own_orders"] - 1))
        pace = f", about every {_days(gap) if gap > 1 else 'day'}" if gap else ""
        if self.asked.wish.kind == "buy_again":
            return f"bought in {own['own_orders']} orders{pace}; the last time {ago} ago"
        if not own["own_last_10"]:
            return f"bought in {own['own_orders']} orders, the last time {ago} ago"
        return f"bought in {own['own_last_10']} of their last {min(_LAST, n_orders)} orders{pace}"

    def _demand(self, item: int) -> str:
        now, season = (float(values[item]) for values in self.asked.shares)
        store = self.asked.store_id if self.asked.assortment.sellers.has_store(self.asked.store_id) else None
        where = f"store {store}" if store else "this shop"
        if self.asked.is_anonymous and season > 2 * now and season >= FEW:
            return f"{season:.0%} of the customers bought it in these weeks of last year"
        if now >= MANY:
            return f"many customers of {where} buy it now: {now:.0%}"
        if now >= FEW:
            return f"{now:.0%} of the customers of {where} buy it now"
        return "some customers of this shop buy it" if self.asked.has_sold(item) else "in the range of this shop"


def _days(n: int) -> str:
    return "1 day" if n == 1 else f"{n} days"


def _highest(place: Ints, what: Ints, value: Floats, n: int) -> Ints:
    """Return, for each of ``n`` places, ``what`` of the highest ``value`` above 0, the first among equals; else -1."""
    found = np.full(n, -1)
    by = np.lexsort((what, -value, place))
    by = by[value[by] > 0]
    places, first = np.unique(place[by], return_index=True)
    found[places] = what[by][first]
    return found
