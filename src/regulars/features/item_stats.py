"""What the whole shop's purchases say about an item before as_of: demand, trend, repeat buying and its pace."""

import datetime as dt

import polars as pl

from regulars import windows
from regulars.features.purchases import Catalogue

NAMES = (
    "item_share", "item_share_7", "item_ever", "item_trend", "item_unsold_days", "item_age", "item_repeat", "item_rate",
    "item_gap", "item_price", "item_cheaper", "item_off", "group_rate", "group_gap", "group_dear",
)  # fmt: skip
"""The columns of :func:`item_stats`, in order."""

RECENT_DAYS = 28
"""Length of the window for demand; the trend compares it with three of its kind."""
PRIOR_CUSTOMERS = 10.0
"""Customers that a group's share of repeaters counts for among an item's own."""
PRIOR_GAPS = 10.0
"""Gaps that a group's mean counts for among an item's own, and the shop's among a group's."""
PRIOR_ORDERS = 30.0
"""Orders that a group's rate counts for among an item's own, and the shop's among a group's."""
PRICE_DAYS = 14
"""Days that a price of today is taken from; 84 tell the usual one."""
_UNKNOWN = ("item_unsold_days", "item_age", "item_price", "item_price_now", "item_off")
"""What is null, not 0, for an item that did not sell."""
_SPANS = ("customers", "repeaters", "gaps", "days", "orders")


def item_stats(lines: pl.DataFrame, catalogue: Catalogue, as_of: dt.date) -> pl.DataFrame:
    """Return the statistics of every item, and in the last row those of an item nobody knows.

    Columns:
        item_share (share, [0, 1]): customers who bought it in the last 28 days over all customers of these days
        item_share_7 (share, [0, 1]): the same of the last 7 days
        item_ever (share, [0, 1]): customers who ever bought it over all customers
        item_trend (ratio, > 0): its orders in the last 28 days over a third of those in the last 84, one order added
            to both; 1 is steady
        item_unsold_days (days, >= 1): since its last sale; null where there was none
        item_age (days, >= 1): since its first sale; null where there was none
        item_repeat (share, (0, 1)): customers who bought it in two orders or more, shrunk towards the group's share
        item_rate (share, (0, 1)): of its customers' orders after their first with it, those with it, shrunk likewise
        item_gap (days, > 0): mean time between two purchases by one customer, shrunk likewise
        item_price (minor units, >= 0): mean price of a unit in the last 84 days; null where it did not sell
        item_cheaper (ratio, >= 0): its mean price in the last 14 days over item_price; null where it did not sell or
            was free
        item_off (share, [0, 1]): of its sales in the last 14 days, those at a discount; null where it did not sell
        group_rate (share, (0, 1)): item_rate of the items of its group together
        group_gap (days, > 0): mean time between two orders of one customer with any item of its group
        group_dear (ratio, >= 0): item_price over its mean among the group's items; null where it did not sell or
            all of them were free

    Args:
        lines: :class:`~regulars.features.purchases.Purchases` lines, of every customer, all before as_of.
        catalogue: where items and groups have their numbers.
        as_of: the first unknown day.
    """
    bought = lines.filter(pl.col("item") < catalogue.n_items)
    items = _repeats(_spans(bought, ["item", "group"]), ["item", "group"])
    groups = items.group_by("group").agg(pl.col(*_SPANS).sum())
    ordered = bought.group_by("customer", "order", "group").agg(pl.col("day").min())
    visits = _repeats(_spans(ordered, ["group"]), ["group"])
    numbers = {"item": range(catalogue.n_items + 1), "group": catalogue.groups}
    rows = pl.DataFrame(numbers, schema={"item": pl.Int32, "group": pl.Int32})
    return (
        rows.join(items.drop("group"), on="item", how="left", maintain_order="left")
        .join(groups, on="group", how="left", suffix="_group", maintain_order="left")
        .join(visits, on="group", how="left", suffix="_visits", maintain_order="left")
        .join(_demand(bought, as_of), on="item", how="left", maintain_order="left")
        .with_columns(pl.exclude(_UNKNOWN).fill_null(0))
        .join(_whole_shop(items), how="cross")
        .with_columns(**_group_means())
        .select(**_item_means())
    )


def popularity(lines: pl.DataFrame, as_of: dt.date, window_days: int) -> pl.DataFrame:
    """Return the items ever sold, the most popular first: ``item`` and ``share``.

    By customers in the last ``window_days``, orders in them, customers ever, orders ever, then by item.
    ``share`` is customers who bought it in the window / customers of the window (0 where there are none).
    """
    recent = pl.col("day") >= windows.day_number(as_of) - window_days
    active = lines.filter(recent)["customer"].n_unique()
    counted = lines.group_by("item").agg(
        customers=pl.col("customer").filter(recent).n_unique(),
        orders=recent.sum(),
        customers_ever=pl.col("customer").n_unique(),
        orders_ever=pl.len(),
    )
    order = ["customers", "orders", "customers_ever", "orders_ever"]
    ranked = counted.sort([*order, "item"], descending=[True] * len(order) + [False])
    return ranked.select("item", share=pl.col("customers") / max(active, 1))


