"""A file of baskets as a shop's log.

The file holds ``{"train" | "validate" | "test": {customer: [[item, ...], ...]}}``: each customer's baskets in order,
the last of which is the target. It has no dates, so every customer buys once a week, the last known basket a week
before ``AS_OF``. An item twice in a basket counts once.
"""

import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from regulars import schema
from regulars.errors import DataError

PARTS = ("train", "validate", "test")
AS_OF = dt.date(2024, 1, 1)
STEP_DAYS = 7
EVER = 100_000
"""Days in which popularity is counted: all there are."""
MOST_BASKETS = 10_000
"""Baskets of a customer; more would leave the calendar."""


@dataclass(frozen=True)
class Part:
    """Some customers with all their baskets."""

    baskets: pl.DataFrame
    """``customer_id``, ``place`` (0 = first), ``last`` (place of the target), ``item_ids``."""

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        return self.baskets["customer_id"].n_unique()

    @cached_property
    def truth(self) -> pl.DataFrame:
        """The targets: ``customer_id``, ``item_ids``."""
        return self.baskets.filter(pl.col("place") == pl.col("last")).select("customer_id", "item_ids")

    @cached_property
    def whole(self) -> pl.DataFrame:
        """Every basket, as ``schema.TRANSACTIONS``."""
        return _transactions(self.baskets, pl.col("last") - pl.col("place") + 1)

    @cached_property
    def known(self) -> pl.DataFrame:
        """The baskets before the target, as ``schema.TRANSACTIONS``."""
        return _transactions(self._before, pl.col("last") - pl.col("place"))

    @property
    def backwards(self) -> pl.DataFrame:
        """The same read from the end: the first basket is the latest."""
        return _transactions(self._before, pl.col("place") + 1)

    @property
    def shuffled(self) -> pl.DataFrame:
        """The baskets before the target, each by a customer of its own: customers are then counted as baskets are."""
        alone = pl.format("{}/{}", "customer_id", "place")
        return _transactions(self._before.with_columns(customer_id=alone), pl.lit(1))

    @property
    def _before(self) -> pl.DataFrame:
        return self.baskets.filter(pl.col("place") < pl.col("last"))


def _transactions(baskets: pl.DataFrame, weeks: pl.Expr) -> pl.DataFrame:
    """Return a line an item, ``weeks`` before AS_OF; all cost the same."""
    lines = baskets.select(
        "customer_id",
        order_id=pl.format("{}/{}", "customer_id", "place"),
        purchased_at=pl.lit(AS_OF).cast(pl.Datetime("us")) - pl.duration(days=STEP_DAYS * weeks),
        item_id="item_ids",
    ).explode("item_id")
    return schema.TRANSACTIONS.conform(lines.with_columns(quantity=1.0, amount=100, discount=0))


def read(path: Path) -> dict[str, Part]:
    """Return the parts of a file.

    Raises:
        DataError: it is not there, not JSON or not of this format; the message says where.
    """
    try:
        told = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); give a file of baskets") from error
    except ValueError as error:
        raise DataError(f"{path} is not JSON ({error}); give a file of the DNNTSP format") from error
    parts = told if isinstance(told, dict) else {}
    if missing := [name for name in PARTS if not isinstance(parts.get(name), dict) or not parts[name]]:
        raise DataError(f"{path}: no customers under {missing[0]!r}; the file needs {', '.join(PARTS)}")
    _check_customers({name: parts[name] for name in PARTS})
    numbers = {type(item) for name in PARTS for own in parts[name].values() for basket in own for item in basket}
    width = _width(parts) if numbers == {int} else 0
    return {name: _part(parts[name], width) for name in PARTS}


def _check_customers(parts: dict[str, dict[str, Any]]) -> None:
    """Refuse customers who have no two baskets with something in them, or stand in two parts."""
    where: dict[str, str] = {}
    for name, customers in parts.items():
        for customer, baskets in customers.items():
            who = f"{name}: customer {customer!r}"
            if customer in where:
                raise DataError(f"{who} is under {where[customer]!r} as well; a customer belongs to one part")
            where[customer] = name
            _check_baskets(who, baskets)


def _check_baskets(who: str, baskets: Any) -> None:
    if not isinstance(baskets, list) or not all(isinstance(basket, list) for basket in baskets):
        raise DataError(f"{who} has no list of baskets, each a list of items")
    if not 2 <= len(baskets) <= MOST_BASKETS:
        raise DataError(f"{who} has {len(baskets)} basket(s); 2 to {MOST_BASKETS} are needed, the last is the target")
    for place, basket in enumerate(baskets):
        if not basket:
            raise DataError(f"{who}: basket {place + 1} is empty; leave it out")
        if wrong := [item for item in basket if type(item) not in (int, str)]:
            raise DataError(f"{who}: basket {place + 1} holds {wrong[0]!r}, which is no item; use numbers or names")


def _width(parts: dict[str, Any]) -> int:
    """Return the digits of the largest number: ids of this length are in the order of the numbers."""
    most = max(item for name in PARTS for own in parts[name].values() for basket in own for item in basket)
    return len(str(most))


def _part(customers: dict[str, list[list[Any]]], width: int) -> Part:
    n_baskets = np.array([len(own) for own in customers.values()])
    starts = np.cumsum(n_baskets) - n_baskets
    items = [[str(item).zfill(width) for item in basket] for own in customers.values() for basket in own]
    baskets = pl.DataFrame(
        {
            "customer_id": np.repeat(np.array(list(customers), dtype=object), n_baskets),
            "place": np.arange(n_baskets.sum()) - np.repeat(starts, n_baskets),
            "last": np.repeat(n_baskets - 1, n_baskets),
            "item_ids": items,
        },
        schema={"customer_id": pl.String, "place": pl.Int64, "last": pl.Int64, "item_ids": pl.List(pl.String)},
    )
    return Part(baskets.with_columns(pl.col("item_ids").list.unique().list.sort()))
