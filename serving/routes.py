"""From an address to the function that answers it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Router
from starlette.types import Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]


class Routes:
    """Answers a request with the endpoint of its address; what that raises is for the caller to answer."""

    def __init__(self, exact: Mapping[tuple[str, str], Endpoint], routes: Iterable[BaseRoute]) -> None:
        """Know the endpoint of each method and address without a parameter, and Starlette's ``routes`` for all others.

        The first are found at once: Starlette tries one route after the other, and wraps each answer three times.
        """
        self._exact = exact
        self._others = Router(list(routes), redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            HTTPException: there is no such address, or it does not know the method.
        """
        endpoint = self._exact.get((scope["method"], scope["path"]))
        if endpoint is None:
            scope["app"] = self._others  # else Starlette answers 404 and 405 by itself, as text
            await self._others(scope, receive, send)
            return
        scope["endpoint"] = endpoint
        response = await endpoint(Request(scope, receive))
        await response(scope, receive, send)
