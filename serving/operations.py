"""The routes: what each asks, answers and may refuse; the app serves them, OpenAPI describes them."""

from typing import Any, NamedTuple

from pydantic import BaseModel

from serving import examples
from serving.batch_contract import BatchAnswer, BatchRequest
from serving.contract import (
    Health,
    ModelsAnswer,
    ScoreAnswer,
    ScoreRequest,
)
from serving.due_contract import DueAnswer, DueRequest
from serving.keys import Scope
from serving.profile_contract import ProfileAnswer
from serving.purchase_contract import PurchasesAnswer, PurchasesRequest
from serving.rank_contract import RankAnswer, RankRequest
from serving.recommend_contract import RecommendAnswer, RecommendRequest
from serving.schema_contract import SchemaAnswer

JSON = "application/json"


class Operation(NamedTuple):
    """One route."""

    name: str
    """The method of :class:`serving.app.Api` that answers it."""
    method: str
    path: str
    summary: str
    description: str
    request: type[BaseModel] | None
    answer: Any
    """A type of the contract; str for text."""
    example: Any
    errors: tuple[str, ...]
    """Codes of :data:`serving.problems.KINDS` that this route may answer beside those of every route."""
    media: str = JSON
    status: int = 200
    """Of an answer that is no error."""
    scope: Scope | None = "read"
    """What a key must allow; None: open to all."""


BODY = ("MALFORMED_JSON", "BODY_TOO_SLOW", "TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "INVALID_FIELD")
ASKING = ("AS_OF_OUT_OF_RANGE", "MODEL_NOT_READY")
ALWAYS = ("INTERNAL", "OVERLOADED")
"""What any route may answer."""

GUARDED = ("UNAUTHENTICATED", "FORBIDDEN", "RATE_LIMITED")
"""What a route with a scope may answer."""

OPERATIONS = (
    Operation(
        "score",
        "POST",
        "/v1/score",
        "How a customer stands",
        "The churn probability, and when the next purchase is due. Give a customer_id of the store, the "
        "history of anybody, or both: fresh purchases on top of the stored ones.",
        ScoreRequest,
        ScoreAnswer,
        examples.SCORE,
        (*BODY, "UNKNOWN_CUSTOMER", *ASKING),
    ),
    Operation(
        "score_batch",
        "POST",
        "/v1/score/batch",
        "How many customers stand",
        "The same as /v1/score for up to 1000 customers of the store, without reasons. Each row tells whether there is "
        "an answer, so one unknown customer does not spoil the others.",
        BatchRequest,
        BatchAnswer,
        examples.BATCH,
        (*BODY, *ASKING),
    ),
    Operation(
        "recommend",
        "POST",
        "/v1/recommend",
        "What to offer a customer",
        "The likeliest items of the next order, what is due again, what goes into a basket or is like an item; best "
        "first, each with its reason. Without any purchase the answer is what many buy, and says so.",
        RecommendRequest,
        RecommendAnswer,
        examples.RECOMMEND,
        (*BODY, *ASKING),
    ),
    Operation(
        "rank",
        "POST",
        "/v1/rank",
        "Items in a customer's order",
        "Up to 200 items, such as those of a page of the shop, each exactly once: with the scores of /v1/recommend, "
        "and behind them those that the model does not know. Without any purchase the order is what many buy.",
        RankRequest,
        RankAnswer,
        examples.RANK,
        (*BODY, *ASKING),
    ),
    Operation(
        "due",
        "POST",
        "/v1/replenishment/due",
        "Who runs out of what",
        "Whom to remind of which item in the coming days, with the day to do it: the list of `regulars remind` for the "
        "store's day, without what came in as bought since. Page by page, until next_cursor is null.",
        DueRequest,
        DueAnswer,
        examples.DUE,
        (*BODY, *ASKING),
    ),
    Operation(
        "purchases",
        "POST",
        "/v1/purchases",
        "Tell of purchases",
        "Lines of orders as the till prints them. When the answer comes they are on disk, and the customers' next "
        "answers know them. Lines that were sent before change nothing, so a request may be sent again.",
        PurchasesRequest,
        PurchasesAnswer,
        examples.PURCHASES,
        (*BODY, "CONTRADICTED", "PURCHASES_OFF", "PURCHASES_UNAVAILABLE", "MODEL_NOT_READY"),
        status=202,
        scope="write",
    ),
    Operation(
        "profile",
        "GET",
        "/v1/customers/{customer_id}/profile",
        "One customer at a glance",
        "Last orders, cadence, favourites, returns and scores, for the person at the support desk. Who it is about is "
        "masked without a key that has the scope pii.",
        None,
        ProfileAnswer,
        examples.PROFILE,
        ("INVALID_FIELD", "UNKNOWN_CUSTOMER", *ASKING),
    ),
    Operation(
        "models",
        "GET",
        "/v1/models",
        "Which models answer, and from which data",
        "Name, version and run of each champion, the state of the online store, and how far today's customers are from "
        "those that the models learned from.",
        None,
        ModelsAnswer,
        examples.MODELS,
        ("MODEL_NOT_READY",),
    ),
    Operation(
        "schema",
        "GET",
        "/v1/schema",
        "What the service expects and knows",
        "The fields of a purchase, the features that reasons speak of, the questions that champions answer and how far "
        "ahead, and the currency.",
        None,
        SchemaAnswer,
        examples.SCHEMA,
        ("MODEL_NOT_READY",),
    ),
    Operation("livez", "GET", "/livez", "Whether the process lives", "", None, Health, examples.HEALTH, (), scope=None),
    Operation(
        "readyz",
        "GET",
        "/readyz",
        "Whether the service can answer",
        "It has champions and a store.",
        None,
        Health,
        examples.HEALTH,
        ("MODEL_NOT_READY",),
        scope=None,
    ),
    Operation(
        "metrics",
        "GET",
        "/metrics",
        "Counters for Prometheus",
        "Requests and their duration by route, what is refused, how old the data are, and how far they drifted.",
        None,
        str,
        examples.METRICS,
        (),
        "text/plain",
    ),
)
"""Every route of the interface; /docs and /openapi.json describe it."""
