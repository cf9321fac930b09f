"""The routes of the service as an ASGI app; it knows nothing of BentoML and of how models are loaded."""

import datetime as dt
import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from serving import batches, bodies, console_page, docs_page, facts, metrics, openapi, schema_told
from serving.batch_contract import BatchRequest
from serving.clock import Clock
from serving.contract import ScoreRequest
from serving.due_contract import DueRequest
from serving.edge import Edge
from serving.fields import Day, Id
from serving.guard import Guard, guarded, sees_people
from serving.live import Live
from serving.operations import JSON, OPERATIONS
from serving.overload import IN_FLIGHT, Pool
from serving.problems import Problem, from_validation, invalid
from serving.purchase_contract import PurchasesRequest
from serving.rank_contract import RankRequest
from serving.recommend_contract import RecommendRequest
from serving.routes import Routes
from serving.scorer import Scorer

THREADS = 2
"""Answers computed at once in one process; more of them only share the same core."""

_POOL = Pool(THREADS)
_HEAVY = Pool(1, waiting=4)
"""For batches that take a second and much memory: one at a time, while others have the threads above."""

_LOOK_UPS = Pool(8, waiting=IN_FLIGHT)
"""For purchases that are kept on another machine: waiting for it takes no processor time."""

_ID: TypeAdapter[str] = TypeAdapter(Id)
_DAY: TypeAdapter[dt.date] = TypeAdapter(Day)

A = TypeVar("A")
Q = TypeVar("Q", ScoreRequest, RecommendRequest)
T = TypeVar("T")


class Api:
    """Answers the routes of :data:`serving.operations.OPERATIONS`, a method each."""

    def __init__(self, live: Live, clock: Clock) -> None:
        """Answer from what is ``live``; ``clock`` says which day it is where a request does not."""
        self._live = live
        self._clock = clock

    def _ready(self) -> Scorer:
        """Return what the answers come from.

        Raises:
            Problem: MODEL_NOT_READY.
        """
        if self._live.scorer is None:
            raise Problem("MODEL_NOT_READY", self._live.missing)
        return self._live.scorer

    async def score(self, request: HttpRequest) -> Response:
        """Answer POST /v1/score."""
        scorer, asked = self._ready(), await bodies.read(request, ScoreRequest)
        return await self._answered(scorer, scorer.score, asked, request)

    async def score_batch(self, request: HttpRequest) -> Response:
        """Answer POST /v1/score/batch."""
        scorer, asked = self._ready(), await bodies.read(request, BatchRequest)
        today = self._today(scorer)
        pool = _HEAVY if batches.is_heavy(scorer.release, asked, today) else None
        return await _worked(scorer.batch, asked, today, request.state.request_id, pool=pool)

    async def recommend(self, request: HttpRequest) -> Response:
        """Answer POST /v1/recommend."""
        scorer, asked = self._ready(), await bodies.read(request, RecommendRequest)
        return await self._answered(scorer, scorer.recommend, asked, request)

    async def rank(self, request: HttpRequest) -> Response:
        """Answer POST /v1/rank."""
        scorer, asked = self._ready(), await bodies.read(request, RankRequest)
        response = await _worked(scorer.rank, asked, self._today(scorer), request.state.request_id)
        metrics.answered(prepared=False)
        return response

    async def due(self, request: HttpRequest) -> Response:
        """Answer POST /v1/replenishment/due."""
        scorer, asked = self._ready(), await bodies.read(request, DueRequest)
        return await _worked(scorer.due, asked, self._today(scorer), request.state.request_id)

    async def purchases(self, request: HttpRequest) -> Response:
        """Answer POST /v1/purchases."""
        scorer, asked = self._ready(), await bodies.read(request, PurchasesRequest)
        return await _worked(
            _counted(scorer), asked, self._today(scorer), request.state.request_id, status=HTTPStatus.ACCEPTED
        )

    async def profile(self, request: HttpRequest) -> Response:
        """Answer GET /v1/customers/{customer_id}/profile."""
        scorer = self._ready()
        customer_id = _checked(_ID, "customer_id", request.path_params["customer_id"])
        answer = functools.partial(scorer.profile, customer_id, unmasked=sees_people(request))
        return await _worked(answer, _given_day(request), self._today(scorer), request.state.request_id)

    async def models(self, request: HttpRequest) -> Response:
        """Answer GET /v1/models."""
        scorer = self._ready()
        return _json(scorer.state(self._today(scorer), request.state.request_id))

    async def schema(self, request: HttpRequest) -> Response:
        """Answer GET /v1/schema."""
        scorer = self._ready()
        return _json(schema_told.answer(scorer.release, self._today(scorer), request.state.request_id))

    async def livez(self, _: HttpRequest) -> Response:
        """Answer GET /livez: the process lives."""
        return _json({"status": "ok"})

    async def readyz(self, _: HttpRequest) -> Response:
        """Answer GET /readyz: there is something to answer from."""
        if self._live.scorer is None:  # anybody may ask, so the reason stays in the log
            raise Problem("MODEL_NOT_READY", "there is nothing to answer from yet; the log of the service says why")
        return _json({"status": "ok"})

    async def metrics(self, _: HttpRequest) -> Response:
        """Answer GET /metrics."""
        scorer = self._live.scorer
        release, today = (None, None) if scorer is None else (scorer.release, self._today(scorer))
        told = facts.facts(self._live, release, today, None if scorer is None else scorer.sales)
        return Response(await run_in_threadpool(metrics.exposition, told), media_type=metrics.CONTENT_TYPE)

    async def _answered(self, scorer: Scorer, answer: Callable[..., Any], asked: Q, request: HttpRequest) -> Response:
        """Find an answer made beforehand, or compute it; count which."""
        today, request_id = self._today(scorer), request.state.request_id
        look_up = functools.partial(scorer.few_fresh, asked.customer_id)
        fresh = look_up() if scorer.is_near else await _LOOK_UPS.run(look_up)
        is_light = fresh is not None and scorer.is_light(asked, today, fresh.lines)
        knowing = functools.partial(answer, fresh=fresh)
        found = (
            _json(knowing(asked, today, request_id)) if is_light else await _worked(knowing, asked, today, request_id)
        )
        metrics.answered(prepared=is_light)
        return found

    def _today(self, scorer: Scorer) -> dt.date:
        return self._clock(scorer.release.store.header)


