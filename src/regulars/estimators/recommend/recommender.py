"""What every recommender has in common: how it is asked, what it answers, and what it keeps."""

import datetime as dt
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import polars as pl

from regulars.errors import ConfigError, LeakageError, did_you_mean
from regulars.estimators.base import fitted, read_state, write_state
from regulars.estimators.recommend.assortment import Assortment
from regulars.features.purchases import Catalogue, Purchases, blocks, purchases

HISTORY, CO_PURCHASE, POPULAR = "history", "co_purchase", "popular"
"""Why an item is offered: the customer bought it before, it goes with what they buy, or many buy it."""

KINDS = ("next_basket", "buy_again")
"""What can be asked for: any item, or only those the customer bought before."""

SCHEMA = pl.Schema(
    {
        "customer_id": pl.String,
        "rank": pl.Int64,
        "item_id": pl.String,
        "score": pl.Float64,
        "source": pl.String,
    }
)
"""The columns of an answer."""


@dataclass
class Recommender(ABC):
    """Lists items for customers from their purchases and what was learned about the shop."""

    popular_days: int = 28
    """Days before as_of in which popularity is counted."""
    assortment_: Assortment | None = field(default=None, init=False, repr=False, compare=False)

    source: ClassVar[str] = "baseline"

    def fit(self, transactions: pl.DataFrame, items: pl.DataFrame, as_of: dt.date) -> Self:
        """Learn from the purchases before ``as_of``; later rows are not looked at.

        Args:
            transactions: rows of ``schema.TRANSACTIONS``.
            items: ``schema.ITEMS``, for the groupings; items in it need not have been sold.
            as_of: the first unknown day.

        Raises:
            DataError: nothing was bought before ``as_of``, or too little to learn from.
        """
        known = transactions.filter(pl.col("purchased_at") < as_of)
        catalogue = Catalogue.of(items, known)
        log = purchases(known, catalogue)
        assortment = Assortment.of(log, catalogue, as_of, self.popular_days)
        self._learn(known, log, assortment)
        self.assortment_ = assortment
        return self

    def recommend(
        self, transactions: pl.DataFrame, as_of: dt.date, k: int = 20, kind: str = "next_basket"
    ) -> pl.DataFrame:
        """Return up to ``k`` items for each customer with a purchase before ``as_of``.

        A customer's answer depends on their own rows and on what was learned, not on who else is asked
        about. Customers without a purchase before ``as_of`` get no row; offer them :meth:`popular`.

        Args:
            transactions: the customers' rows of ``schema.TRANSACTIONS``; rows at or after ``as_of`` are ignored.
            as_of: the first unknown day, not before that of :meth:`fit`.
            k: the most items a customer gets.
            kind: one of KINDS.

        Returns:
            SCHEMA, by customer and rank: ``rank`` from 1; ``score``, higher is better, comparable within one customer
            only; ``source``, one of history, co_purchase, popular.

        Raises:
            NotFittedError: before :meth:`fit`.
            LeakageError: ``as_of`` is earlier than what was learned from.
            ConfigError: ``k`` or ``kind`` is none.
        """
        assortment = self._assortment()
        _check(k, kind)
        if as_of < assortment.as_of:
            raise LeakageError(
                f"the recommender knows purchases up to {assortment.as_of}, so it cannot advise for {as_of} honestly; "
                f"use that day or a later one"
            )
        log = purchases(transactions.filter(pl.col("purchased_at") < as_of), assortment.catalogue)
        answers = [self._answer(lines, as_of, k, kind) for lines in blocks(log.lines)]
        rows = pl.concat(answers) if answers else _nothing()
        return rows.select(
            log.customer_ids[rows["customer"]].alias("customer_id"),
            pl.col("rank").cast(pl.Int64),
            log.item_ids[rows["item"]].alias("item_id"),
            "score",
            "source",
        ).cast(SCHEMA)

    def popular(self, k: int = 20) -> pl.DataFrame:
        """Return the ``k`` most popular items, for customers nothing is known about.

        ``rank``, ``item_id``, ``score`` (share of the recent customers who bought it) and ``source``.

        Raises:
            NotFittedError: before :meth:`fit`.
        """
        assortment = self._assortment()
        rows = assortment.popular.head(k)
        return rows.select(
            rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
            item_id=assortment.catalogue.item_ids[rows["item"]],
            score="share",
            source=pl.lit(POPULAR),
        )

    def save(self, folder: Path) -> None:
        """Write parameters and what was learned into ``folder``."""
        self._assortment().save(folder)
        write_state(folder, self, self._save(folder))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        parameters, learned = read_state(folder)
        recommender = cls(**parameters)
        recommender.assortment_ = Assortment.load(folder)
        recommender._load(folder, learned)
        return recommender

    @abstractmethod
    def _score(self, lines: pl.DataFrame, as_of: dt.date, k: int) -> pl.DataFrame:
        """Return ``customer``, ``item``, ``score`` and ``source`` of what each customer may get.

        ``lines`` are the purchase lines of some customers; ``k`` is how many items each should at least have.
        Rows of equal score rank by ``tie``, highest first, where that column is given, and then by item.
        """

    def _learn(self, known: pl.DataFrame, log: Purchases, assortment: Assortment) -> None:  # noqa: B027  (baselines need no more)
        """Learn what is needed beyond the assortment."""

    def _save(self, folder: Path) -> dict[str, Any]:  # noqa: ARG002  (the default has no files)
        """Write files beyond the assortment's; return what fits into JSON."""
        return {}

    def _load(self, folder: Path, learned: dict[str, Any]) -> None:  # noqa: B027
        """Read what :meth:`_save` wrote."""

    def _assortment(self) -> Assortment:
        found: Assortment = fitted(self.assortment_, type(self).__name__)
        return found

    def _answer(self, lines: pl.DataFrame, as_of: dt.date, k: int, kind: str) -> pl.DataFrame:
        scored = self._score(lines, as_of, k)
        if kind == "buy_again":
            scored = scored.join(lines, on=["customer", "item"], how="semi")
        ties = ["tie"] if "tie" in scored.columns else []
        order = ["customer", "score", *ties, "item"]
        ranked = scored.sort(order, descending=[name not in ("customer", "item") for name in order])
        place = (pl.int_range(pl.len()).over("customer") + 1).alias("rank")
        return ranked.select("customer", "item", "score", "source", place).filter(pl.col("rank") <= k)


def _check(k: int, kind: str) -> None:
    if k < 1:
        raise ConfigError(f"a list holds at least one item, not {k}")
    if kind not in KINDS:
        raise ConfigError(
            f"no kind of recommendation is called {kind!r}{did_you_mean(kind, KINDS)}; use {' or '.join(KINDS)}"
        )


def _nothing() -> pl.DataFrame:
    schema = {
        "customer": pl.Int32,
        "item": pl.Int32,
        "score": pl.Float64,
        "source": pl.String,
        "rank": pl.Int64,
    }
    return pl.DataFrame(schema=schema)
