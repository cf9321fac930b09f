"""All sources together: each customer's candidates with what every source says about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from regulars.errors import ConfigError, did_you_mean
from regulars.estimators.recommend.candidates.content import Content, Words
from regulars.estimators.recommend.candidates.extra import Extra
from regulars.estimators.recommend.candidates.past import Past, Shelf
from regulars.estimators.recommend.candidates.popular import Demand, Popular
from regulars.estimators.recommend.candidates.similar import Neighbours, SimilarCustomers
from regulars.estimators.recommend.candidates.together import CoPurchase, Reach
from regulars.estimators.recommend.candidates.transitions import NextBaskets, Steps
from regulars.features.histories import Histories, Ints
from regulars.features.pairs import decay, places

SOURCES = ("history", "similar_customers", "co_purchase", "content", "popular")
"""Why an item is offered, by its number in :class:`Candidates`."""

SCORES = ("similar_score", "similar_late_score", "co_score", "next_score", "content_score", "mix_score")
"""What the sources say, a column each; the last sums up the first four, each as a share of the customer's best."""
RANKED = ("similar_score", "next_score", "mix_score")
"""Scores whose place among the customer's candidates is told as well."""
NAMES = (*SCORES, *(name.replace("score", "rank") for name in RANKED))
"""The columns of :attr:`Candidates.scores`."""


@dataclass(frozen=True)
class Limits:
    """How many candidates a customer gets of each source."""

    history: int = 150
    """Own items, those bought most and lately first."""
    similar: int = 40
    """Items of similar customers, and as many of what these bought lately."""
    co_purchase: int = 20
    """Items bought by the customers who buy the own ones."""
    following: int = 40
    """Items that follow such a history."""
    content: int = 10
    """New items that resemble the own ones."""
    mix: int = 60
    """Items by all of these together."""
    popular: int = 60
    """Best sellers, rising and seasonal items."""


@dataclass(frozen=True)
class Plan:
    """Where candidates come from, and how many."""

    limits: Limits = field(default_factory=Limits)
    """Of each source."""
    neighbours: Neighbours = field(default_factory=Neighbours)
    """Of similar customers."""
    reach: Reach = field(default_factory=Reach)
    """Of items bought together."""
    steps: Steps = field(default_factory=Steps)
    """Of next baskets."""
    words: Words = field(default_factory=Words)
    """Of content."""
    demand: Demand = field(default_factory=Demand)
    """Of popularity."""


def plan_of(changes: Mapping[str, Mapping[str, Any]]) -> Plan:
    """Return the plan with some parameters changed: ``{"limits": {"history": 100}}``.

    Raises:
        ConfigError: a part or parameter has no such name.
    """
    parts = {each.name for each in fields(Plan)}
    for part, values in changes.items():
        known = {each.name for each in fields(getattr(Plan(), part))} if part in parts else parts
        for name in values if part in parts else [part]:
            if name not in known:
                raise ConfigError(f"candidates: no parameter {name!r}{did_you_mean(name, sorted(known))}")
    return replace(Plan(), **{part: replace(getattr(Plan(), part), **values) for part, values in changes.items()})


@dataclass(frozen=True)
class Candidates:
    """What may be offered, by customer and item."""

    row: Ints
    """(c,) whose: a place in the histories' ``customers``."""
    item: Ints
    """(c,) number of the item."""
    source: npt.NDArray[np.int8]
    """(c,) where it comes from: a place in SOURCES."""
    scores: npt.NDArray[np.float32]
    """(c, len(NAMES)) what the sources say."""


