"""The least that a route can cost in a Bento with our service's settings: mounted, at our place, and as an API."""

import gc
import os

import bentoml
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

WORKERS = int(os.environ.get("BENCHMARK_WORKERS", "1"))
TIMEOUT_SECONDS = 6
"""How long BentoML keeps what a request leaves behind."""


async def answer(request: Request) -> Response:
    """Read the JSON, and answer with some."""
    asked = orjson.loads(await request.body())
    return Response(orjson.dumps({"customer_id": asked["customer_id"], "score": 0.5}), media_type="application/json")


APP = Starlette(routes=[Route("/", answer, methods=["POST"]), Route("/outermost", answer, methods=["POST"])])


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


class Outermost(bentoml.Service[Bare]):  # type: ignore[misc] # BentoML resolves the name when it is asked for
    """Stands where our service's does: before all that is BentoML's."""

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        """Return an app that answers ``/outermost``, and leaves the rest to BentoML's."""
        behind = super().to_asgi(is_main)

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await (APP if scope.get("path") == "/outermost" else behind)(scope, receive, send)

        return app


service: bentoml.Service[Bare] = bentoml.service(
    service_class=Outermost,
    name="bare",
    workers=WORKERS,
    traffic={"timeout": TIMEOUT_SECONDS},
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
)(bentoml.asgi_app(APP, path="/bare")(Bare))
