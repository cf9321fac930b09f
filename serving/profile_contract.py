"""What ``GET /v1/customers/{customer_id}/profile`` answers, beside what every route has."""

import datetime as dt
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from serving.contract import Answer, Churn, Evidence, NextPurchase, Spend
from serving.due_contract import DueRow
from serving.fields import WallClock


class Bought(TypedDict):
    """One line of a past order."""

    item_id: str
    name: str | None
    quantity: float
    amount: Annotated[str, Field(description="decimal, in the shop's currency")]


class Order(TypedDict):
    """One past order."""

    order_id: str
    purchased_at: WallClock
    amount: str
    n_lines: int
    lines: Annotated[list[Bought], Field(description="the dearest lines")]


class OrderDay(TypedDict):
    """A day with orders."""

    day: dt.date
    amount: Annotated[str, Field(description="net amount of the day; negative where more was brought back")]
    n_orders: int


class Favourite(TypedDict):
    """An item bought in many orders."""

    item_id: str
    name: str | None
    n_orders: int
    last_bought: dt.date


class Cadence(TypedDict):
    """How regularly a customer comes."""

    last_order: dt.date
    recency_days: int
    usual_gap_days: Annotated[
        float | None, Field(description="median days between purchases; null for one-time buyers")
    ]
    overdue: bool


class Returns(TypedDict):
    """What a customer brought back."""

    n_lines: int
    amount: str


class Person(TypedDict):
    """Who a customer is; what is not known is null."""

    name: str | None
    email: Annotated[str | None, Field(description="an address, or the shop's keyed hash of one")]
    phone: Annotated[str | None, Field(description="a number, or the shop's keyed hash of one")]
    masked: Annotated[bool, Field(description="true unless the request came with a key that has the scope pii")]


class ProfileAnswer(Answer):
    """One customer at a glance."""

    customer_id: str
    person: Annotated[Person | None, Field(description="null where the shop keeps no record of the customer")]
    currency: str
    evidence: Evidence
    cadence: Cadence
    spent: Annotated[str, Field(description="net amount of all orders")]
    order_days: Annotated[list[OrderDay], Field(description="the last 200 days with orders, the earliest first")]
    last_orders: list[Order]
    favourites: list[Favourite]
    returns: Returns
    churn: Churn
    next_purchase: NextPurchase
    survival: Annotated[
        list[float], Field(description="P(no purchase within so many days from as_of), for 1 day up to the horizon")
    ]
    spend: Annotated[Spend | None, Field(description="null, with a warning, where no model tells it")]
    due: Annotated[
        list[DueRow] | None,
        Field(description="as /v1/replenishment/due lists it by default; null where there is no list for as_of"),
    ]