@dataclass(frozen=True)
class Sources:
    """Every source, fitted on one past."""

    plan: Plan
    shelf: Shelf
    similar: SimilarCustomers
    co_purchase: CoPurchase
    following: NextBaskets
    content: Content
    popular: Popular

    @classmethod
    def fit(cls, past: Past, plan: Plan) -> Self:
        """Fit every source on ``past``."""
        return cls(
            plan,
            past.shelf,
            SimilarCustomers.fit(past, plan.neighbours),
            CoPurchase.fit(past, plan.reach),
            NextBaskets.fit(past, plan.steps),
            Content.fit(past, plan.words),
            Popular.fit(past, plan.demand),
        )

    def candidates(self, asked: Histories, limits: Limits | None = None, extra: Extra | None = None) -> Candidates:
        """Return what may be offered to each customer.

        The places that RANKED tells are among what the sources found, so an item says the same of itself whatever
        else must be among the candidates.

        Args:
            asked: the customers.
            limits: how many; those of the plan where none are given.
            extra: what must be among it.
        """
        limits = limits or self.plan.limits
        said = self._said(asked)
        wanted = (limits.similar, limits.similar, limits.co_purchase, limits.following, limits.content, limits.mix)
        beyond = 0 if extra is None else int(extra.item.max(initial=0))
        width = max(len(self.shelf.column_of), int(asked.item.max(initial=0)) + 1, beyond + 1)
        found = [_best(scores, n, self.shelf, width) for scores, n in zip(said, wanted, strict=True)]
        own = asked.pair_row * width + asked.pair_item
        first = _first(asked, limits.history)
        everybody = (np.arange(asked.n)[:, None] * width + self.popular.items[None, : limits.popular]).ravel()
        usual = keys = np.unique(np.concatenate([*found, own[first], everybody]))
        if extra is not None:
            keys = np.unique(np.concatenate([usual, *self._more(said[-1], extra, limits.mix, width)]))
        row, item = np.divmod(keys, width)
        scores = _looked_up(said, row, self.shelf.columns(item))
        if extra is not None:
            read = extra.alike > 0
            place = np.searchsorted(keys, extra.row[read] * width + extra.item[read])
            scores[place, SCORES.index("content_score")] = extra.alike[read]
        mine = own[np.minimum(np.searchsorted(own, keys), len(own) - 1)] == keys
        counted = None if extra is None else np.isin(keys, usual, assume_unique=True)
        ranks = np.column_stack([places(row, scores[:, SCORES.index(name)], counted) for name in RANKED])
        return Candidates(row, item, _sources(mine, scores, row), np.hstack([scores, ranks.astype(np.float32)]))

    def _more(self, mix: npt.NDArray[np.float32], extra: Extra, n: int, width: int) -> list[Ints]:
        """Return row x width + item of what must be told about: ``extra``, and the best of what is allowed."""
        named = extra.row * width + extra.item
        if extra.allowed is None:
            return [named]
        return [named, _best(np.where(extra.allowed[self.shelf.items], mix, np.float32(0.0)), n, self.shelf, width)]

    def _said(self, asked: Histories) -> list[npt.NDArray[np.float32]]:
        """Return the scores of every item on the shelf, in the order of SCORES: (customers, items) each."""
        similar, late = self.similar.generate(asked, self.shelf)
        others = (source.generate(asked, self.shelf) for source in (self.co_purchase, self.following, self.content))
        said = [np.asarray(scores.toarray(), np.float32) for scores in (similar, late, *others)]
        shares = [_shares(scores) for scores in said[:4]]
        return [*said, sum(shares[1:], shares[0])]

    def save(self, folder: Path) -> None:
        """Write everything but the plan into ``folder``."""
        for source in (self.shelf, self.similar, self.co_purchase, self.following, self.content, self.popular):
            source.save(folder)

    @classmethod
    def load(cls, folder: Path, plan: Plan) -> Self:
        """Map what :meth:`save` wrote."""
        return cls(
            plan,
            Shelf.load(folder),
            SimilarCustomers.load(folder, plan.neighbours),
            CoPurchase.load(folder, plan.reach),
            NextBaskets.load(folder, plan.steps),
            Content.load(folder, plan.words),
            Popular.load(folder),
        )


_LITTLE = np.float32(1e-9)
"""Below this, a score says nothing."""


def _shares(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return each row as shares of its best, in [0, 1]; what speaks against an item counts as silence."""
    found: npt.NDArray[np.float32] = np.maximum(scores, np.float32(0.0))
    found /= np.maximum(found.max(axis=1, initial=0.0, keepdims=True), _LITTLE)
    return found


def _first(asked: Histories, n: int) -> npt.NDArray[np.bool_]:
    """Return which pairs are among the ``n`` that their customer bought most and lately; equal ones by item."""
    by = np.lexsort((-asked.total(decay(asked.ago, 25)), asked.pair_row))
    among = np.empty(len(by), np.bool_)
    among[by] = np.arange(len(by)) - np.searchsorted(asked.pair_row, asked.pair_row) < n
    return among


def _best(scores: npt.NDArray[np.float32], n: int, shelf: Shelf, width: int) -> Ints:
    """Return row x width + item of the ``n`` highest scores of each row, those that say something."""
    n = min(n, scores.shape[1])
    if not n:
        return np.empty(0, np.int64)
    column = np.argpartition(-scores, n - 1, axis=1)[:, :n]
    row = np.arange(len(scores))[:, None]
    says = scores[row, column] > _LITTLE
    found: Ints = (row * width + shelf.items[column])[says]
    return found


def _looked_up(said: list[npt.NDArray[np.float32]], row: Ints, column: Ints) -> npt.NDArray[np.float32]:
    """Return the scores at the places asked for: (c, scores); 0 for what is not on the shelf (column -1)."""
    found = np.zeros((len(row), len(said)), np.float32)
    there = column >= 0
    for place, scores in enumerate(said):
        found[there, place] = scores[row[there], column[there]]
    return found


def _sources(mine: npt.NDArray[np.bool_], scores: npt.NDArray[np.float32], row: Ints) -> npt.NDArray[np.int8]:
    """Return the source of each candidate: own items, else whoever rates it highest among what it offers."""
    shares = np.zeros((len(row), 3), np.float32)
    for kind, places_of in enumerate(((0, 1), (2, 3), (4,))):
        for place in places_of:
            best = np.full(int(row.max(initial=-1)) + 1, _LITTLE, np.float32)
            np.maximum.at(best, row, scores[:, place])
            shares[:, kind] = np.maximum(shares[:, kind], scores[:, place] / best[row])
    said = np.where(shares.max(axis=1, initial=0.0) > 0, 1 + shares.argmax(axis=1), SOURCES.index("popular"))
    return np.where(mine, 0, said).astype(np.int8)
