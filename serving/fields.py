"""The fields of the interface: bounded ids, days, money."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Years a date may lie in."""

D = TypeVar("D", bound=dt.date)


def _day(value: object, otherwise: ValidatorFunctionWrapHandler) -> Any:
    """Read ``2026-11-25`` or ``2026-11-25T18:30:00`` as its day; of ``2026-11-25T18:30:00Z`` the zone tells it."""
    if not isinstance(value, str):
        return otherwise(value)
    try:
        time = dt.datetime.fromisoformat(value)
        return time.date() if time.tzinfo is None else time
    except ValueError:
        raise PydanticCustomError(
            "date_format", "must be an ISO 8601 day or time, such as 2026-11-25 or 2026-11-25T18:30:00Z"
        ) from None


def _plausible(value: D) -> D:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError("date_range", f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}")
    return value


Id = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""An id as the shop writes it: 1 to 128 characters, no control characters."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""What is written on an item."""

Day = Annotated[
    dt.date,
    WrapValidator(_day),
    AfterValidator(_plausible),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}),
]
"""A day, or a time with an offset, of which the shop's day counts (:func:`serving.identities.day`)."""

PurchaseTime = Annotated[dt.datetime, AfterValidator(_plausible)]
"""A time: with an offset an instant, without one the shop's wall clock."""

Money = Annotated[Decimal, Field(max_digits=12, allow_inf_nan=False)]

WallClock = Annotated[
    dt.datetime,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$",
            "description": "by the shop's wall clock, without an offset",
        }
    ),
]
"""A time as the shop writes it, in answers: without an offset it is no ``date-time`` of RFC 3339."""
