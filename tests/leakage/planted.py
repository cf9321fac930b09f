"""Columns that know the future, of each kind that a shop meets, and a shop to plant them in."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from regulars import features
from regulars.features import Columns, Past, Side
from regulars.leakage import Sample
from regulars.windows import Snapshot
from tests import shops

SNAPSHOT = Snapshot(dt.date(2023, 8, 1), 30)
KEYS = ["customer_id", "as_of"]


def sample(n_customers: int = 200, seed: int = 7) -> Sample:
    """A shop as frames, with events, some of them after each as_of."""
    shop = shops.simulate(n_customers, seed=seed)
    return Sample(shop.transactions, Side(items=shop.items, events=events(shop.transactions)))


def events(transactions: pl.DataFrame) -> pl.DataFrame:
    """A look before every third line."""
    lines = transactions.gather_every(3)
    return lines.select(
        "customer_id", kind=pl.lit("view"), at=pl.col("purchased_at").dt.offset_by("-1h"), item_id="item_id"
    )


def whole_life(past: Past) -> Columns:
    """A family that goes round the verbs of Past: purchase days of the whole log."""
    days = past._rollups["days"]
    return {"life": np.bincount(days.customer, minlength=past.rows.n_customers)[past.rows.customer].astype(np.float64)}


def one_day_too_many(past: Past) -> Columns:
    """A family that counts the day of as_of in."""
    days = past._rollups["days"]
    ends = days.place(past.rows.customer, past.rows.as_of + 1)
    begins = days.place(past.rows.customer, np.full(len(past), -(2**31)))
    return {"visits": (ends - begins).astype(np.float64)}


def known(transactions: pl.DataFrame, snapshots: Sequence[Snapshot], **columns: Any) -> pl.DataFrame:
    """A table of the customers known at each snapshot, with columns that are expressions over all their lines."""
    return pl.concat(
        transactions.filter(pl.col("customer_id").is_in(_ids(transactions, each).implode()))
        .group_by("customer_id")
        .agg(as_of=pl.lit(each.as_of), **{name: make(each) for name, make in columns.items()})
        .sort("customer_id")
        for each in snapshots
    )


def _ids(transactions: pl.DataFrame, snapshot: Snapshot) -> pl.Series:
    bought = transactions.filter((pl.col("quantity") > 0) & (pl.col("purchased_at") < snapshot.as_of))
    return bought["customer_id"].unique()


def spend_to_come(snapshot: Snapshot) -> pl.Expr:
    """Share of a customer's money that is spent in the window."""
    inside = pl.col("purchased_at").is_between(snapshot.future.start, snapshot.future.end, closed="left")
    return pl.col("amount").filter(inside).sum() / pl.col("amount").abs().sum()


def orders_before(snapshot: Snapshot) -> pl.Expr:
    """Orders before as_of: honest."""
    return pl.col("order_id").filter(pl.col("purchased_at") < snapshot.as_of).n_unique()


def table(transactions: pl.DataFrame, side: Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
    """The feature set and a column that peeks."""
    peeks = known(transactions, snapshots, spend_to_come=spend_to_come)
    return features.table(transactions, side, snapshots).join(peeks, on=KEYS)
