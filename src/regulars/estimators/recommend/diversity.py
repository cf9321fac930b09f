"""Lists that do not say the same thing twenty times."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from regulars.estimators.recommend.lists import Scored, ranks
from regulars.features.histories import Floats, Ints

POOL = 3
"""Candidates that a place of the list is chosen from: so many times its length, and never less than fifty."""
_LEAST = 50


def pool(k: int) -> int:
    """Return how many candidates a list of ``k`` is chosen from."""
    return max(POOL * k, _LEAST)


def varied(ranked: Scored, k: int, diversity: float, vectors: sp.csr_array) -> Scored:
    """Return the ``k`` items of each customer of highest marginal relevance.

    Each place goes to the item with the highest (1 - diversity) x relevance - diversity x similarity, where relevance
    is the score, scaled to [0, 1] within the customer's candidates, and similarity the highest cosine to an item
    already placed. That value is the new score, which never rises along a list. Equal values keep the order of the
    plain list.

    Reference: Carbonell & Goldstein (1998), The use of MMR, diversity-based reranking.

    Args:
        ranked: from :meth:`~regulars.estimators.recommend.lists.Scored.best`.
        k: length of a list.
        diversity: in (0, 1].
        vectors: (c, words) unit vectors of the candidates' items.
    """
    if not len(ranked.row):
        return ranked
    relevance = (1.0 - diversity) * _scaled(ranked)
    closest, open_ = np.zeros(len(ranked.row)), np.ones(len(ranked.row), bool)
    starts = np.flatnonzero(np.diff(ranked.row, prepend=-1))
    list_of = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(ranked.row)))
    chosen: list[tuple[Ints, Floats]] = []
    for _ in range(k):
        value = np.where(open_, relevance - diversity * closest, -np.inf)
        highest = np.maximum.reduceat(value, starts)
        first = _first(value == highest[list_of], list_of)
        left = highest > -np.inf
        if not left.any():
            break
        chosen.append((first[left], highest[left]))
        open_[first[left]] = False
        closest = np.maximum(closest, _cosines(vectors, vectors[first], list_of))
    place = np.concatenate([places for places, _ in chosen])
    score = np.concatenate([values for _, values in chosen])
    by = np.argsort(ranked.row[place], kind="stable")
    found = ranked[place[by]]
    return Scored(found.row, found.item, score[by], found.source, -ranks(found.row).astype(np.float64))


def _scaled(ranked: Scored) -> Floats:
    """Return the scores in [0, 1] within each customer; all 1 where they are equal."""
    starts = np.flatnonzero(np.diff(ranked.row, prepend=-1))
    n = np.diff(starts, append=len(ranked.row))
    low, high = (np.repeat(f.reduceat(ranked.score, starts), n) for f in (np.minimum, np.maximum))
    return np.where(high > low, (ranked.score - low) / np.where(high > low, high - low, 1.0), 1.0)


def _first(here: npt.NDArray[np.bool_], list_of: Ints) -> Ints:
    """Return the first place in each list that is ``here``; every list has one."""
    places = np.flatnonzero(here)
    _, first = np.unique(list_of[places], return_index=True)
    return places[first]


def _cosines(vectors: sp.csr_array, chosen: sp.csr_array, list_of: Ints) -> Floats:
    """Return the cosine of each vector with the chosen one of its list."""
    product = vectors.multiply(chosen[list_of])
    return np.asarray(product.sum(axis=1), np.float64).ravel()
