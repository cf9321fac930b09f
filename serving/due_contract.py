"""What ``POST /v1/replenishment/due`` asks and answers, beside what every route has."""

import datetime as dt
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints
from typing_extensions import TypedDict

from serving.contract import Answer, Request
from serving.fields import Day, Id

MAX_ROWS = 1000
"""Rows of one page."""

MAX_CUSTOMERS = 1000
"""Customers of one list."""

Cursor = Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[A-Za-z0-9_-]+$")]
"""Where a page ended, for the service alone to read."""


class DueRequest(Request):
    """Ask who runs out of what in the coming days."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"window_days": 7, "lead_days": 2, "limit": 100}]})

    as_of: Day | None = Field(None, description="the first day of the list; it is made for the store's day only")
    customer_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_CUSTOMERS, strict=False)] | None = Field(
        None,
        description="whose, by any of their ids; by default everybody's; rows name the id that was asked for, the "
        "first of those of one customer",
    )
    window_days: int = Field(7, ge=1, le=365, description="days of the list, within those the champion looks ahead")
    lead_days: int = Field(2, ge=0, le=60, description="days from the reminder to the expected purchase")
    min_probability: float = Field(0.5, ge=0, le=1, description="least probability of a purchase in the window")
    limit: int = Field(500, ge=1, le=MAX_ROWS, description="most rows of a page")
    cursor: Cursor | None = Field(
        None, description="next_cursor of the page before, with the same window, lead and probability"
    )


class DueRow(TypedDict):
    """One customer and what they are about to run out of."""

    customer_id: str
    item_id: Annotated[str, Field(description="the one of its kind that the customer bought last")]
    name: str | None
    last_bought: dt.date
    typical_days: Annotated[float, Field(ge=0, description="days from one purchase to the next")]
    due_date: Annotated[dt.date, Field(description="the expected purchase")]
    remind_on: Annotated[
        dt.date, Field(description="lead_days before; a day before as_of is a reminder to make up for")
    ]
    interval_80: Annotated[
        tuple[dt.date | None, dt.date | None],
        Field(description="bought before the first date with 10%, after the second with 10%; null beyond the horizon"),
    ]
    probability: Annotated[float, Field(ge=0, le=1, description="of a purchase in the window")]
    basis: Annotated[
        str, Field(description="what typical_days rests on: own history (purchases), item, category, shop")
    ]


class DueAnswer(Answer):
    """A page of the list, by remind_on and customer."""

    due: Annotated[
        list[DueRow],
        Field(description="a page may hold fewer rows than limit: what was bought meanwhile is left out"),
    ]
    next_cursor: Annotated[str | None, Field(description="for the next page; null where there is none")]
