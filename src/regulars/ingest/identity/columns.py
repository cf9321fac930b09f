"""The columns of a customer's record that identity reads."""

import polars as pl

from regulars.errors import DataError, did_you_mean

TEXT = ("source", "email", "phone", "first_name", "last_name", "address", "postcode", "city", "country")
"""Columns that are text, before and after normalisation."""
COLUMNS = ("customer_id", "source", "email", "phone", "first_name", "last_name", "birthday", *TEXT[5:])
"""What normalisation gives: ``customer_id``, the texts, and ``birthday`` as a date."""
PAIR = ("left_id", "right_id")
"""The two records of a pair, the smaller id (as text) first."""


def checked(records: pl.DataFrame) -> pl.DataFrame:
    """Return the records by ``customer_id``, with absent columns as nulls and text as text.

    Raises:
        DataError: there is no ``customer_id``, or it is empty or not unique.
    """
    if "customer_id" not in records.columns:
        hint = did_you_mean("customer_id", records.columns)
        raise DataError(f"customers: no column 'customer_id'{hint}; name the column that identifies a record")
    frame = records.with_columns(pl.col("customer_id").cast(pl.String))
    if frame["customer_id"].null_count():
        raise DataError("customers: customer_id is empty on some records; give every record an id")
    if frame["customer_id"].n_unique() < frame.height:
        raise DataError("customers: customer_id is not unique; put the source before the id, as in till:17")
    absent = [pl.lit(None, pl.String).alias(name) for name in COLUMNS if name not in frame.columns]
    texts = [pl.col(name).cast(pl.String) for name in TEXT]
    return frame.with_columns(absent).with_columns(texts).select(COLUMNS).sort("customer_id")


def ordered(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return pairs of records with the smaller id on the left, each once, sorted.

    >>> ordered(pl.DataFrame({"left_id": ["b", "a"], "right_id": ["a", "b"]})).rows()
    [('a', 'b')]
    """
    both = pl.col("left_id").cast(pl.String), pl.col("right_id").cast(pl.String)
    return (
        pairs.select(left_id=pl.min_horizontal(both), right_id=pl.max_horizontal(both))
        .filter(pl.col("left_id") < pl.col("right_id"))
        .unique()
        .sort(PAIR)
    )