def create_app(live: Live, clock: Clock, guard: Guard | None = None) -> Edge:
    """Return the service as an ASGI app.

    Args:
        live: what the answers come from.
        clock: says which day it is where a request does not.
        guard: asks for keys; None: whoever reaches the app is answered.
    """
    api = Api(live, clock)
    endpoints = [(o, guarded(getattr(api, o.name), guard, o.scope)) for o in OPERATIONS]
    exact = {(o.method, o.path): endpoint for o, endpoint in endpoints}
    routes = [Route(_pattern(o.path), endpoint, methods=[o.method]) for o, endpoint in endpoints]
    pages = [Route("/", _home), Route("/docs", _docs), Route("/openapi.json", _openapi)]
    named = {endpoint: o.path for o, endpoint in endpoints} | {page.endpoint: page.path for page in pages}
    return Edge(Routes(exact, [*routes, *pages, *console_page.ROUTES]), named | console_page.NAMED)


def _pattern(path: str) -> str:
    """Return the route's pattern: a shop's ids may hold slashes."""
    return path.replace("{customer_id}", "{customer_id:path}")


async def _home(_: HttpRequest) -> Response:
    return RedirectResponse("/docs")


async def _docs(_: HttpRequest) -> Response:
    return HTMLResponse(docs_page.page(), headers={"Content-Security-Policy": docs_page.POLICY})


async def _openapi(_: HttpRequest) -> Response:
    return _json(openapi.document())


def _counted(scorer: Scorer) -> Callable[[PurchasesRequest, dt.date, str], Any]:
    """Return what keeps purchases, and counts what was new."""

    def add(asked: PurchasesRequest, today: dt.date, request_id: str) -> Any:
        answer = scorer.add(asked, today, request_id)
        metrics.kept(answer["n_new"])
        return answer

    return add


def _checked(kind: TypeAdapter[T], path: str, value: str) -> T:
    """Return a parameter that stands in the address.

    Raises:
        Problem: INVALID_FIELD.
    """
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        raise from_validation(error, (), under=path) from None


def _given_day(request: HttpRequest) -> dt.date | None:
    """Return the ``as_of`` that stands in the address.

    Raises:
        Problem: INVALID_FIELD.
    """
    for name in request.query_params:
        if name != "as_of":
            raise invalid(name, "unknown parameter; this route knows as_of", "extra_forbidden")
    given = request.query_params.get("as_of")
    return None if given is None else _checked(_DAY, "as_of", given)


async def _worked(
    answer: Callable[[A, dt.date, str], Any],
    asked: A,
    today: dt.date,
    request_id: str,
    status: int = HTTPStatus.OK,
    pool: Pool | None = None,
) -> Response:
    """Compute an answer beside the event loop, so that others need not wait for it."""
    task = functools.partial(answer, asked, today, request_id)
    return _json(await (pool or _POOL).run(task), status)


def _json(content: Any, status: int = HTTPStatus.OK) -> Response:
    return Response(orjson.dumps(content), status, media_type=JSON)
