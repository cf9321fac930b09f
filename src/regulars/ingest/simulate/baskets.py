"""What is in the basket: what has run out, what the person likes, and what goes along with it."""

from dataclasses import dataclass

import numpy as np

from regulars.ingest.simulate.arrays import Bools, Floats, Ints, places
from regulars.ingest.simulate.catalogue import Catalogue
from regulars.ingest.simulate.population import People
from regulars.ingest.simulate.prices import DEEPEST, Prices

PAIRS = 6
"""Products that a person may use up and buy again and again."""
LIKED = 1.3
"""Mean number of products that are bought out of liking, per trip."""
ALONG = 0.25
"""Probability that an item's partner is bought along."""
FOCUS = 1.4
"""How much tastes decide, against popularity."""


@dataclass(frozen=True)
class Cycles:
    """The products that each person uses up, ``(n, PAIRS)``."""

    item: Ints
    """-1: the person has fewer."""
    days: Floats
    """The person's own cycle: how long the usual quantity lasts."""
    noise: Floats
    """Standard deviation of the logarithm of a single cycle, one a person."""


@dataclass(frozen=True)
class Baskets:
    """Lines, sorted by order and item; no item twice in an order."""

    order: Ints
    item: Ints
    quantity: Ints
    why: Ints
    """0 = it had run out, 1 = liking, 2 = along with another."""


def liking(who: People, items: Catalogue) -> Floats:
    """Return the logit of each item for each person, prices and fashions aside: ``(n, n_items)``."""
    return FOCUS * who.tastes @ items.vectors.T + items.popularity


def cycles(who: People, logits: Floats, items: Catalogue, rng: np.random.Generator) -> Cycles:
    """Draw what each person uses up: consumables by liking, with cycles by the size of the household."""
    n = len(who.number)
    uses = np.flatnonzero(items.consumable)
    keys = logits[:, uses] - np.log(rng.exponential(size=(n, len(uses))))
    best = np.argpartition(-keys, PAIRS, axis=1)[:, :PAIRS]
    item = uses[np.sort(best, axis=1)]
    days = items.life_days[item] / (0.5 + 0.5 * who.household[:, None]) * rng.lognormal(0, 0.3, item.shape)
    has = np.arange(PAIRS) < rng.binomial(PAIRS, 0.45, n)[:, None]
    has &= who.number[:, None] >= 0
    return Cycles(np.where(has, item, -1), np.clip(days, 3, 400), rng.uniform(0.1, 0.4, n))


def baskets(
    who: People,
    person: Ints,
    day: Floats,
    uses: Cycles,
    logits: Floats,
    shop: tuple[Catalogue, Prices],
    rng: np.random.Generator,
) -> Baskets:
    """Fill the baskets of orders that are sorted by person and time."""
    items, prices = shop
    week = np.floor(day / 7).astype(np.int64)
    due_order, due_item = _due(person, day, week, uses, items, rng)
    n_liked = rng.poisson(LIKED, len(person))
    empty = np.bincount(due_order, minlength=len(person)) == 0
    n_liked = np.where(empty, np.maximum(n_liked, 1), n_liked)
    order = np.repeat(np.arange(len(person)), n_liked)
    liked = _liked(person[order], week[order], logits, who.sensitivity, (items, prices), rng)
    order, item = np.concatenate([due_order, order]), np.concatenate([due_item, liked])
    why = np.repeat([0, 1], [len(due_item), len(liked)])
    along = (items.partner[item] >= 0) & (rng.random(len(item)) < ALONG)
    along &= items.presence[items.partner[item], week[order]] > 0
    order, why = np.concatenate([order, order[along]]), np.concatenate([why, np.full(along.sum(), 2)])
    item = np.concatenate([item, items.partner[item[along]]])
    _, first = np.unique(order * len(items.life_days) + item, return_index=True)
    order, item, why = order[first], item[first], why[first]
    more = rng.poisson(0.12 * who.household[person[order]]) * items.consumable[item]
    return Baskets(order, item, 1 + np.minimum(more, 11), why)


def _due(
    person: Ints, day: Floats, week: Ints, uses: Cycles, items: Catalogue, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Return (order, item) of what had run out: bought on the first trip after it did, if it is still sold.

    All people take their first trip together, then their second, and so on.
    """
    counts = np.bincount(person, minlength=len(uses.noise))
    place, begin = places(counts), np.cumsum(counts) - counts
    rank = np.argsort(place, kind="stable")
    edges = np.searchsorted(place[rank], np.arange(counts.max() + 1))
    due = day[begin][:, None] + uses.days * rng.uniform(-0.3, 1, uses.days.shape)
    due = np.where(uses.item < 0, np.inf, due)
    orders, found = [], []
    for low, high in zip(edges, [*edges[1:], len(rank)], strict=True):
        trips = rank[low:high]
        row, column = np.nonzero(due[person[trips]] <= day[trips][:, None])
        trip = trips[row]
        item = uses.item[person[trip], column]
        sold = items.presence[item, week[trip]] > 0
        trip, item, column = trip[sold], item[sold], column[sold]
        mouth = person[trip]
        next_cycle = uses.days[mouth, column] * np.exp(uses.noise[mouth] * rng.normal(size=len(trip)))
        due[mouth, column] = day[trip] + next_cycle
        orders.append(trip)
        found.append(item)
    return np.concatenate(orders), np.concatenate(found)


def _liked(
    person: Ints,
    week: Ints,
    logits: Floats,
    sensitivity: Floats,
    shop: tuple[Catalogue, Prices],
    rng: np.random.Generator,
) -> Ints:
    """Draw items in proportion to exp(logit + sensitivity x drop) x presence, exactly, by rejection.

    Proposals come from the timeless part, one cumulative sum a person; what the week does to an item
    decides whether the proposal stands.
    """
    items, prices = shop
    weight = np.exp(logits - logits.max(axis=1, keepdims=True))
    edges = np.cumsum(weight, axis=1)
    edges = (edges / edges[:, -1:] + np.arange(len(edges))[:, None]).ravel()
    width = logits.shape[1]
    chosen = np.zeros(len(person), dtype=np.int64)
    left = np.arange(len(person))
    while len(left):
        who, at = person[left], week[left]
        item = np.searchsorted(edges, who + rng.random(len(left)), side="right") - who * width
        item = np.clip(item, 0, width - 1)
        stands = items.presence[item, at] * np.exp(sensitivity[who] * (prices.drop[item, at] - DEEPEST))
        accepted: Bools = rng.random(len(left)) < stands
        chosen[left[accepted]] = item[accepted]
        left = left[~accepted]
    return chosen
