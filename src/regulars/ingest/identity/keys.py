"""Exact keys: records that share an e-mail address or a phone number, unless that says little or is contradicted."""

from typing import Literal

import duckdb
import polars as pl

from regulars.ingest.identity.columns import PAIR
from regulars.ingest.identity.contradictions import judged
from regulars.ingest.identity.emails import personal
from regulars.ingest.identity.settings import Settings

Rule = Literal["email", "phone"]


def key_pairs(connection: duckdb.DuckDBPyConnection, records: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return ``left_id``, ``right_id`` and ``rule`` of the pairs that an exact key joins; ``email`` before ``phone``.

    A key is ignored, and its pairs are left to the model, where

    - more than ``max_key_share`` records have it, or it is an office's address (``info@``), as ``usable`` has it;
    - first names or birthdays of any two of its records are evidently different: a family's key.

    A phone is a household's more often than a person's, so a pair that shares one needs a witness besides: first
    names alike or the same birthday.
    """
    email = _joined(connection, records, "email", settings.max_key_share)
    phone = _joined(connection, records, "phone", settings.max_key_share).filter("witness")
    both = pl.concat([email.select(*PAIR, rule=pl.lit("email")), phone.select(*PAIR, rule=pl.lit("phone"))])
    return both.unique(PAIR, keep="first", maintain_order=True).sort(PAIR)


def usable(records: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return the records without values that so many share that they identify nobody.

    E-mail addresses of offices; e-mail addresses and phone numbers of more than ``max_key_share`` records; birthdays
    as frequent as only a placeholder is: more than 20 times the mean, and ``max_key_share`` more.
    """
    share = {name: pl.len().over(name) for name in ("email", "phone", "birthday")}
    usual = pl.col("birthday").count() / pl.col("birthday").n_unique()
    most = {
        "email": pl.lit(settings.max_key_share),
        "phone": pl.lit(settings.max_key_share),
        "birthday": settings.max_key_share + 20 * usual,
    }
    records = records.with_columns(email=pl.when(personal(pl.col("email"))).then("email"))
    return records.with_columns(pl.when(share[name] <= most[name]).then(pl.col(name)).alias(name) for name in share)


def _joined(
    connection: duckdb.DuckDBPyConnection, records: pl.DataFrame, key: Rule, max_key_share: int
) -> pl.DataFrame:
    keyed = records.drop_nulls(key).filter(pl.len().over(key).is_between(2, max_key_share))
    side = keyed.select(key, "customer_id")
    pairs = side.join(side, on=key, suffix="_right").filter(pl.col("customer_id") < pl.col("customer_id_right"))
    pairs = pairs.rename({"customer_id": "left_id", "customer_id_right": "right_id"})
    pairs = pairs.join(judged(connection, pairs, records), on=PAIR)
    return pairs.filter(~(pl.col("first_names_differ") | pl.col("birthdays_differ")).any().over(key))
