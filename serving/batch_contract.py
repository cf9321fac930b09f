"""What ``POST /v1/score/batch`` asks and answers, beside what every route has."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from serving.contract import Answer, Request, Standing, Task, Warned
from serving.fields import Day, Id

MAX_CUSTOMERS = 1000
"""Customers of one request."""


class BatchRequest(Request):
    """Ask how many customers stand."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"customer_ids": ["C1042", "nobody"], "want": ["churn"]}]}
    )

    customer_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_CUSTOMERS, strict=False)] = Field(
        description="customers of the store, by any of their ids; each is answered once for every time it is named, in "
        "this order"
    )
    want: Annotated[tuple[Task, ...], Field(min_length=1, max_length=8, strict=False)] | None = Field(
        None, description="what to answer; by default all that there are champions for"
    )
    as_of: Day | None = Field(
        None,
        description="first day that is not known: purchases before it count; by default today; of a time with an "
        "offset, the day in the shop's time zone",
    )


class Scored(Standing):
    """How one customer of a batch stands; without reasons, which ``POST /v1/score`` gives."""

    customer_id: str
    status: Literal["ok"]
    as_of: Annotated[dt.date, Field(description="a day later than the others' for who has bought today already")]
    warnings: list[Warned]


class Failed(TypedDict):
    """Why there is no answer for one customer of a batch."""

    customer_id: str
    status: Literal["error"]
    code: Literal["UNKNOWN_CUSTOMER"]
    detail: str


class Counts(TypedDict):
    """How many rows are what."""

    ok: int
    error: int


class BatchAnswer(Answer):
    """How many customers stand, in the order of the request."""

    results: list[Scored | Failed]
    counts: Counts
