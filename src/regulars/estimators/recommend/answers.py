"""From what a recommender rates to the lists that a wish asks for."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars.estimators.recommend.candidates import SOURCES
from regulars.estimators.recommend.diversity import pool, varied
from regulars.estimators.recommend.due import due
from regulars.estimators.recommend.lists import CO_PURCHASE, CONTENT, Scored, filling, owned, ranks
from regulars.estimators.recommend.question import Question
from regulars.estimators.recommend.words import reasons
from regulars.features.histories import Floats, Histories, Ints

Rate = Callable[[Histories, Question], Scored]
"""What a recommender does: rate the candidates of some customers."""

FUSION = 60.0
"""Constant of the reciprocal rank fusion, as in its paper."""

NOTHING = pl.DataFrame(
    schema={
        "customer": pl.Int64,
        "rank": pl.Int64,
        "item_id": pl.String,
        "score": pl.Float64,
        "source": pl.String,
        "reason": pl.String,
    }
)
"""The answer for no customer at all."""


def nobody() -> Histories:
    """Return one customer who never bought anything."""
    none = np.empty(0, np.int64)
    return Histories(np.zeros(1, np.int64), none, none, none, none, none, np.empty(0, bool))


def by_popularity(histories: Histories, asked: Question) -> Scored:
    """Rate by how many customers are expected to buy an item."""
    extra = asked.extras(histories)
    found = filling(extra)
    return Scored(found.row, found.item, extra.share, found.source, found.tie)


def ranked(rate: Rate, histories: Histories, asked: Question) -> Scored:
    """Return the lists of some customers, by customer and rank."""
    scored = _of_kind(rate, histories, asked)
    kept = scored[_wanted(scored, histories, asked)]
    if not asked.wish.diversity:
        return kept.best(asked.k)
    candidates = kept.best(pool(asked.k))
    return varied(candidates, asked.k, asked.wish.diversity, asked.vectors(candidates.item))


def worded(found: Scored, histories: Histories, asked: Question) -> pl.DataFrame:
    """Return lists as a table: the columns of NOTHING."""
    columns = {
        "customer": histories.customers[found.row],
        "rank": ranks(found.row),
        "item_id": asked.item_ids.gather(found.item),
        "score": found.score,
        "source": [SOURCES[each] for each in found.source.tolist()],
        "reason": reasons(found, histories, asked),
    }
    return pl.DataFrame(columns, schema=NOTHING.schema)


def _of_kind(rate: Rate, histories: Histories, asked: Question) -> Scored:
    """Return what a kind of list is made of, rated."""
    if asked.wish.kind == "similar":
        return _alike(histories, asked)
    rated = rate(histories, asked)
    return _going_with(rated, histories, asked) if asked.wish.kind == "cross_sell" else rated


def _wanted(scored: Scored, histories: Histories, asked: Question) -> npt.NDArray[np.bool_]:
    """Return which scored items meet the wish."""
    kept = asked.allowed[scored.item]
    if asked.wish.only_new:
        kept &= owned(histories, scored.row, scored.item) < 0
    if asked.wish.kind == "buy_again":
        pair = owned(histories, scored.row, scored.item)
        kept &= np.append(due(histories, asked.assortment), False)[pair]
    found: npt.NDArray[np.bool_] = kept
    return found


def _alike(histories: Histories, asked: Question) -> Scored:
    """Return what is like the item asked about, the same for everybody; best sellers if nobody knows the item."""
    if asked.item is None:
        return by_popularity(histories, asked)
    score, is_written = asked.kin.like(asked.item, asked.vectors(np.array([asked.item])))
    found = np.flatnonzero((score > 0) & asked.current[: len(score)])
    # The order is everybody's, so the tail that nobody reaches is cut before it is repeated for each customer.
    spare = int(np.bincount(histories.pair_row, minlength=1).max()) if asked.wish.only_new else 0
    by = np.lexsort((found, -asked.demand[found], -score[found]))
    found = np.sort(found[by[: pool(asked.k) + spare]])
    row, item = np.repeat(np.arange(histories.n), len(found)), np.tile(found, histories.n)
    source = np.where(is_written[item], CONTENT, CO_PURCHASE)
    return Scored.of(row, item, score[item], source, asked.demand[item]).with_more(filling(asked.extras(histories)))


def _going_with(rated: Scored, histories: Histories, asked: Question) -> Scored:
    """Return what goes with the basket and what the customer likes, by both orders.

    The score is the sum over both of 1 / (FUSION + place), where an item has a place.

    Reference: Cormack, Clarke & Buettcher (2009), Reciprocal rank fusion.
    """
    found, near = asked.kin.goes_with(asked.basket)
    found, near = found[asked.allowed[found]], near[asked.allowed[found]]
    row, item = np.repeat(np.arange(histories.n), len(found)), np.tile(found, histories.n)
    basket = Scored.of(row, item, np.tile(near, histories.n), CO_PURCHASE)
    every = basket.with_more(rated)
    score = _fused(basket, every) + _fused(rated[asked.allowed[rated.item]], every)
    return Scored(every.row, every.item, score, every.source, np.zeros(len(score)))


def _fused(part: Scored, every: Scored) -> Floats:
    """Return 1 / (FUSION + place in ``part``) for each of ``every``, 0 for what is not in it."""
    ordered = part.best(len(part.row))
    width = 1 + int(every.item.max(initial=0))
    keys, place = ordered.row * width + ordered.item, ranks(ordered.row)
    by: Ints = np.argsort(keys)
    wanted = every.row * width + every.item
    at = np.minimum(np.searchsorted(keys[by], wanted), max(len(by) - 1, 0))
    if not len(by):
        return np.zeros(len(wanted))
    return np.where(keys[by][at] == wanted, 1.0 / (FUSION + place[by][at]), 0.0)
