"""A shop whose items have names, groupings and prices, for what a wish may ask."""

import datetime as dt
from collections.abc import Callable
from functools import cache

import numpy as np
import polars as pl

from regulars import schema
from regulars.estimators.recommend import LightGBMRanker, OwnTop, Recommender
from tests.estimators.recommend import shop

AS_OF = shop.AS_OF
GOODS = ("coffee", "tea", "soap", "bread")
FEW = {"limits": {"popular": 12, "similar": 10, "co_purchase": 10, "following": 10, "mix": 10}}


def items(n: int = 40) -> pl.DataFrame:
    """Ten items of each of GOODS; soap is a durable, the last item of each never sold."""
    rows = [
        {
            "item_id": f"I{number:02}",
            "name": f"{GOODS[number % 4]} number {number}",
            "department": "Food" if number % 4 != 2 else "House",
            "category": GOODS[number % 4].title(),
            "life_days": 400.0 if number % 4 == 2 else None,
        }
        for number in range(n)
    ]
    more = [
        {"item_id": f"N{number}", "name": f"{good} new", "category": good.title()} for number, good in enumerate(GOODS)
    ]
    return schema.ITEMS.conform(pl.DataFrame([*rows, *more], infer_schema_length=None))


@cache
def transactions() -> pl.DataFrame:
    """The lines of ``shop``, at a price that the item's number gives, in two stores."""
    price = 100 + 10 * pl.col("item_id").str.slice(1).cast(pl.Int64)
    store = pl.when(pl.col("customer_id") < "C030").then(pl.lit("north")).otherwise(pl.lit("south"))
    return shop.transactions().with_columns(amount=price, store_id=store)


def ranker() -> LightGBMRanker:
    """A small ranker."""
    return LightGBMRanker(rounds=20, min_data_in_leaf=20, candidates=FEW)


@cache
def fitted(make: Callable[[], Recommender]) -> Recommender:
    """A recommender that knows the shop."""
    return make().fit(transactions(), items(), AS_OF)


MAKES: tuple[Callable[[], Recommender], ...] = (OwnTop, ranker)


def known() -> pl.DataFrame:
    """What was bought before AS_OF."""
    return transactions().filter(pl.col("purchased_at") < AS_OF)


def owned() -> dict[str, set[str]]:
    """What each customer bought before AS_OF."""
    rows = known().group_by("customer_id").agg(pl.col("item_id").unique())
    return {customer: set(ids) for customer, ids in rows.iter_rows()}


def some(n: int = 6, seed: int = 0) -> pl.DataFrame:
    """The lines of a few customers."""
    chosen = np.random.default_rng(seed).choice(60, size=n, replace=False)
    return transactions().filter(pl.col("customer_id").is_in([f"C{number:03}" for number in chosen]))


def day(number: int) -> dt.datetime:
    """A moment so many days before AS_OF."""
    return dt.datetime.combine(AS_OF, dt.time(12)) - dt.timedelta(days=number)
