"""The outermost layer of the app: request ids, a deadline, counters, and an answer whatever happens."""

import asyncio
import itertools
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving import bodies, logs, metrics, refusals
from serving.overload import InFlight
from serving.problems import KINDS, Problem

DEADLINE_SECONDS = 5.0
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
NO_ROUTE = "(none)"

ALWAYS = frozenset({"/livez", "/readyz", "/metrics"})
"""What is asked of a service by whoever ends one that does not answer: too much to do is no reason to."""

KEPT_ANSWERS = 1000
"""After so many answers of a worker, one closes its connection.

Connections stay with the worker that accepted them: when another one was killed all come to those that are left, and
who takes its place would have nothing to do.
"""


class Edge:
    """Wraps an app so that every request has an id, an end, and an answer in our shape."""

    def __init__(self, app: ASGIApp, routes: Mapping[Any, str], deadline_seconds: float = DEADLINE_SECONDS) -> None:
        """Wrap ``app``; ``routes`` names the route template of each endpoint."""
        self.app = app
        self.routes = routes
        self.deadline_seconds = deadline_seconds
        self.in_flight = InFlight()
        self.logs_all = logs.tells_all()
        self._answers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        answer = _Sender(send, _request_id(scope), is_last=next(self._answers) % KEPT_ANSWERS == 0)
        state = scope.setdefault("state", {})
        state["request_id"] = answer.request_id
        problem = await self._admitted(scope, receive, answer)
        if problem is not None and answer.status is None:
            state["code"] = problem.code
            await problem.response(answer.request_id)(scope, receive, answer)
        self._tell(scope, answer, time.perf_counter() - started)

    async def _admitted(self, scope: Scope, receive: Receive, answer: "_Sender") -> Problem | None:
        """Run the app unless it has too much to do; return the problem to answer with, if any."""
        if scope["path"] in ALWAYS:
            return await self._run(scope, receive, answer)
        if not self.in_flight.enter():
            return Problem("OVERLOADED", "too many requests at once; try again in a moment")
        try:
            return await self._run(scope, receive, answer)
        finally:
            self.in_flight.leave()

    def _tell(self, scope: Scope, answer: "_Sender", seconds: float) -> None:
        """Count the request, and log it where it is refused or all are logged."""
        state, route = scope["state"], self.routes.get(scope.get("endpoint"), NO_ROUTE)
        status, code = answer.status or KINDS["INTERNAL"].status, state.get("code")
        metrics.observe(route, status, seconds, code)
        if self.logs_all or status >= logs.BAD:
            key = state.get("key")
            logs.request(scope["method"], route, status, seconds, answer.request_id, key and key.name, code)

    async def _run(self, scope: Scope, receive: Receive, answer: "_Sender") -> Problem | None:
        """Run the app; return the problem to answer with, if it failed."""
        try:
            async with asyncio.timeout(self.deadline_seconds):
                await self.app(scope, receive, answer)
        except TimeoutError:
            return self._late(scope)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            return refusals.problem(error, scope)
        return None

    def _late(self, scope: Scope) -> Problem:
        """Return what to answer after the deadline: whose fault it is."""
        seconds = f"{self.deadline_seconds:g} seconds"
        if scope["state"].get(bodies.READING):
            slow = f"the body did not come within {seconds}; send it at once"
            return Problem("BODY_TOO_SLOW", slow, headers={"Connection": "close"})
        return Problem("OVERLOADED", f"no answer within {seconds}; try again in a moment")


class _Sender:
    """Sends the answer, with its request id, and remembers its status."""

    def __init__(self, send: Send, request_id: str, *, is_last: bool) -> None:
        self._send = send
        self._is_last = is_last
        self.request_id = request_id
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"].append((b"x-request-id", self.request_id.encode()))
            if self._is_last:
                message["headers"].append((b"connection", b"close"))
        await self._send(message)


def _request_id(scope: Scope) -> str:
    """Return the client's request id where it is a plain one, else a new one."""
    given = dict(scope["headers"]).get(b"x-request-id", b"")
    return given.decode() if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
