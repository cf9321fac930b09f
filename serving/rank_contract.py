"""What ``POST /v1/rank`` asks and answers, beside what every route has."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from serving.contract import Answer, CustomerRequest
from serving.fields import Id
from serving.recommend_contract import Context

MAX_ITEMS = 200
"""Items of one request."""


def _each_once(item_ids: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(item_ids)) < len(item_ids):
        twice = next(item_id for at, item_id in enumerate(item_ids) if item_id in item_ids[:at])
        raise PydanticCustomError("unique", "holds {item_id} twice; give each item once", {"item_id": repr(twice)})
    return item_ids


class RankRequest(CustomerRequest):
    """Ask in which order a customer likes some items."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"customer_id": "C1042", "item_ids": ["P0042", "P4711", "P9999"]}]}
    )

    item_ids: Annotated[
        tuple[Id, ...],
        Field(min_length=1, max_length=MAX_ITEMS, strict=False, json_schema_extra={"uniqueItems": True}),
        AfterValidator(_each_once),
    ] = Field(description="the items to put into order, each once")
    context: Context = Field(
        Context(),
        description="with a basket in hand, none of whose items is asked about, what goes with it comes first; the "
        "store counts for customers without a purchase",
    )


class Ranked(TypedDict):
    """One of the items that were asked about."""

    item_id: str
    name: str | None
    rank: Annotated[int, Field(ge=1)]
    score: Annotated[
        float | None,
        Field(description="as in /v1/recommend, and comparable within one answer only; null where nothing is known"),
    ]
    source: Annotated[
        Literal["history", "similar_customers", "co_purchase", "content", "popular"] | None,
        Field(description="as in /v1/recommend; null where the score is"),
    ]
    reasons: Annotated[list[str], Field(description="why, in words that the numbers bear out")]


class RankAnswer(Answer):
    """The items that were asked about, each once, in the customer's order."""

    customer_id: str | None
    items: Annotated[
        list[Ranked], Field(description="those that the model does not know come last, in the order of the request")
    ]
