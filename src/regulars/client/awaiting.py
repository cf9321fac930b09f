"""The client whose answers are awaited."""

from collections.abc import AsyncIterator, Awaitable, Callable
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


def _awaited(request: Callable[P, Ask[A]]) -> "Callable[Concatenate[AsyncClient, P], Awaitable[A]]":
    async def method(self: "AsyncClient", /, *args: P.args, **kwargs: P.kwargs) -> A:
        return await self.ask(request(*args, **kwargs))

    return signed(method, request)


def _awaited_row_by_row(
    request: Callable[P, Walk[A]], rows: Callable[[A], list[R]]
) -> "Callable[Concatenate[AsyncClient, P], AsyncIterator[R]]":
    async def method(self: "AsyncClient", /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[R]:
        walk = request(*args, **kwargs)
        ask = next(walk, None)
        while ask is not None:
            answer = await self.ask(ask)
            for row in rows(answer):
                yield row
            ask = following(walk, answer)

    return signed(method, request)


class AsyncClient(Connected):
    """The same as :class:`Client` with ``await``, ``async for`` and ``async with``.

    >>> AsyncClient("http://127.0.0.1:3000")
    AsyncClient('http://127.0.0.1:3000')
    """

    def __init__(
        self,
        base_url: str = ADDRESS,
        api_key: str | None = None,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        retry: Retry = PATIENT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Prepare to ask, as :class:`Client` does.

        Raises:
            ConfigError: the address or the key cannot be used.
        """
        super().__init__(base_url, timeout_seconds, retry)
        self._http = httpx.AsyncClient(**self.options(api_key), transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ask(self, ask: Ask[A]) -> A:
        """Return the answer to a request, as :meth:`Client.ask` does.

        Raises:
            RefusedError: the service refused.
            UnreachableError: nobody answered.
        """
        answer: A = await tenacity.AsyncRetrying(**self.policy)(self._once, ask)
        return answer

    async def _once(self, ask: Ask[A]) -> A:
        try:
            response = await self._http.request(ask.method, ask.path, **sent(ask))
        except httpx.RequestError as error:
            raise self.lost(error) from error
        answer: A = self.read(response)
        return answer

    score = _awaited(requests.score)
    score_batch = _awaited_row_by_row(requests.score_batch, lambda answer: answer["results"])
    recommend = _awaited(requests.recommend)
    rank = _awaited(requests.rank)
    due = _awaited_row_by_row(requests.due, lambda answer: list(answer["due"]))
    profile = _awaited(requests.profile)
    models = _awaited(requests.models)
    schema = _awaited(requests.schema)
    _purchases = _awaited_row_by_row(requests.purchases, lambda answer: [Kept(answer["n_new"], answer["n_known"])])

    async def purchases(self, lines: requests.Lines) -> Kept:
        """Tell of purchases, as :func:`regulars.client.requests.purchases` says; return how many were new."""
        return total([kept async for kept in self._purchases(lines)])

    async def ready(self) -> bool:
        """Return whether the service can answer now; asked once."""
        try:
            await self._once(requests.ready())
        except (UnavailableError, UnreachableError):
            return False
        return True
