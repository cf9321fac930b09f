"""A wish in the numbers of one shop: which items may be offered, in which order they stand without any customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from regulars.errors import ConfigError, did_you_mean
from regulars.estimators.recommend.assortment import GROUPINGS, Assortment, described
from regulars.estimators.recommend.best_sellers import Shares
from regulars.estimators.recommend.candidates import Extra
from regulars.estimators.recommend.lists import owned, ranks
from regulars.estimators.recommend.similar_items import SimilarItems
from regulars.estimators.recommend.wishes import Wish
from regulars.features.histories import Floats, Histories, Ints

_LEAST = 50
"""Best sellers that are always looked at beside a customer's own candidates, where there are filters."""
_UNSOLD_DAYS = 120
"""Days without a sale after which an item is taken for gone, unless it is said to be in stock."""


@dataclass(frozen=True)
class Question:
    """What is asked of a recommender, ready for any customer."""

    wish: Wish
    k: int
    assortment: Assortment
    kin: SimilarItems
    item_ids: pl.Series
    """Every numbered item: the catalogue's, and behind them those that only the request names."""
    described: pl.DataFrame
    """``schema.ITEMS`` of what the request describes and the catalogue does not know."""
    store_id: str | None = None
    """Where the customer is; None: in the whole shop."""
    is_anonymous: bool = False
    """Whether nothing is known of the customer, so that the season counts as well."""

    def check(self) -> None:
        """Refuse a category that nobody knows, before any work.

        Raises:
            ConfigError: there is none of that name.
        """
        if self.wish.categories:
            self._in_categories()

    @cached_property
    def strangers(self) -> Mapping[str, int]:
        """The numbers of the items that the catalogue does not know."""
        n_known = self.assortment.catalogue.n_items
        return {each: n_known + place for place, each in enumerate(self.item_ids.slice(n_known).to_list())}

    @cached_property
    def basket(self) -> Ints:
        """Numbers of the items in the basket."""
        return self._numbers(self.wish.basket)

    @cached_property
    def item(self) -> int | None:
        """Number of the item that the wish is about; None where there is none, or nobody knows it."""
        found = self._numbers(() if self.wish.item is None else (self.wish.item,))
        return int(found[0]) if len(found) else None

    @cached_property
    def shares(self) -> Shares:
        """How many customers buy each item."""
        return self.assortment.sellers.shares(len(self.item_ids), self.store_id)

    @cached_property
    def demand(self) -> Floats:
        """(items,) share of the customers who buy each item: now, or as expected of the season."""
        return self.shares.expected if self.is_anonymous else self.shares.now

    @cached_property
    def about(self) -> pl.DataFrame:
        """What is written on each item; a row a number."""
        n_known = self.assortment.catalogue.n_items
        if len(self.item_ids) == n_known:
            return self.assortment.about
        return pl.concat([self.assortment.about, described(self.item_ids.slice(n_known), self.described)])

    def vectors(self, item: Ints) -> sp.csr_array:
        """Return (c, words) unit vectors of what is written on items; nothing for what nobody describes."""
        known = self.kin.content.vectors
        if (item < known.shape[0]).all():
            return sp.csr_array(known[item])
        read = self.kin.content.read(self.described) if self.described.height else known[:0]
        place = np.full(len(self.item_ids), read.shape[0])
        place[self._described] = np.arange(read.shape[0])
        blank = sp.csr_array((1, known.shape[1]), dtype=np.float32)
        rows = sp.csr_array(sp.vstack([read, blank, known[np.minimum(item, known.shape[0] - 1)]], format="csr"))
        own = read.shape[0] + 1 + np.arange(len(item))
        return sp.csr_array(rows[np.where(item < known.shape[0], own, place[item])])

    @property
    def _described(self) -> Ints:
        return np.array([self.strangers[each] for each in self.described["item_id"]], np.int64)

    @cached_property
    def allowed(self) -> npt.NDArray[np.bool_]:
        """(items,) whether an item meets the filters that do not depend on the customer."""
        wish, n = self.wish, len(self.item_ids)
        found = np.ones(n, bool)
        if wish.in_stock is not None:
            found[:] = False
            found[self._numbers(wish.in_stock)] = True
        if wish.categories:
            found &= self._in_categories()
        if wish.min_price is not None or wish.max_price is not None:
            price = np.full(n, np.nan)
            price[: self.assortment.catalogue.n_items] = self.assortment.stat("item_price")[:-1]
            highest = np.inf if wish.max_price is None else wish.max_price
            found &= (price >= (wish.min_price or 0)) & (price <= highest)
        subject = () if wish.item is None else (wish.item,)
        found[self._numbers((*wish.exclude, *wish.basket, *subject))] = False
        return found

    @cached_property
    def best(self) -> Ints:
        """Numbers of the allowed items that sold, those that most customers buy first.

        Behind them what never sold, in the order of the numbers, where the wish says that it is in stock.
        """
        found = sold = self.assortment.sold
        if not (self.wish.is_filtered or self.is_anonymous):
            return found
        if self.is_anonymous:
            found = sold[np.argsort(-self.demand[sold], kind="stable")]
        if self.wish.in_stock is not None:
            unsold = np.ones(len(self.item_ids), bool)
            unsold[sold] = False
            found = np.concatenate([found, np.flatnonzero(unsold)])
        return found[self.allowed[found]]

    @cached_property
    def current(self) -> npt.NDArray[np.bool_]:
        """(items,) whether an allowed item is sold these days, so that nobody's own history must speak for it."""
        found = self.allowed.copy()
        if self.wish.in_stock is None:
            unsold_days = self.assortment.stat("item_unsold_days")
            n_known = self.assortment.catalogue.n_items
            found[:n_known] &= np.nan_to_num(unsold_days[:-1], nan=np.inf) <= _UNSOLD_DAYS
        return found

    def has_sold(self, item: int) -> bool:
        """Whether anybody ever bought an item."""
        return item < self.assortment.catalogue.n_items and bool(self.assortment.stat("item_ever")[item] > 0)

    @property
    def is_told_whole(self) -> bool:
        """Whether :meth:`extras` tells of every item that may be offered, so that the sources need not find them."""
        return self.wish.in_stock is not None and not self.wish.only_new and len(self.best) <= self._n_extras

    @property
    def _n_extras(self) -> int:
        return max(2 * self.k, _LEAST) if self.wish.is_filtered else 2 * self.k

    def extras(self, histories: Histories) -> Extra:
        """Return what each customer must be told about: best sellers enough for any list, and described items.

        Whoever owns some of the best sellers still finds enough others among them.
        """
        row, item = self._best_for(histories, self._n_extras)
        allowed = self.allowed if self.wish.is_filtered else None
        more = Extra(row, item, self.demand[item], np.zeros(len(row), np.float32), allowed)
        return self._with_described(more, histories) if self.described.height else more

    def _best_for(self, histories: Histories, n: int) -> tuple[Ints, Ints]:
        """Return the first ``n`` of ``best`` for each customer, without own items where only new ones are wanted."""
        skipped = 0
        if self.wish.only_new:
            mine = np.isin(histories.pair_item, self.best)
            skipped = int(np.bincount(histories.pair_row[mine], minlength=1).max())
        best = self.best[: n + skipped]
        row, item = np.repeat(np.arange(histories.n), len(best)), np.tile(best, histories.n)
        if skipped:
            new = owned(histories, row, item) < 0
            row, item = row[new], item[new]
        first = ranks(row) <= n
        return row[first], item[first]

    def _with_described(self, extra: Extra, histories: Histories) -> Extra:
        """Add the items that the request describes, for the customers who buy what is like them."""
        numbers = np.sort(self._described[self.allowed[self._described]])
        near = sp.coo_array(self.kin.content.profiles(histories) @ self.vectors(numbers).T)
        row, item = near.row.astype(np.int64), numbers[near.col]
        width = len(self.item_ids)
        kept = ~np.isin(extra.row * width + extra.item, row * width + item)
        rows = np.append(extra.row[kept], row)
        by = np.argsort(rows, kind="stable")
        return Extra(
            rows[by],
            np.append(extra.item[kept], item)[by],
            np.append(extra.share[kept], np.zeros(len(row)))[by],
            np.append(extra.alike[kept], near.data.astype(np.float32))[by],
            extra.allowed,
        )

    def _numbers(self, item_ids: tuple[str, ...]) -> Ints:
        known, strange = self.assortment.catalogue.numbers, self.strangers
        found = [known.get(each, strange.get(each, -1)) for each in item_ids]
        return np.array([number for number in found if number >= 0], np.int64)

    def _in_categories(self) -> npt.NDArray[np.bool_]:
        found = np.zeros(len(self.item_ids), bool)
        n_known, members = self.assortment.catalogue.n_items, self.assortment.members
        more = self.about.slice(n_known).select(pl.col(*GROUPINGS).str.to_lowercase())
        for name in self.wish.categories:
            told = more.select(pl.any_horizontal(pl.col(*GROUPINGS) == name.lower()).fill_null(False)).to_series()
            if name.lower() not in members and not told.any():
                hint = did_you_mean(name.lower(), members)
                raise ConfigError(f"no department, category or product type of this shop is called {name!r}{hint}")
            found[members.get(name.lower(), np.empty(0, np.int64))] = True
            found[n_known:] |= told.to_numpy()
        return found


def question(
    wish: Wish,
    k: int,
    assortment: Assortment,
    kin: SimilarItems,
    item_ids: pl.Series,
    items: pl.DataFrame | None,
    **where: Any,
) -> Question:
    """Return ``wish`` in numbers.

    Args:
        wish: what is asked.
        k: length of a list.
        assortment: the items that are known.
        kin: how they are related.
        item_ids: the catalogue's, then those that only the customers' lines hold.
        items: rows of ``schema.ITEMS`` given with the request; what the catalogue knows stands.
        where: the fields of the question that have a default.

    Raises:
        ConfigError: ``k`` is no length.
    """
    if k < 1:
        raise ConfigError(f"a list holds at least one item, not {k}")
    known, ids, new = assortment.catalogue.item_ids, item_ids, pl.DataFrame(schema={"item_id": pl.String})
    if items is not None and not items.is_empty():
        new = items.filter(~pl.col("item_id").is_in(known.implode()))
        new = new.unique("item_id", keep="first", maintain_order=True).sort("item_id")
        more = new["item_id"].filter(~new["item_id"].is_in(item_ids.slice(len(known)).implode()))
        ids = pl.concat([item_ids, more])
    return Question(wish, k, assortment, kin, ids, new, **where)
