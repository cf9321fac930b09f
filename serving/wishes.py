"""What a request for recommendations asks for, in the words of the recommender."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from regulars import schema
from regulars.errors import ConfigError
from regulars.estimators.recommend import Wish
from serving import money
from serving.contract import Warned
from serving.problems import invalid
from serving.recommend_contract import Recommended, RecommendRequest

NOT_PERSONAL: Warned = {"code": "UNKNOWN_CUSTOMER", "text": "no purchase is known, so nothing here is personal"}
"""What is said where nothing is known about the customer."""


def wish(request: RecommendRequest, currency: str) -> Wish:
    """Return the wish of a request.

    Raises:
        Problem: INVALID_FIELD, where the kind lacks what it is about, or a filter cannot be met.
    """
    if request.kind == "cross_sell" and not request.context.basket:
        raise invalid("context.basket", "is what cross_sell is about; give the item_ids in it", "missing")
    if (request.kind == "similar") != (request.item_id is not None):
        raise invalid("item_id", "is what similar is about; give it with that kind and no other", "missing")
    asked = request.filter
    try:
        return Wish(
            kind=request.kind,
            basket=request.context.basket,
            item=request.item_id,
            categories=asked.category,
            exclude=asked.exclude,
            in_stock=asked.in_stock,
            min_price=_minor("min_price", asked.min_price, currency),
            max_price=_minor("max_price", asked.max_price, currency),
            new_only=asked.new_only,
            diversity=request.diversity,
        )
    except ConfigError as error:
        raise invalid("filter", str(error), "contradiction") from error


def items(request: RecommendRequest) -> pl.DataFrame | None:
    """Return the items that the request describes, as rows of ``schema.ITEMS``; None where there are none."""
    if not request.items:
        return None
    return schema.ITEMS.conform(pl.DataFrame([item.model_dump() for item in request.items], infer_schema_length=None))


def warnings(request: RecommendRequest, found: Sequence[Recommended], *, is_known: bool) -> list[Warned]:
    """Return what the reader should know: nothing here is personal, or about the item."""
    told: list[Warned] = []
    if not is_known and not (request.customer_id is None and request.needs_nobody):
        told.append(NOT_PERSONAL)
    if request.kind == "similar" and {item["source"] for item in found} == {"popular"}:
        text = f"nothing is known of item {request.item_id!r}, so this is what many buy; describe it in items"
        told.append({"code": "UNKNOWN_ITEM", "text": text})
    return told


def _minor(name: str, amount: Decimal | None, currency: str) -> int | None:
    if amount is None:
        return None
    value = money.minor(amount, currency)
    if value is None:
        raise invalid(f"filter.{name}", f"has more decimals than {currency}", "decimal_places")
    return value
