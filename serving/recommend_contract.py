"""What ``POST /v1/recommend`` asks and answers, beside what every route has."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from serving.contract import Answer, CustomerRequest, Request
from serving.fields import Id, Money, Words

MAX_IDS = 50_000
"""Items of a filter or basket."""

Kind = Literal["next_basket", "buy_again", "cross_sell", "similar", "new_only"]
"""What ``POST /v1/recommend`` can answer."""

Ids = Annotated[tuple[Id, ...], Field(max_length=MAX_IDS, strict=False)]


class Context(Request):
    """Where the customer stands right now."""

    basket: Ids = Field((), description="item_ids in the basket in hand; they are not offered")
    store_id: Id | None = Field(None, description="the store: for customers without a purchase, what its customers buy")


class Filter(Request):
    """What every offered item must meet."""

    category: Annotated[tuple[str, ...], Field(max_length=100, strict=False)] = Field(
        (), description="names of departments, categories or product types, one of which the item belongs to"
    )
    exclude: Ids = Field((), description="item_ids that are not offered")
    new_only: bool = Field(False, description="whether to leave out what the customer bought before")
    in_stock: Ids | None = Field(None, description="the only item_ids that are offered")
    min_price: Money | None = Field(None, ge=0, description="lowest usual price of a unit, in the shop's currency")
    max_price: Money | None = Field(
        None, ge=0, description="highest usual price; items whose price is not known are left out"
    )


class Item(Request):
    """An item that the models may not know yet."""

    item_id: Id = Field(description="the shop's id of it")
    name: Words | None = Field(None, description="what a customer would call it")
    department: Words | None = Field(None, description="the widest grouping")
    category: Words | None = Field(None, description="the grouping below the department")
    product_type: Words | None = Field(None, description="the grouping below the category")
    brand: Words | None = Field(None, description="the brand or its class")
    package_size: Words | None = Field(None, description="as printed on the pack")


class RecommendRequest(CustomerRequest):
    """Ask what to offer a customer; ``similar`` and ``cross_sell`` need no customer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"customer_id": "C1042", "kind": "next_basket", "k": 3},
                {"kind": "cross_sell", "context": {"basket": ["P4711"]}, "filter": {"category": ["Coffee"]}},
                {"kind": "similar", "item_id": "P4711", "diversity": 0.3},
            ]
        }
    )

    kind: Kind = Field(
        "next_basket",
        description="next_basket: the next order, own and new items; buy_again: own consumables that are due; "
        "cross_sell: what goes into context.basket; similar: what is like item_id; new_only: next_basket without own "
        "items",
    )
    k: int = Field(10, ge=1, le=100, description="how many items")
    context: Context = Field(Context(), description="the basket in hand, and where")
    item_id: Id | None = Field(None, description="the item that similar is about")
    filter: Filter = Field(Filter(), description="what every offered item must meet, before the list is cut to k")
    diversity: float = Field(
        0.0, ge=0, le=1, description="how much an item is held back for being like those above it; 0 is the plain list"
    )
    items: Annotated[tuple[Item, ...], Field(max_length=200, strict=False)] = Field(
        (), description="items that may be new to the models: subject of similar, or offered to who buys the like"
    )

    @property
    def needs_nobody(self) -> bool:
        """Whether an answer makes sense without any customer."""
        return self.kind in ("similar", "cross_sell")


class Recommended(TypedDict):
    """One recommended item."""

    item_id: str
    name: str | None
    rank: Annotated[int, Field(ge=1)]
    score: Annotated[float, Field(description="higher is better; comparable within one answer only")]
    source: Annotated[
        Literal["history", "similar_customers", "co_purchase", "content", "popular"],
        Field(description="bought before; bought by customers alike; bought along; alike in words; many buy it"),
    ]
    reasons: Annotated[list[str], Field(description="why, in words that the numbers bear out")]


class RecommendAnswer(Answer):
    """What to offer a customer, best first."""

    customer_id: str | None
    kind: Kind
    items: list[Recommended]
