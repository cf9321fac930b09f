"""A customer's purchase days of each unit, as integers that depend on nothing later."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import windows
from regulars.features.repurchase.runs import Ints, Runs
from regulars.features.repurchase.units import Units

_MOST = 1e9
"""Quantities count up to here: sums of fixed-point numbers must not overflow."""
_MILLI = 1000
"""Quantities and contents are kept in thousandths."""


@dataclass(frozen=True)
class Log:
    """Who bought which unit on which day.

    What a row says depends on earlier rows of the same customer only, so that a log cut at a day is the log
    of the cut lines.
    """

    lines: pl.DataFrame
    """One row a customer, unit and day, in this order:

    ``customer``, ``unit``  rows of ``customer_ids`` and ``unit_ids``
    ``category``  number of the unit's category; -1 where it has none
    ``day``       days since 1970-01-01
    ``gap``       days since the pair's day before; 0 for the first
    ``nth``       place among the pair's days, from 1
    ``trip``      place of the day among the customer's purchase days, from 1
    ``units``     distinct units that the customer bought that day
    ``item``      row of ``item_ids``: the last item bought of the unit that day
    ``quantity``, ``content``  thousandths of units, and of ounces or pieces (0 where no pack says)
    ``amount``, ``discount``  minor units
    """
    trips: pl.DataFrame
    """One row a customer and purchase day: ``customer``, ``day``, ``units`` (distinct units bought)."""
    kin: pl.DataFrame
    """One row a customer, category and purchase day: ``customer``, ``category``, ``day``."""
    customer_ids: pl.Series
    unit_ids: pl.Series
    item_ids: pl.Series

    def before(self, as_of: dt.date) -> "Log":
        """Return the part known at ``as_of``."""
        known = pl.col("day") < windows.day_number(as_of)
        return replace(self, lines=self.lines.filter(known), trips=self.trips.filter(known), kin=self.kin.filter(known))

    def some(self, customers: Ints) -> "Log":
        """Return the rows of some customers."""
        chosen = pl.col("customer").is_in(pl.Series(customers, dtype=pl.Int32).implode())
        return replace(
            self, lines=self.lines.filter(chosen), trips=self.trips.filter(chosen), kin=self.kin.filter(chosen)
        )

    def blocks(self, size: int) -> "list[Log]":
        """Cut the log into pieces of up to ``size`` customers."""
        customers = self.lines["customer"].unique().sort().to_numpy().astype(np.int64)
        return [self.some(customers[at : at + size]) for at in range(0, len(customers), size)]


def build(transactions: pl.DataFrame, units: Units) -> Log:
    """Number the purchases (quantity > 0) of ``transactions`` (rows of ``schema.TRANSACTIONS``)."""
    bought = units.attach(transactions.filter(pl.col("quantity") > 0))
    quantity = pl.col("quantity").clip(upper_bound=_MOST)
    named = bought.select(
        "customer_id",
        "unit",
        "item_id",
        "purchased_at",
        "order_id",
        "amount",
        "discount",
        day=pl.col("purchased_at").dt.date().cast(pl.Int32),
        quantity=_thousandths(quantity),
        content=_thousandths((quantity * pl.col("size").fill_null(0.0)).clip(upper_bound=_MOST)),
    )
    ids = {name: named[name].unique().sort() for name in ("customer_id", "unit", "item_id")}
    coded = named.with_columns(
        customer=_codes(named["customer_id"], ids["customer_id"]),
        item=_codes(named["item_id"], ids["item_id"]),
        unit=_codes(named["unit"], ids["unit"]),
    )
    days = (
        coded.sort("customer", "unit", "purchased_at", "order_id", "item_id")
        .group_by("customer", "unit", "day", maintain_order=True)
        .agg(pl.col("item").last(), pl.col("quantity", "content", "amount", "discount").sum())
    )
    categories = _categories(units, ids["unit"])
    days = days.with_columns(category=pl.Series(categories[days["unit"].to_numpy()], dtype=pl.Int32))
    trips = days.group_by("customer", "day").agg(units=pl.len().cast(pl.Int32)).sort("customer", "day")
    kin = days.filter(pl.col("category") >= 0).select("customer", "category", "day").unique()
    return Log(_placed(days, trips), trips, kin.sort(kin.columns), ids["customer_id"], ids["unit"], ids["item_id"])


def _thousandths(values: pl.Expr) -> pl.Expr:
    return (values * _MILLI).round().cast(pl.Int64)


def _codes(values: pl.Series, ids: pl.Series) -> pl.Series:
    """Return the place of each value in ``ids``."""
    table = ids.to_frame("id").with_row_index("code")
    return values.to_frame("id").join(table, on="id", how="left", maintain_order="left")["code"].cast(pl.Int32)


def _categories(units: Units, unit_ids: pl.Series) -> npt.NDArray[np.int64]:
    named = units.categories
    numbers = named["category"].unique().sort().to_frame().with_row_index("number")
    coded = named.join(numbers, on="category")
    found = unit_ids.to_frame("unit").join(coded, on="unit", how="left", maintain_order="left")
    return found["number"].cast(pl.Int64).fill_null(-1).to_numpy()


def _placed(days: pl.DataFrame, trips: pl.DataFrame) -> pl.DataFrame:
    """Add ``gap``, ``nth`` and ``trip`` to pair days sorted by customer, unit and day."""
    customer, unit, day = (days[name].to_numpy().astype(np.int64) for name in ("customer", "unit", "day"))
    runs = Runs.of(customer, unit)
    nth = np.arange(len(day)) - np.repeat(runs.starts, runs.counts) + 1
    gap = np.where(nth > 1, np.diff(day, prepend=day[:1]), 0)
    visits = Runs.of(trips["customer"].to_numpy())
    place = np.arange(trips.height) - np.repeat(visits.starts, visits.counts) + 1
    numbered = trips.select("customer", "day", "units", trip=pl.Series(place, dtype=pl.Int32))
    placed = days.with_columns(gap=pl.Series(gap, dtype=pl.Int32), nth=pl.Series(nth, dtype=pl.Int32))
    return placed.join(numbered, on=["customer", "day"], how="left", maintain_order="left")
