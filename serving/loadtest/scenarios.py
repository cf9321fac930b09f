"""What is asked: single routes, and mixtures of them as a shop would."""

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from serving.loadtest.load import Ask
from serving.loadtest.wire import encoded

TASKS = ("churn", "next_purchase", "spend")
BATCH = 1000
"""Customers of a batch."""
SMALL_BATCH = 50
"""The same in a mixture."""
K = 10
"""Length of a list of offers."""

SCENARIOS: Mapping[str, Mapping[str, float]] = {
    "score": {"score": 1},
    "explained": {"explained": 1},
    "recommend": {"recommend": 1},
    "batch": {"batch": 1},
    "profile": {"profile": 1},
    "reads": {"score": 50, "explained": 15, "recommend": 25, "profile": 5, "small_batch": 5},
    "mixed": {"score": 48, "explained": 15, "recommend": 25, "profile": 5, "small_batch": 5, "purchases": 2},
}
"""Shares of the routes. ``mixed`` writes: each customer it buys for is computed on the spot from then on."""


class Shop(NamedTuple):
    """Who is asked about."""

    customer_ids: Sequence[str]
    day: dt.date
    """Of the purchases that are sent."""
    seed: int = 1


def asks(scenario: str, shop: Shop, n: int = 2000) -> list[Ask]:
    """Return ``n`` requests of a scenario, in random order.

    Args:
        scenario: one of :data:`SCENARIOS`.
        shop: who is asked about.
        n: how many.
    """
    rng = random.Random(shop.seed)  # noqa: S311 - load, not secrets
    shares = SCENARIOS[scenario]
    names = rng.choices(list(shares), list(shares.values()), k=n)
    return [Ask(name, _REQUESTS[name](shop, rng)) for name in names]


def _score(shop: Shop, rng: random.Random) -> str:
    return encoded("POST", "/v1/score", {"customer_id": rng.choice(shop.customer_ids), "want": TASKS})


def _explained(shop: Shop, rng: random.Random) -> str:
    asked = {"customer_id": rng.choice(shop.customer_ids), "want": TASKS, "explain": True}
    return encoded("POST", "/v1/score", asked)


def _recommend(shop: Shop, rng: random.Random) -> str:
    asked = {"customer_id": rng.choice(shop.customer_ids), "kind": "next_basket", "k": K}
    return encoded("POST", "/v1/recommend", asked)


def _batch(shop: Shop, rng: random.Random) -> str:
    return _of_many(shop, rng, BATCH)


def _small_batch(shop: Shop, rng: random.Random) -> str:
    return _of_many(shop, rng, SMALL_BATCH)


def _of_many(shop: Shop, rng: random.Random, n: int) -> str:
    some = rng.sample(shop.customer_ids, min(n, len(shop.customer_ids)))
    return encoded("POST", "/v1/score/batch", {"customer_ids": some, "want": TASKS})


def _profile(shop: Shop, rng: random.Random) -> str:
    return encoded("GET", f"/v1/customers/{quote(rng.choice(shop.customer_ids), safe='')}/profile")


def _purchases(shop: Shop, rng: random.Random) -> str:
    line: dict[str, Any] = {
        "customer_id": rng.choice(shop.customer_ids),
        "order_id": f"load-{rng.getrandbits(64):x}",
        "item_id": f"load-{rng.randrange(100)}",
        "purchased_at": f"{shop.day.isoformat()}T12:00:00",
        "amount": "1.00",
    }
    return encoded("POST", "/v1/purchases", [line])


_REQUESTS: Mapping[str, Callable[[Shop, random.Random], str]] = {
    "score": _score,
    "explained": _explained,
    "recommend": _recommend,
    "batch": _batch,
    "small_batch": _small_batch,
    "profile": _profile,
    "purchases": _purchases,
}
