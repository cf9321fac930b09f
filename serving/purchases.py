"""Taking purchases in: what is said of each line, before it is kept."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from serving import customer
from serving.contract import Violation
from serving.problems import Problem, invalid
from serving.purchase_contract import Purchase
from serving.sales import Added, Numbered, Sales, SalesError

EARLY_DAYS = 1
"""How far ahead of our day a till's may be: its clock stands in another zone."""


def add(sales: Sales | None, lines: Sequence[Purchase], today: dt.date, currency: str) -> Added:
    """Keep lines, all or none.

    Raises:
        Problem: PURCHASES_OFF, where there is no place to keep them; INVALID_FIELD, where a line lies in the future
            or has more decimals than the currency; CONTRADICTED, where a line is held with other content;
            PURCHASES_UNAVAILABLE, where they cannot be kept right now.
    """
    if sales is None:
        raise Problem("PURCHASES_OFF", "this service takes no purchases; start it with REGULARS_PURCHASES=FILE")
    _refuse_the_future(lines, today)
    try:
        added = sales.add(_numbered(lines, currency))
    except SalesError as error:
        text = "purchases cannot be kept right now; send these again in a moment, which is safe"
        raise Problem("PURCHASES_UNAVAILABLE", text) from error
    if added.contradicted:
        raise _contradiction(lines, added.contradicted)
    return added


def _numbered(lines: Sequence[Purchase], currency: str) -> list[Numbered]:
    """Number the lines within their orders: as sent, or by their place."""
    kept = customer.sales(None, lines, currency, path="")
    seen: Counter[str] = Counter()
    found = []
    for line, sale in zip(lines, kept, strict=True):
        number = seen[line.order_id] if line.line is None else line.line
        seen[line.order_id] += 1
        found.append(Numbered(number, sale._replace(customer_id=line.customer_id)))
    return found


def _refuse_the_future(lines: Sequence[Purchase], today: dt.date) -> None:
    last = today + dt.timedelta(days=EARLY_DAYS)
    for place, line in enumerate(lines):
        if line.purchased_at.date() > last:
            raise invalid(f"{place}.purchased_at", f"lies after {last}, which is yet to come", "future")


def _contradiction(lines: Sequence[Purchase], places: Sequence[int]) -> Problem:
    told: list[Violation] = [
        {
            "path": str(place),
            "code": "contradicted",
            "message": f"order {lines[place].order_id!r} holds this line with other content",
        }
        for place in places
    ]
    detail = "nothing was kept: some lines are held with other content; send corrections as lines of a new order"
    return Problem("CONTRADICTED", detail, told)
