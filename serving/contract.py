"""Requests and answers of the HTTP interface: the one definition that validates, documents and types them.

A request is a frozen pydantic model with bounded fields, in which an unknown field is an error. An
answer is a TypedDict: built as a plain dict, checked by the type checker, described in the OpenAPI
document, and serialised without a validation that nobody needs.
"""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal, NotRequired, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from serving.fields import Day, Id, Money, PurchaseTime

MAX_LINES = 5000
"""Lines of an inline history."""

Task = Literal["churn", "next_purchase", "spend"]
"""What ``POST /v1/score`` can answer."""


class Request(BaseModel):
    """Base of everything a client sends."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Line(Request):
    """One line of an order, as a till would print it."""

    order_id: Id = Field(description="the checkout this line belongs to")
    item_id: Id = Field(description="what was bought")
    purchased_at: PurchaseTime = Field(
        description="when: with an offset an instant, without one by the wall clock of the shop's time zone"
    )
    quantity: float = Field(1.0, ge=-1e6, le=1e6, description="units or weight; negative for a return")
    amount: Money = Field(description="net amount paid for the line, in the shop's currency; negative for a refund")
    discount: Money = Field(Decimal(0), ge=0, description="reductions granted on the line")
    store_id: Id | None = Field(None, description="the store or channel that sold it")


class CustomerRequest(Request):
    """Who is asked about, and when."""

    customer_id: Id | None = Field(
        None, description="a customer of the store, by any of their ids; the answer names the id that was asked for"
    )
    history: Annotated[tuple[Line, ...], Field(max_length=MAX_LINES, strict=False)] | None = Field(
        None, description="purchases of an unknown customer, or fresh ones on top of the stored ones"
    )
    as_of: Day | None = Field(
        None,
        description="first day that is not known: purchases before it count; by default today; of a time with an "
        "offset, the day in the shop's time zone",
    )

    @property
    def needs_nobody(self) -> bool:
        """Whether an answer makes sense without any customer."""
        return False

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.customer_id is None and not self.history and not self.needs_nobody:
            raise PydanticCustomError("nobody", "give customer_id, history, or both")
        return self


class ScoreRequest(CustomerRequest):
    """Ask how a customer stands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"customer_id": "C1042", "want": ["churn", "next_purchase", "spend"], "explain": True}]
        }
    )

    want: Annotated[tuple[Task, ...], Field(min_length=1, max_length=8, strict=False)] | None = Field(
        None, description="what to answer; by default all that there are champions for"
    )
    explain: bool = Field(False, description="whether to give the reasons of the churn probability")


class Model(TypedDict):
    """Which model answered."""

    name: str
    version: str
    run_id: str | None
    alias: str | None
    trained_at: str | None
    model: Annotated[str, Field(description="its folder in models/")]
    training_cut: Annotated[dt.date, Field(description="first day that it knows nothing of")]


class Warned(TypedDict):
    """Something the reader should know before acting on the answer."""

    code: Literal[
        "STALE_DATA",
        "LINES_IGNORED",
        "LITTLE_EVIDENCE",
        "BEYOND_HORIZON",
        "NO_MODEL",
        "UNKNOWN_CUSTOMER",
        "UNKNOWN_ITEM",
        "PURCHASES_UNKNOWN",
    ]
    text: str


class Answer(TypedDict):
    """What every answer carries."""

    request_id: Annotated[str, Field(description="also in the X-Request-ID header")]
    as_of: Annotated[dt.date, Field(description="first day that is not known")]
    data_through: Annotated[dt.date, Field(description="day of the last purchase in the store")]
    model: Annotated[dict[str, Model], Field(description="the models that answered, by task")]
    warnings: list[Warned]


class Evidence(TypedDict):
    """How much the answer rests on."""

    n_orders: int
    first_order: dt.date
    source: Annotated[
        Literal["model", "baseline", "prior"],
        Field(description="learned model, rule, or the average customer"),
    ]


