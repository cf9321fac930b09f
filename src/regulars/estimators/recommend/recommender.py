"""What every recommender has in common: how it is asked, what it answers, and what it keeps."""

import datetime as dt
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import polars as pl

from regulars.errors import LeakageError
from regulars.estimators.base import fitted, read_state, write_state
from regulars.estimators.recommend import answers
from regulars.estimators.recommend.assortment import Assortment
from regulars.estimators.recommend.candidates import Past, Plan, Shelf, Sources
from regulars.estimators.recommend.lists import Scored
from regulars.estimators.recommend.question import Question, question
from regulars.estimators.recommend.similar_items import SimilarItems
from regulars.estimators.recommend.wishes import NEXT_BASKET, Wish
from regulars.features.histories import Histories
from regulars.features.purchases import Catalogue, Purchases, blocks, purchases

SCHEMA = pl.Schema(
    {
        "customer_id": pl.String,
        "rank": pl.Int64,
        "item_id": pl.String,
        "score": pl.Float64,
        "source": pl.String,
        "reason": pl.String,
    }
)
"""The columns of an answer."""

_SHELF_DAYS, _SHELF_CUSTOMERS = 120, 5
"""What must have sold how often for its relations to be learned, where a recommender has no sources of its own."""


@dataclass
class Recommender(ABC):
    """Lists items for customers from their purchases and what was learned about the shop."""

    popular_days: int = 28
    """Days before as_of in which popularity is counted."""
    assortment_: Assortment | None = field(default=None, init=False, repr=False, compare=False)
    kin_: SimilarItems | None = field(default=None, init=False, repr=False, compare=False)

    source: ClassVar[str] = "baseline"

    def fit(self, transactions: pl.DataFrame, items: pl.DataFrame, as_of: dt.date) -> Self:
        """Learn from the purchases before ``as_of``; later rows are not looked at.

        Args:
            transactions: rows of ``schema.TRANSACTIONS``.
            items: ``schema.ITEMS``, for names and groupings; items in it need not have been sold.
            as_of: the first unknown day.

        Raises:
            DataError: nothing was bought before ``as_of``, or too little to learn from.
        """
        known = transactions.filter(pl.col("purchased_at") < as_of)
        catalogue = Catalogue.of(items, known)
        log = purchases(known, catalogue)
        assortment = Assortment.of(log, catalogue, items, known, as_of, self.popular_days)
        self._learn(known, items, log, assortment)
        shelf = Shelf.of(log.lines, catalogue.n_items, as_of, _SHELF_DAYS, _SHELF_CUSTOMERS)
        sources = self._sources()
        past = Past(log.lines, catalogue, items, as_of, shelf if sources is None else sources.shelf)
        self.kin_ = SimilarItems.fit(past, self._plan(), sources)
        self.assortment_ = assortment
        return self

    def recommend(
        self,
        transactions: pl.DataFrame,
        as_of: dt.date,
        k: int = 20,
        wish: Wish | str = NEXT_BASKET,
        *,
        items: pl.DataFrame | None = None,
    ) -> pl.DataFrame:
        """Return up to ``k`` items for each customer with a purchase before ``as_of``.

        A customer's answer depends on their own rows and on what was learned, not on who else is asked
        about. Customers without a purchase before ``as_of`` get no row; offer them :meth:`anonymous`.

        Args:
            transactions: the customers' rows of ``schema.TRANSACTIONS``; rows at or after ``as_of`` are ignored.
            as_of: the first unknown day, not before that of :meth:`fit`.
            k: the most items a customer gets.
            wish: kind of list and filters; the name of a kind stands for that kind without filters.
            items: rows of ``schema.ITEMS`` of items that may be unknown.

        Returns:
            SCHEMA, by customer and rank: ``rank`` from 1; ``score``, higher is better, comparable within one customer
            only; ``source``, one of ``candidates.SOURCES``; ``reason``, that in words.

        Raises:
            NotFittedError: before :meth:`fit`.
            LeakageError: ``as_of`` is earlier than what was learned from.
            ConfigError: there is no such kind or category, or ``k`` is no length.
        """
        catalogue = self._assortment().catalogue
        self._refuse_the_past(as_of)
        # Described items are numbered among the unknown ones of the lines: by id, whoever else is asked about.
        described = None if items is None else items["item_id"]
        log = purchases(transactions.filter(pl.col("purchased_at") < as_of), catalogue, described)
        asked = self.question(k, wish, item_ids=log.item_ids, items=items)
        found = [self._answered(Histories.of(lines, as_of), asked) for lines in blocks(log.lines)]
        rows = pl.concat(found) if found else answers.NOTHING
        return rows.with_columns(log.customer_ids[rows["customer"]].alias("customer_id")).select(SCHEMA.names())

    def anonymous(
        self,
        k: int = 20,
        wish: Wish | str = NEXT_BASKET,
        *,
        items: pl.DataFrame | None = None,
        store_id: str | None = None,
    ) -> pl.DataFrame:
        """Return up to ``k`` items for somebody nothing is known about.

        ``next_basket`` and ``new_only`` are what most customers are expected to buy; ``cross_sell`` and ``similar``
        rest on the basket and the item, then on that; ``buy_again`` is empty.

        Args:
            k: the most items.
            wish: kind of list and filters.
            items: rows of ``schema.ITEMS`` of items that may be unknown.
            store_id: where, for what its customers buy; a store nobody knows is the whole shop.

        Returns:
            SCHEMA without ``customer_id``. The ``score`` of what is popular is the share of the customers who buy it;
            less one behind what is better founded.

        Raises:
            NotFittedError: before :meth:`fit`.
            ConfigError: there is no such kind or category, or ``k`` is no length.
        """
        asked = self.question(k, wish, items=items, store_id=store_id, is_anonymous=True)
        return self._answered(answers.nobody(), asked, is_known=False).select(SCHEMA.names()[1:])

    def popular(self, k: int = 20, store_id: str | None = None) -> pl.DataFrame:
        """Return the ``k`` items that most customers buy, in the whole shop or in a store, as :meth:`anonymous`."""
        return self.anonymous(k, store_id=store_id)

    def question(
        self,
        k: int,
        wish: Wish | str = NEXT_BASKET,
        *,
        item_ids: pl.Series | None = None,
        items: pl.DataFrame | None = None,
        store_id: str | None = None,
        is_anonymous: bool = False,
    ) -> Question:
        """Return a wish in this shop's numbers, to be asked of many customers with :meth:`ranked`.

        Args:
            k: length of a list.
            wish: kind of list and filters.
            item_ids: of :class:`~regulars.features.purchases.Purchases`; by default the catalogue's.
            items: rows of ``schema.ITEMS`` of items that may be unknown.
            store_id: where.
            is_anonymous: whether it is asked for somebody unknown, to whom the season counts.

        Raises:
            NotFittedError: before :meth:`fit`.
            ConfigError: there is no such kind or category, or ``k`` is no length.
        """
        assortment = self._assortment()
        ids = assortment.catalogue.item_ids if item_ids is None else item_ids
        kin: SimilarItems = fitted(self.kin_, type(self).__name__)
        where = {"store_id": store_id, "is_anonymous": is_anonymous}
        return question(Wish.of(wish), k, assortment, kin, ids, items, **where)

    def ranked(self, histories: Histories, asked: Question) -> Scored:
        """Return the lists of some customers as arrays, by customer and rank: the answer without its words."""
        return answers.ranked(self._rate, histories, asked)

    def save(self, folder: Path) -> None:
        """Write parameters and what was learned into ``folder``."""
        self._assortment().save(folder)
        kin: SimilarItems = fitted(self.kin_, type(self).__name__)
        kin.save(folder)
        write_state(folder, self, self._save(folder))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        parameters, learned = read_state(folder)
        recommender = cls(**parameters)
        recommender.assortment_ = Assortment.load(folder)
        recommender.kin_ = SimilarItems.load(folder, recommender._plan())
        recommender._load(folder, learned)
        return recommender

    @abstractmethod
    def _rate(self, histories: Histories, asked: Question) -> Scored:
        """Return what each customer may get, the items of ``asked.extras`` among them where any filter is given.

        A score that a customer's items get must not depend on the other customers.
        """

    def _learn(self, known: pl.DataFrame, items: pl.DataFrame, log: Purchases, assortment: Assortment) -> None:  # noqa: B027  (baselines need no more)
        """Learn what is needed beyond the assortment and the relations between items."""

    def _save(self, folder: Path) -> dict[str, Any]:  # noqa: ARG002  (the default has no files)
        """Write files beyond these; return what fits into JSON."""
        return {}

    def _load(self, folder: Path, learned: dict[str, Any]) -> None:  # noqa: B027
        """Read what :meth:`_save` wrote."""

    def _sources(self) -> Sources | None:
        """Return sources of candidates that know the relations between items already."""
        return None

    def _plan(self) -> Plan:
        """Return how the relations between items are learned."""
        return Plan()

    def _assortment(self) -> Assortment:
        found: Assortment = fitted(self.assortment_, type(self).__name__)
        return found

    def _refuse_the_past(self, as_of: dt.date) -> None:
        first = self._assortment().as_of
        if as_of < first:
            raise LeakageError(
                f"the recommender knows purchases up to {first}, so it cannot advise for {as_of} honestly; "
                f"use that day or a later one"
            )

    def _answered(self, histories: Histories, asked: Question, *, is_known: bool = True) -> pl.DataFrame:
        found = answers.ranked(self._rate if is_known else answers.by_popularity, histories, asked)
        return answers.worded(found, histories, asked)
