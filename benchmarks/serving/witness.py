"""Customers who notice a wrong answer: what the service says is compared with what it must say, all of it."""

import datetime as dt
import itertools
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import httpx
import orjson

from serving.contract import ScoreRequest
from serving.fresh import Fresh
from serving.recommend_contract import RecommendRequest
from serving.sales import Sale
from serving.scorer import Scorer

PAUSE_SECONDS = 0.25
"""From one question of a witness to the next."""

TIMEOUT_SECONDS = 30.0
AGAIN_SECONDS = 0.1
REFUSED = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
ITEM, CENTS = "witness", 100

Answer = Mapping[str, Any]


class Truth:
    """What each of several releases must answer."""

    def __init__(self, scorers: Sequence[Scorer]) -> None:
        """Compute answers with ``scorers``, one a release; all are of one day."""
        self._scorers = scorers
        self.as_of = scorers[0].release.as_of

    def score(self, customer_id: str, bought: Sequence[Sale] = ()) -> list[Answer]:
        """Return what may be said of a customer who has ``bought`` since, a release each."""
        asked = ScoreRequest(customer_id=customer_id, explain=not bought)
        return [_plain(each.score(asked, self.as_of, "", Fresh(list(bought)))) for each in self._scorers]

    def offers(self, customer_id: str) -> list[Answer]:
        """Return what may be offered to a customer, a release each."""
        asked = RecommendRequest(customer_id=customer_id, k=10)
        return [_plain(each.recommend(asked, self.as_of, "", Fresh([]))) for each in self._scorers]


class Seen(NamedTuple):
    """What a witness has seen."""

    checked: int
    """Answers compared."""
    wrong: Sequence[str]
    """What was asked where the answer was none of those that it may be."""
    acknowledged: Sequence[str]
    """Orders that the service said it kept."""
    statuses: Sequence[int]
    """Of answers that were errors."""
    broken: int
    """Requests that got no answer, and were sent again."""


class Witness(threading.Thread):
    """Asks one question after the other until it is told to stop; a request that is refused or breaks is repeated."""

    def __init__(self, url: str, truth: Truth, customers: Sequence[str], stop: threading.Event, seed: int) -> None:
        """Ask the service at ``url`` about ``customers``, of whom nobody else buys."""
        super().__init__(name=f"witness-{seed}", daemon=True)
        self._truth, self._customers, self._stop_asking = truth, customers, stop
        self._rng = random.Random(seed)  # noqa: S311 - who is asked about
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._checked, self._broken = 0, 0
        self._wrong: list[str] = []
        self._statuses: list[int] = []
        self._orders: dict[str, list[Sale]] = {}
        self._numbers = (f"{self.name}-{n}" for n in itertools.count())
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Ask until it is time to stop."""
        try:
            with self._client:
                while not self._stop_asking.wait(PAUSE_SECONDS):
                    self._ask(self._rng.choice(self._customers))
        except BaseException as error:
            self.failure = error
            raise

    def seen(self) -> Seen:
        """Return what was seen, when it has stopped."""
        orders = [sale.order_id for sales in self._orders.values() for sale in sales]
        return Seen(self._checked, self._wrong, orders, self._statuses, self._broken)

    def _ask(self, customer_id: str) -> None:
        raise NotImplementedError

    def _check(self, body: Mapping[str, Any], path: str, may_be: Callable[[], list[Answer]]) -> None:
        answer = _nameless(self._asked(path, body))
        self._checked += 1
        if answer not in may_be():
            self._wrong.append(f"{path} {dict(body)}: {answer}")

    def _asked(self, path: str, body: Any) -> dict[str, Any]:
        """Return the answer to a request, which is sent until there is one."""
        while True:
            try:
                response = self._client.post(path, json=body)
            except httpx.TransportError:
                self._broken += 1
                continue
            if response.is_success:
                told: dict[str, Any] = response.json()
                return told
            self._statuses.append(response.status_code)
            if response.status_code not in REFUSED:
                raise AssertionError(f"{path} {body}: {response.text}")
            threading.Event().wait(AGAIN_SECONDS)


class Reader(Witness):
    """Asks how customers stand, why, and what to offer them."""

    def _ask(self, customer_id: str) -> None:
        score = {"customer_id": customer_id, "explain": True}
        self._check(score, "/v1/score", lambda: self._truth.score(customer_id))
        self._check({"customer_id": customer_id, "k": 10}, "/v1/recommend", lambda: self._truth.offers(customer_id))


class Buyer(Witness):
    """Buys, and asks at once how the customer stands now."""

    def _ask(self, customer_id: str) -> None:
        at = dt.datetime.combine(self._truth.as_of - dt.timedelta(days=1), dt.time(12))
        sale = Sale(customer_id, next(self._numbers), ITEM, at, 1.0, CENTS, 0, None)
        line = {"customer_id": customer_id, "order_id": sale.order_id, "item_id": ITEM, "amount": "1.00"}
        self._asked("/v1/purchases", [{**line, "purchased_at": at.isoformat()}])
        bought = [*self._orders.get(customer_id, ()), sale]
        self._orders[customer_id] = sorted(
            bought, key=lambda each: each.order_id
        )  # as the service sorts those of a time
        self._check(
            {"customer_id": customer_id}, "/v1/score", lambda: self._truth.score(customer_id, self._orders[customer_id])
        )


def _plain(answer: Any) -> Answer:
    """Return an answer as a client reads it, without the request's id."""
    return _nameless(orjson.loads(orjson.dumps(answer)))


def _nameless(answer: Mapping[str, Any]) -> Answer:
    return {name: value for name, value in answer.items() if name != "request_id"}
