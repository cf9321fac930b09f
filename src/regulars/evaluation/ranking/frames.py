"""The frames that the metrics of lists are made of, checked at the door."""

from typing import Literal

import polars as pl

from regulars.errors import ConfigError, DataError

Denominator = Literal["bought", "reachable"]
PAIR = ["customer_id", "item_id"]


def check(recommendations: pl.DataFrame, truth: pl.DataFrame, owned: pl.DataFrame | None, k: int) -> None:
    """Refuse frames that are not what the package says they are.

    Raises:
        ConfigError: ``k`` is below 1.
        DataError: a column is missing, a customer has two baskets, or a list repeats a rank or item.
    """
    if k < 1:
        raise ConfigError(f"a list holds at least one item, not {k}")
    ranks = ["customer_id", "rank"]
    _require(recommendations, "recommendations", [*ranks, "item_id"], [ranks, PAIR])
    _require(truth, "truth", ["customer_id", "item_ids"], [["customer_id"]])
    if owned is not None:
        _require(owned, "owned", PAIR, [])


def _require(frame: pl.DataFrame, name: str, columns: list[str], unique: list[list[str]]) -> None:
    """Raise DataError where a column is missing or a key of ``unique`` repeats."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise DataError(f"{name}: no column {missing[0]!r}; it needs {', '.join(columns)}")
    for key in unique:
        if frame.select(key).is_duplicated().any():
            raise DataError(f"{name}: ({', '.join(key)}) repeats; evaluate one snapshot at a time")


def top(recommendations: pl.DataFrame, k: int) -> pl.DataFrame:
    """Return the first ``k`` places of each list: customer_id, item_id, rank."""
    return recommendations.filter(pl.col("rank").is_between(1, k)).select(*PAIR, "rank")


def bought(truth: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct (customer_id, item_id) of the next baskets."""
    pairs = truth.select("customer_id", pl.col("item_ids").alias("item_id")).explode("item_id")
    return pairs.drop_nulls("item_id").unique(PAIR)


def with_repeat(pairs: pl.DataFrame, owned: pl.DataFrame | None) -> pl.DataFrame:
    """Return ``pairs`` with ``repeat``: whether the customer owned the item before, null where nobody knows."""
    if owned is None:
        return pairs.with_columns(repeat=pl.lit(None, dtype=pl.Boolean))
    known = owned.select(PAIR).join(pairs, on=PAIR, how="semi").unique().with_columns(repeat=pl.lit(True))
    return pairs.join(known, on=PAIR, how="left").with_columns(pl.col("repeat").fill_null(False))
