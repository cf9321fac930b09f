"""Taking purchases in: what is said of each line, before it is kept."""

import datetime as dt
from collections.abc import Sequence

from serving import customer, identities
from serving.contract import Violation
from serving.problems import Problem, invalid
from serving.purchase_contract import Purchase
from serving.sales import Added, Numbered, Sales, SalesError
from serving.store import Store


def add(sales: Sales | None, lines: Sequence[Purchase], today: dt.date, store: Store) -> Added:
    """Keep lines, all or none.

    Raises:
        Problem: PURCHASES_OFF, where there is no place to keep them; INVALID_FIELD, where a line lies in the future,
            has more decimals than the currency, or a customer's id without their system; CONTRADICTED, where a line is
            held with other content; PURCHASES_UNAVAILABLE, where they cannot be kept right now.
    """
    if sales is None:
        raise Problem("PURCHASES_OFF", "this service takes no purchases; start it with REGULARS_PURCHASES=FILE")
    numbered = _numbered(lines, store)
    _refuse_the_future(numbered, today)
    _refuse_half_ids(numbered, store)
    try:
        added = sales.add(numbered)
    except SalesError as error:
        text = "purchases cannot be kept right now; send these again in a moment, which is safe"
        raise Problem("PURCHASES_UNAVAILABLE", text) from error
    if added.contradicted:
        raise _contradiction(lines, added)
    return added


def _numbered(lines: Sequence[Purchase], store: Store) -> list[Numbered]:
    kept = customer.sales(None, lines, store, path="")
    return [
        Numbered(line.line, sale._replace(customer_id=line.customer_id)) for line, sale in zip(lines, kept, strict=True)
    ]


def _refuse_the_future(lines: Sequence[Numbered], today: dt.date) -> None:
    last = customer.last_day(today)
    for place, (_, sale) in enumerate(lines):
        if sale.purchased_at.date() > last:
            raise invalid(f"{place}.purchased_at", f"lies after {last}, which is yet to come", "future")


def _refuse_half_ids(lines: Sequence[Numbered], store: Store) -> None:
    """Refuse what would make a second customer of one whose id begins with their system."""
    checked: set[str] = set()
    for place, (_, sale) in enumerate(lines):
        like = [] if sale.customer_id in checked else identities.meant(store, sale.customer_id)
        if like:
            raise invalid(f"{place}.customer_id", identities.hint(like), "without_system")
        checked.add(sale.customer_id)


def _contradiction(lines: Sequence[Purchase], added: Added) -> Problem:
    told: list[Violation] = [
        {"path": str(place), "code": "contradicted", "message": _why(lines[place], is_foreign=place in added.foreign)}
        for place in added.contradicted
    ]
    return Problem("CONTRADICTED", f"nothing was kept: {told[0]['message']}", told)


def _why(line: Purchase, *, is_foreign: bool) -> str:
    if is_foreign:
        return f"order {line.order_id!r} is another customer's; give each order an id that no other till or day uses"
    text = f"line {line.line} of order {line.order_id!r} is held with other content"
    return f"{text}; leave line out where it brings more of the order, and send corrections as lines of a new order"