class Reason(TypedDict):
    """One reason of a churn probability: with the feature at its typical value, the effect would be gone."""

    code: str
    text: Annotated[str, Field(description='"usually" is the customer\'s own typical value, else that of customers')]
    feature: str
    value: float | None
    typical: Annotated[
        float | None,
        Field(description="the customer's own typical value; where the history tells none, the median customer's"),
    ]
    effect: Annotated[
        float,
        Field(description="change of the log-odds of churn from the typical to the actual value; above 0 is riskier"),
    ]


class Churn(TypedDict):
    """The risk that a customer stays away."""

    probability: Annotated[float, Field(ge=0, le=1, description="higher is more at risk")]
    horizon_days: int
    definition: str
    reasons: Annotated[list[Reason], Field(description="up to three, strongest first; empty unless explain is true")]


class NextPurchase(TypedDict):
    """When a customer will be back."""

    expected_date: Annotated[dt.date | None, Field(description="the median; null beyond the horizon")]
    interval_80: Annotated[
        tuple[dt.date | None, dt.date | None],
        Field(description="first purchase before the first date with 10%, after the second with 10%"),
    ]
    probability_within_days: Annotated[
        dict[str, float | None], Field(description="P(back within so many days); null beyond the horizon")
    ]
    overdue: Annotated[bool, Field(description="away for longer than the customer's own gap")]


class Spend(TypedDict):
    """What a customer will spend."""

    horizon_days: int
    expected: Annotated[str, Field(description="net, in the shop's currency; what stays away counts as 0")]
    interval_80: Annotated[tuple[str, str], Field(description="as much or more with 90%, with 10%")]
    currency: str


class Whole(TypedDict):
    """All that can be said of how a customer stands."""

    churn: Churn
    next_purchase: NextPurchase
    spend: Spend | None
    evidence: Evidence


class Standing(TypedDict):
    """How a customer stands; what was not wanted is absent."""

    churn: NotRequired[Churn]
    next_purchase: NotRequired[NextPurchase]
    spend: NotRequired[Annotated[Spend | None, Field(description="null, with a warning, where no model tells it")]]
    evidence: Evidence


class ScoreAnswer(Answer, Standing):
    """How one customer stands."""

    customer_id: str | None


class ModelsAnswer(Answer):
    """What answers, and from which data."""

    regulars_version: str
    release: Annotated[str, Field(description="of champions and store; another one is another state of both")]
    store: "StoreState"
    drift: Annotated["DriftState | None", Field(description="null in a service without customers")]


class Drifted(TypedDict):
    """A feature whose values are not what they were."""

    feature: str
    psi: Annotated[float, Field(ge=0, description="population stability index; 0.1 is noticeable, 0.25 large")]


class DriftState(TypedDict):
    """How far today's customers are from those of the training cut."""

    since: Annotated[dt.date, Field(description="training cut of the churn champion")]
    highest: Annotated[float, Field(ge=0, description="of all features")]
    largest: Annotated[list[Drifted], Field(description="the ten that drifted most, the largest first")]


class StoreState(TypedDict):
    """The online store the service reads."""

    as_of: dt.date
    fingerprint: Annotated[str, Field(description="fingerprint of the ledger it was built from")]
    currency: str
    n_customers: int


class Health(TypedDict):
    """Whether the process lives, or can answer."""

    status: Literal["ok"]


class Violation(TypedDict):
    """One field that cannot be used."""

    path: Annotated[str, Field(description="such as history.0.amount; empty for the whole body")]
    code: str
    message: str


class ProblemAnswer(TypedDict):
    """What went wrong: the shape of every error, sent as application/problem+json."""

    type: Annotated[str, Field(description="where the code is documented")]
    title: str
    status: int
    detail: Annotated[str, Field(description="one sentence that says what to do")]
    code: str
    request_id: str
    errors: list[Violation]
