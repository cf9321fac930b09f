"""What ``POST /v1/purchases`` takes and answers."""

from typing import Annotated

from pydantic import ConfigDict, Field, RootModel
from typing_extensions import TypedDict

from serving.contract import Line
from serving.fields import Id

MAX_PURCHASES = 1000
"""Lines of one request."""


class Purchase(Line):
    """One line of an order, and whose it is."""

    customer_id: Id = Field(
        description="who bought, by any of their ids; where ids begin with their system, such as till:17, with it"
    )
    line: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="number of the line within its order; without one a line is told by what it says",
    )


class PurchasesRequest(RootModel[tuple[Purchase, ...]]):
    """Lines of orders, all of which are kept, or none."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                [
                    {
                        "customer_id": "C1042",
                        "order_id": "O-20977",
                        "item_id": "P4711",
                        "purchased_at": "2026-11-25T10:12:00",
                        "amount": "19.35",
                    }
                ]
            ]
        },
    )

    root: Annotated[tuple[Purchase, ...], Field(min_length=1, max_length=MAX_PURCHASES, strict=False)]


class PurchasesAnswer(TypedDict):
    """What became of the lines: they are on disk."""

    request_id: str
    n_new: Annotated[int, Field(description="lines that were not known")]
    n_known: Annotated[int, Field(description="lines that were held already, as they are")]
