"""The least that a route can cost in a Bento with our service's settings: at our place, mounted, and as an API."""

import gc
import os

import bentoml
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.service import TIMEOUT_SECONDS

WORKERS = int(os.environ.get("BENCHMARK_WORKERS", "1"))


async def answer(request: Request) -> Response:
    """Read the JSON, and answer with some."""
    asked = orjson.loads(await request.body())
    return Response(orjson.dumps({"customer_id": asked["customer_id"], "score": 0.5}), media_type="application/json")


APP = Starlette(routes=[Route("/", answer, methods=["POST"]), Route("/bare", answer, methods=["POST"])])


class Front:
    """Stands where our service's does: before BentoML's routes, behind its tracing and time-out."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of BentoML's ``app``."""
        self._bento = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer ``/bare``; leave the rest to BentoML."""
        await (APP if scope.get("path") == "/bare" else self._bento)(scope, receive, send)


class Bare:
    """Does nothing, in three ways."""

    def __init__(self) -> None:
        """Keep the garbage collector away, as our service does."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)

    @bentoml.api  # type: ignore[untyped-decorator] # BentoML's
    async def noop(self, row: list[float]) -> list[float]:
        """Return the first number."""
        return row[:1]


service = bentoml.service(
    name="bare",
    workers=WORKERS,
    traffic={"timeout": TIMEOUT_SECONDS},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
)(bentoml.asgi_app(APP, path="/mounted")(Bare))
service.add_asgi_middleware(Front)
