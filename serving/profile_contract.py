"""What ``GET /v1/customers/{customer_id}/profile`` answers, beside what every route has."""

import datetime as dt
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from serving.contract import Answer, Churn, Evidence, NextPurchase, Spend


class Bought(TypedDict):
    """One line of a past order."""

    item_id: str
    name: str | None
    quantity: float
    amount: Annotated[str, Field(description="decimal, in the shop's currency")]


class Order(TypedDict):
    """One past order."""

    order_id: str
    purchased_at: dt.datetime
    amount: str
    n_lines: int
    lines: Annotated[list[Bought], Field(description="the dearest lines")]


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


class ProfileAnswer(Answer):
    """One customer at a glance."""

    customer_id: str
    currency: str
    evidence: Evidence
    cadence: Cadence
    spent: Annotated[str, Field(description="net amount of all orders")]
    last_orders: list[Order]
    favourites: list[Favourite]
    returns: Returns
    churn: Churn
    next_purchase: NextPurchase
    spend: Annotated[Spend | None, Field(description="null, with a warning, where no model tells it")]
