"""Lines of orders as an application has them, and how they and everything else are written as JSON."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any

from regulars.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an order, for the ``history`` of a question."""

    order_id: str
    item_id: str
    purchased_at: dt.datetime | str
    """With an offset an instant, without one by the wall clock of the shop's time zone."""
    amount: Decimal | int | str
    """Net amount paid, in the shop's currency; negative for a refund."""
    quantity: float = 1.0
    """Units or weight; negative for a return."""
    discount: Decimal | int | str = 0
    """Reductions granted, in the shop's currency."""
    store_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Purchase(Line):
    """One line of an order, and whose it is."""

    customer_id: str
    line: int | None = None
    """Number of the line within its order, from 0; by default its place among the lines of the order sent along."""


def encoded(content: Any) -> bytes:
    """Return ``content`` as JSON: amounts as decimals, times as ISO 8601, what is None left out of lines.

    Raises:
        DataError: it holds what JSON cannot carry, such as NaN.

    >>> encoded({"min_price": Decimal("1.50"), "as_of": dt.date(2018, 1, 2)})
    b'{"min_price":"1.50","as_of":"2018-01-02"}'
    """
    try:
        return json.dumps(content, default=_plain, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise DataError(f"cannot send this ({error}); give text, finite numbers, Decimal, dates or lines") from error


def numbered(purchases: Iterable[Purchase | Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield purchases with their number within their order, as the service would number them if they came at once.

    So an order may lie in two requests, and the same purchases sent again are the same lines.
    """
    seen: Counter[Any] = Counter()
    for purchase in purchases:
        told = dict(purchase) if isinstance(purchase, Mapping) else _told(purchase)
        place = seen[told.get("order_id")]
        seen[told.get("order_id")] += 1
        yield told if told.get("line") is not None else {**told, "line": place}


def _plain(value: object) -> object:
    """Return what JSON can carry in place of ``value``."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.date):  # datetimes are dates
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return _told(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


def _told(line: Any) -> dict[str, Any]:
    found = {field.name: getattr(line, field.name) for field in fields(line)}
    return {name: value for name, value in found.items() if value is not None}
