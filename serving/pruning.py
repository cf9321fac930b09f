"""Forgetting purchases that came in: those that every kept release holds, and those of customers who are to be gone."""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from serving.release import STORE
from serving.sales import Order, Sale, Sales
from serving.store import Store

CUSTOMERS, ORDERS = 200, 200
"""Looked up, and forgotten, at once: who sells meanwhile waits for some milliseconds."""


def prune(sales: Sales, releases: Path) -> int:
    """Forget the lines of orders that every release in the folder ``releases`` holds; return how many they were.

    So going back to any of them loses nothing.

    Raises:
        RegularsError: purchases or a release cannot be read, or the disk is in use. What was forgotten until then
            stays so.
    """
    with contextlib.ExitStack() as opened:
        stores = [opened.enter_context(Store(folder / STORE)) for folder in _kept(releases)]
        n_lines, after = 0, ""
        while stores and (customers := sales.customers(after, CUSTOMERS)):
            settled = _settled(stores, sales.among(customers))
            n_lines += sum(sales.forget(settled[at : at + ORDERS]) for at in range(0, len(settled), ORDERS))
            after = customers[-1]
    if n_lines:
        sales.tidy()
    return n_lines


def erase(sales: Sales, customer_ids: Collection[str]) -> int:
    """Forget all that came in of some customers, on the disk, too; return how many lines they were.

    Raises:
        SalesError: it cannot be forgotten right now.
    """
    n_lines = sales.erase(customer_ids)
    sales.tidy()
    return n_lines


def _kept(releases: Path) -> list[Path]:
    """Return the folders of the releases."""
    return [path for path in releases.iterdir() if path.is_dir() and not path.name.startswith(".")]


def _settled(stores: Sequence[Store], lines: Mapping[str, Sequence[Sale]]) -> list[Order]:
    """Return the orders of some customers that every store holds."""
    found = []
    for who, of in lines.items():
        orders = {sale.order_id for sale in of}
        for store in stores:
            orders &= store.orders(who) if orders else orders
        found += [Order(who, order_id) for order_id in sorted(orders)]
    return found
