"""The view of a support agent: what a customer bought last, usually, and brought back."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
from typing_extensions import TypedDict

from serving import money, standing
from serving.profile_contract import Bought, Cadence, Favourite, Order, OrderDay, Returns

LAST_ORDERS, DEAREST_LINES, FAVOURITES = 5, 5, 5
ORDER_DAYS = 200


class Habits(TypedDict):
    """What a customer's lines tell."""

    spent: str
    order_days: list[OrderDay]
    last_orders: list[Order]
    favourites: list[Favourite]
    returns: Returns


class View(TypedDict):
    """What the models and the features tell beside the scores."""

    survival: list[float]
    cadence: Cadence


def view(row: Mapping[str, Any], known: Mapping[str, Any]) -> View:
    """Return what a row of scores with their curve, and the row of features, tell."""
    return {"survival": row["survival"], "cadence": cadence(known)}


def cadence(known: Mapping[str, Any]) -> Cadence:
    """Return how regularly a customer comes, from their row of features."""
    recency, as_of = int(known["recency"]), known["as_of"]
    return {
        "last_order": as_of - dt.timedelta(days=recency),
        "recency_days": recency,
        "usual_gap_days": known["gap_median"],
        "overdue": standing.overdue(known),
    }


def habits(lines: pl.DataFrame, names: dict[str, str | None], currency: str) -> Habits:
    """Return what the lines of one customer tell.

    Args:
        lines: ``schema.TRANSACTIONS`` of one customer, at least one.
        names: what the items are called.
        currency: of the shop.
    """
    back = lines.filter(pl.col("quantity") < 0)
    return {
        "spent": money.text(int(lines["amount"].sum()), currency),
        "order_days": _order_days(lines, currency),
        "last_orders": _last_orders(lines, names, currency),
        "favourites": favourites(lines, names),
        "returns": {"n_lines": len(back), "amount": money.text(int(back["amount"].sum()), currency)},
    }


def _order_days(lines: pl.DataFrame, currency: str) -> list[OrderDay]:
    days = (
        lines.group_by(day=pl.col("purchased_at").dt.date())
        .agg(amount=pl.col("amount").sum(), n_orders=pl.col("order_id").n_unique())
        .sort("day")
        .tail(ORDER_DAYS)
    )
    return [
        {"day": day, "amount": money.text(amount, currency), "n_orders": n_orders}
        for day, amount, n_orders in days.iter_rows()
    ]


def _last_orders(lines: pl.DataFrame, names: dict[str, str | None], currency: str) -> list[Order]:
    orders = (
        lines.group_by("order_id")
        .agg(purchased_at=pl.col("purchased_at").min(), amount=pl.col("amount").sum(), n_lines=pl.len())
        .sort(["purchased_at", "order_id"], descending=True)
        .head(LAST_ORDERS)
    )
    return [
        {
            "order_id": order["order_id"],
            "purchased_at": order["purchased_at"],
            "amount": money.text(order["amount"], currency),
            "n_lines": order["n_lines"],
            "lines": _dearest(lines.filter(pl.col("order_id") == order["order_id"]), names, currency),
        }
        for order in orders.iter_rows(named=True)
    ]


def _dearest(lines: pl.DataFrame, names: dict[str, str | None], currency: str) -> list[Bought]:
    dearest = lines.sort(["amount", "item_id"], descending=[True, False]).head(DEAREST_LINES)
    return [_bought(line, names, currency) for line in dearest.iter_rows(named=True)]


def _bought(line: dict[str, Any], names: dict[str, str | None], currency: str) -> Bought:
    return {
        "item_id": line["item_id"],
        "name": names.get(line["item_id"]),
        "quantity": line["quantity"],
        "amount": money.text(line["amount"], currency),
    }


def favourites(lines: pl.DataFrame, names: dict[str, str | None]) -> list[Favourite]:
    """The items bought in most orders, the latest first where equal."""
    items = (
        lines.filter(pl.col("quantity") > 0)
        .group_by("item_id")
        .agg(n_orders=pl.col("order_id").n_unique(), last_bought=pl.col("purchased_at").max().dt.date())
        .sort(["n_orders", "last_bought", "item_id"], descending=[True, True, False])
        .head(FAVOURITES)
    )
    return [
        {"item_id": item_id, "name": names.get(item_id), "n_orders": n_orders, "last_bought": last}
        for item_id, n_orders, last in items.iter_rows()
    ]
