"""Purchases since the release was made, as far as they can be looked up: an answer that does not know them says so."""

import contextlib
from collections.abc import Callable, Collection, Iterator
from typing import Generic, NamedTuple, TypeVar

from serving import identities, metrics
from serving.contract import Warned
from serving.problems import Problem
from serving.sales import Sale, Sales, SalesError
from serving.store import Store

UNKNOWN: Warned = {
    "code": "PURCHASES_UNKNOWN",
    "text": "purchases since the release could not be looked up; the answer does not know them",
}

MANY = 1000
"""Lines of one customer that may be read on the event loop: some milliseconds of work."""

L = TypeVar("L")


class Fresh(NamedTuple, Generic[L]):
    """What was looked up."""

    lines: L
    """Of one customer, or of several by id; empty where they could not be looked up."""
    warnings: tuple[Warned, ...] = ()
    """What the reader of the answer should know."""


def of(sales: Sales | None, store: Store, customer_id: str | None) -> Fresh[list[Sale]]:
    """Return the purchases of a customer whose orders the release does not hold, by time."""
    found = _of(sales, store, customer_id, None)
    return found._replace(lines=_unheld(store, customer_id, found.lines))


def few(sales: Sales | None, store: Store, customer_id: str | None) -> Fresh[list[Sale]] | None:
    """Return what :func:`of` does; None where that would take longer than the event loop may wait."""
    found = _of(sales, store, customer_id, MANY + 1)
    return None if len(found.lines) > MANY else found._replace(lines=_unheld(store, customer_id, found.lines))


def _of(sales: Sales | None, store: Store, customer_id: str | None, most: int | None) -> Fresh[list[Sale]]:
    """Return purchases of a customer that came in, ``most`` of each of their ids at most."""
    if sales is None or customer_id is None:
        return Fresh([])
    return looked_up(lambda: identities.bought(store, lambda who: sales.of(who, most), customer_id), [])


def among(sales: Sales | None, store: Store, customer_ids: Collection[str]) -> Fresh[dict[str, list[Sale]]]:
    """Return the purchases of some customers whose orders the release does not hold; only who has any is in it."""
    nobody: dict[str, list[Sale]] = {}
    if sales is None:
        return Fresh(nobody)
    found = looked_up(lambda: identities.bought_among(store, sales.among, customer_ids), nobody)
    lines = {who: left for who, held in found.lines.items() if (left := _unheld(store, who, held))}
    return Fresh(lines, found.warnings)


def _unheld(store: Store, customer_id: str | None, lines: list[Sale]) -> list[Sale]:
    """Return the lines whose order the store does not hold: what the shop's export says of an order is final."""
    if not lines or customer_id is None:
        return lines
    held = store.orders(customer_id)
    return [sale for sale in lines if sale.order_id not in held]


def looked_up(find: Callable[[], L], empty: L) -> Fresh[L]:
    """Return what ``find`` finds; ``empty``, with a warning, where the store fails."""
    try:
        return Fresh(find())
    except SalesError:
        metrics.unknown()
        return Fresh(empty, (UNKNOWN,))


@contextlib.contextmanager
def admitted(fresh: Fresh[L]) -> Iterator[None]:
    """Let a refusal of the block say, too, that a customer may be known by purchases that could not be looked up."""
    try:
        yield
    except Problem as problem:
        if problem.code != "UNKNOWN_CUSTOMER" or not fresh.warnings:
            raise
        detail = f"{problem.detail}; purchases since the release could not be looked up"
        raise Problem(problem.code, detail) from None
