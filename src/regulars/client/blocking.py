"""The client that waits for its answers."""

from collections.abc import Callable, Iterator
from typing import Concatenate, ParamSpec, Self, TypeVar

import httpx
import tenacity

from regulars.client import requests
from regulars.client.base import ADDRESS, PATIENT, TIMEOUT_SECONDS, Connected, following, sent, signed, total
from regulars.client.problems import UnavailableError, UnreachableError
from regulars.client.requests import Ask, Kept, Walk
from regulars.client.retries import Retry

P = ParamSpec("P")
A = TypeVar("A")
R = TypeVar("R")


def _at_once(request: Callable[P, Ask[A]]) -> "Callable[Concatenate[Client, P], A]":
    def method(self: "Client", /, *args: P.args, **kwargs: P.kwargs) -> A:
        return self.ask(request(*args, **kwargs))

    return signed(method, request)


def _row_by_row(
    request: Callable[P, Walk[A]], rows: Callable[[A], list[R]]
) -> "Callable[Concatenate[Client, P], Iterator[R]]":
    def method(self: "Client", /, *args: P.args, **kwargs: P.kwargs) -> Iterator[R]:
        walk = request(*args, **kwargs)
        ask = next(walk, None)
        while ask is not None:
            answer = self.ask(ask)
            yield from rows(answer)
            ask = following(walk, answer)

    return signed(method, request)


class Client(Connected):
    """Asks a service and waits for its answers; good for several threads. Close it, or use it in a ``with``.

    >>> with Client("http://127.0.0.1:3000", retry=Retry(total_seconds=5)) as service:
    ...     service
    Client('http://127.0.0.1:3000')
    """

    def __init__(
        self,
        base_url: str = ADDRESS,
        api_key: str | None = None,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        retry: Retry = PATIENT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare to ask; no request is made.

        Args:
            base_url: where the service is, such as ``http://127.0.0.1:3000``.
            api_key: what the service knows you by; none is needed on the machine that serves.
            timeout_seconds: how long a connection, or the next part of an answer, may take.
            retry: whether and how long to ask again.
            transport: what carries requests; by default the network.

        Raises:
            ConfigError: the address or the key cannot be used.
        """
        super().__init__(base_url, timeout_seconds, retry)
        self._http = httpx.Client(**self.options(api_key), transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(self, ask: Ask[A]) -> A:
        """Return the answer to a request, asked again where that may help.

        Raises:
            RefusedError: the service refused.
            UnreachableError: nobody answered.
        """
        answer: A = tenacity.Retrying(**self.policy)(self._once, ask)
        return answer

    def _once(self, ask: Ask[A]) -> A:
        try:
            response = self._http.request(ask.method, ask.path, **sent(ask))
        except httpx.RequestError as error:
            raise self.lost(error) from error
        answer: A = self.read(response)
        return answer

    score = _at_once(requests.score)
    score_batch = _row_by_row(requests.score_batch, lambda answer: answer["results"])
    recommend = _at_once(requests.recommend)
    rank = _at_once(requests.rank)
    due = _row_by_row(requests.due, lambda answer: list(answer["due"]))
    profile = _at_once(requests.profile)
    models = _at_once(requests.models)
    schema = _at_once(requests.schema)
    _purchases = _row_by_row(requests.purchases, lambda answer: [Kept(answer["n_new"], answer["n_known"])])

    def purchases(self, lines: requests.Lines) -> Kept:
        """Tell of purchases, as :func:`regulars.client.requests.purchases` says; return how many were new."""
        return total(list(self._purchases(lines)))

    def ready(self) -> bool:
        """Return whether the service can answer now; asked once."""
        try:
            self._once(requests.ready())
        except (UnavailableError, UnreachableError):
            return False
        return True