def _spans(lines: pl.DataFrame, what: list[str]) -> pl.DataFrame:
    """Return a row a customer and item or group: orders with it, days from first to last, orders since the first."""
    latest = pl.col("order").max().over("customer").cast(pl.Int64)
    return (
        lines.with_columns(later=latest - pl.col("order"))
        .group_by("customer", *what)
        .agg(
            bought=pl.len().cast(pl.Int64),
            days=(pl.col("day").max() - pl.col("day").min()).cast(pl.Int64),
            orders=pl.col("later").max(),
        )
    )


def _repeats(spans: pl.DataFrame, what: list[str]) -> pl.DataFrame:
    """Add the customers up: how many, how many came back for it, after how many gaps, days and orders."""
    return spans.group_by(what).agg(
        customers=pl.len().cast(pl.Int64),
        repeaters=(pl.col("bought") > 1).sum().cast(pl.Int64),
        gaps=(pl.col("bought") - 1).sum(),
        days=pl.col("days").sum(),
        orders=pl.col("orders").sum(),
    )


def _mean(total: str, n: str, prior: pl.Expr, weight: float) -> pl.Expr:
    """Return the mean of ``n`` observations and ``weight`` more that all say ``prior``."""
    return (pl.col(total) + weight * prior) / (pl.col(n) + weight)


def _whole_shop(items: pl.DataFrame) -> pl.DataFrame:
    """Return ``repeat``, ``rate`` and ``gap`` of all items together, in one row."""
    return items.select(pl.col(*_SPANS).sum()).select(
        repeat=_mean("repeaters", "customers", pl.lit(0.5), 1.0),
        rate=_mean("gaps", "orders", pl.lit(0.1), 1.0),
        gap=_mean("days", "gaps", pl.lit(float(RECENT_DAYS)), 1.0),
    )


def _group_means() -> dict[str, pl.Expr]:
    return {
        "group_repeat": _mean("repeaters_group", "customers_group", pl.col("repeat"), PRIOR_CUSTOMERS),
        "group_rate": _mean("gaps_group", "orders_group", pl.col("rate"), PRIOR_ORDERS),
        "items_gap": _mean("days_group", "gaps_group", pl.col("gap"), PRIOR_GAPS),
        "group_gap": _mean("days_visits", "gaps_visits", pl.col("gap"), PRIOR_GAPS),
    }


def _item_means() -> dict[str, pl.Expr]:
    usual = pl.col("item_price")
    return {
        "item_share": pl.col("item_share"),
        "item_share_7": pl.col("item_share_7"),
        "item_ever": pl.col("item_ever"),
        "item_trend": (pl.col("orders_recent") + 1.0) / (pl.col("orders_season") / 3.0 + 1.0),
        "item_unsold_days": pl.col("item_unsold_days").cast(pl.Float64),
        "item_age": pl.col("item_age").cast(pl.Float64),
        "item_repeat": _mean("repeaters", "customers", pl.col("group_repeat"), PRIOR_CUSTOMERS),
        "item_rate": _mean("gaps", "orders", pl.col("group_rate"), PRIOR_ORDERS),
        "item_gap": _mean("days", "gaps", pl.col("items_gap"), PRIOR_GAPS),
        "item_price": usual,
        "item_cheaper": pl.when(usual > 0).then(pl.col("item_price_now") / usual),
        "item_off": pl.col("item_off"),
        "group_rate": pl.col("group_rate"),
        "group_gap": pl.col("group_gap"),
        "group_dear": (usual / usual.mean().over("group")).fill_nan(None),
    }


def _demand(lines: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    age = windows.day_number(as_of) - pl.col("day")
    recent, week, now = age <= RECENT_DAYS, age <= 7, age <= PRICE_DAYS
    everybody = {days: lines.filter(age <= days)["customer"].n_unique() for days in (7, RECENT_DAYS)}
    customer, price = pl.col("customer"), pl.col("price")
    return lines.group_by("item").agg(
        item_share=customer.filter(recent).n_unique() / max(everybody[RECENT_DAYS], 1),
        item_share_7=customer.filter(week).n_unique() / max(everybody[7], 1),
        item_ever=customer.n_unique() / max(lines["customer"].n_unique(), 1),
        orders_recent=recent.sum(),
        orders_season=(age <= 3 * RECENT_DAYS).sum(),
        item_unsold_days=age.min(),
        item_age=age.max(),
        item_price=price.filter(age <= 3 * RECENT_DAYS).sort().mean(),
        item_price_now=price.filter(now).sort().mean(),
        item_off=pl.col("off").filter(now).mean(),
    )
