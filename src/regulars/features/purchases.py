"""Purchases as integers: what customer x item features and recommenders compute on.

Items, customers and orders become row numbers and moments become days, once; every later step is then
arithmetic on small integers, exact and the same for one customer as for all of them.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import windows

Codes = npt.NDArray[np.int64]

BLOCK = 128
"""Customers computed at once: what bounds the memory."""

_GROUPINGS = ("product_type", "category", "department")
"""The groupings of an item, finest first."""


@dataclass(frozen=True)
class Catalogue:
    """The items that have a number.

    An item's code is its place in ``item_ids``; its group is the finest grouping the shop gave it. The last
    row of ``groups`` is for items that are not in the catalogue, the last group for items without any.
    """

    item_ids: pl.Series
    """String, distinct, sorted: (n,)."""
    groups: Codes
    """Group of each code, and of the unknown item: (n + 1,)."""

    @classmethod
    def of(cls, items: pl.DataFrame, transactions: pl.DataFrame) -> "Catalogue":
        """Number every item of the item table or of ``transactions``."""
        known = [name for name in _GROUPINGS if name in items.columns]
        group = pl.coalesce(known) if known else pl.lit(None, pl.String)
        named = items.select("item_id", group=group).unique("item_id", keep="first", maintain_order=True)
        sold = transactions.select("item_id", group=pl.lit(None, pl.String)).unique("item_id")
        every = pl.concat([named, sold.join(named, on="item_id", how="anti")]).sort("item_id")
        names = every["group"].drop_nulls().unique().sort()
        numbers = pl.DataFrame({"group": names, "number": np.arange(len(names))})
        coded = every.join(numbers, on="group", how="left", maintain_order="left")["number"].fill_null(len(names))
        return cls(every["item_id"], np.append(coded.to_numpy(), len(names)).astype(np.int64))

    @property
    def n_items(self) -> int:
        """Number of items, which is also the row of the unknown item."""
        return len(self.item_ids)

    @property
    def n_groups(self) -> int:
        """Number of groups with the one of ungrouped items."""
        return int(self.groups[-1]) + 1

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each item_id."""
        return {item_id: code for code, item_id in enumerate(self.item_ids.to_list())}

    def code(self, item_ids: pl.Series, also: pl.Series | None = None) -> tuple[pl.Series, pl.Series]:
        """Return the codes of ``item_ids`` and the catalogue's ids, extended by those it did not know.

        Unknown items get the codes from ``n_items`` on, in the order of their ids; those of ``also`` get one too.
        """
        distinct = (item_ids if also is None else pl.concat([item_ids, also])).unique().sort()
        codes = [self.numbers.get(item_id, -1) for item_id in distinct.to_list()]
        strangers = distinct.filter(pl.Series(codes) == -1) if -1 in codes else distinct.head(0)
        if len(strangers):
            numbers = iter(range(self.n_items, self.n_items + len(strangers)))
            codes = [next(numbers) if code < 0 else code for code in codes]
        table = pl.DataFrame({"item_id": distinct, "code": pl.Series(codes, dtype=pl.Int32)})
        coded = item_ids.to_frame("item_id").join(table, on="item_id", how="left", maintain_order="left")
        every = pl.concat([self.item_ids, strangers]) if len(strangers) else self.item_ids
        return coded["code"], every


@dataclass(frozen=True)
class Purchases:
    """Who bought what when, as integers."""

    lines: pl.DataFrame
    """One row an order and item, by customer, order and item:

    ``customer``  row of ``customer_ids``
    ``order``     0 for the customer's first order, in the order of time
    ``item``      row of ``item_ids``
    ``group``     the item's group
    ``day``       days since 1970-01-01
    ``price``     what a unit cost that day, minor units, >= 0
    ``off``       whether it was at a discount that day
    """
    customer_ids: pl.Series
    """Distinct, sorted."""
    item_ids: pl.Series
    """The catalogue's ids, then those of items it does not know."""

    def before(self, as_of: dt.date) -> pl.DataFrame:
        """Return the lines known at ``as_of``; cutting first and numbering then gives the same."""
        return self.lines.filter(pl.col("day") < windows.day_number(as_of))


def blocks(lines: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the lines of up to BLOCK customers after those of another, in the order of the customers."""
    for customers in lines["customer"].unique().sort().to_frame().iter_slices(BLOCK):
        first, last = customers["customer"][0], customers["customer"][-1]
        yield lines.filter(pl.col("customer").is_between(first, last))


def ratio(over: pl.Expr, under: pl.Expr) -> pl.Expr:
    """Return ``over / under``, with the same last digit for one row as for many.

    Polars divides by a column of one value by multiplying with its inverse, so a plain division would answer
    differently for a customer alone and in a batch. Here it is always the inverse.
    """
    return over * (1.0 / under)


def purchases(transactions: pl.DataFrame, catalogue: Catalogue, also: pl.Series | None = None) -> Purchases:
    """Number the customers, orders and items of the purchase lines (quantity > 0) of ``transactions``.

    An order's place is given by its first line, then by its id, and day, price and discount of an item in an order
    are of the first day with it, so lines that arrive later change nothing. The item_ids of ``also`` get a number too.
    """
    kept = ["customer_id", "order_id", "item_id", "purchased_at", "quantity", "amount", "discount"]
    bought = transactions.filter(pl.col("quantity") > 0).select(kept)
    codes, item_ids = catalogue.code(bought["item_id"], also)
    orders = (
        bought.group_by("customer_id", "order_id")
        .agg(at=pl.col("purchased_at").min())
        .sort("customer_id", "at", "order_id")
    )
    customer = pl.col("customer_id").rle_id().cast(pl.Int32)
    orders = orders.select("customer_id", "order_id", customer=customer)
    first = pl.col("row").min().over("customer")
    orders = orders.with_row_index("row").with_columns(order=(pl.col("row") - first).cast(pl.Int32))
    lines = (
        bought.with_columns(item=codes, day=pl.col("purchased_at").dt.date().cast(pl.Int32))
        .join(orders, on=["customer_id", "order_id"])
        .group_by("customer", "order", "item", "day")
        .agg(pl.col("amount").sum(), pl.col("quantity").sum(), off=(pl.col("discount").fill_null(0) > 0).any())
        .sort("customer", "order", "item", "day")
        .unique(["customer", "order", "item"], keep="first", maintain_order=True)
        .with_columns(price=ratio(pl.col("amount").clip(0), pl.col("quantity")).round(2))
        .select("customer", "order", "item", "day", "price", "off")
    )
    group = catalogue.groups[np.minimum(lines["item"].to_numpy(), catalogue.n_items)]
    customer_ids = orders["customer_id"].unique(maintain_order=True)
    return Purchases(lines.with_columns(group=pl.Series(group, dtype=pl.Int32)), customer_ids, item_ids)
