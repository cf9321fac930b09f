"""Scores and recommendations of a whole shop, bucket after bucket, into a Parquet file."""

import datetime as dt
from pathlib import Path

import polars as pl

from regulars import features, scale, scoring
from regulars.errors import DataError
from regulars.ledger import Ledger
from regulars.scoring import Champions
from regulars.windows import Snapshot


def score(
    ledger: Ledger,
    champions: Champions,
    as_of: dt.date,
    *,
    curve: bool = False,
    track: scale.Track[int] = scale.silently,
) -> pl.DataFrame:
    """Return ``scoring.score`` of every customer known before ``as_of``, by customer_id.

    Raises:
        LeakageError: a champion knows rows at or after ``as_of``.
    """
    champions.refuse_the_past(as_of, "churn", "timing")
    items, snapshot = ledger.items(), Snapshot(as_of, champions["timing"].meta.horizon_days)

    def work(transactions: pl.LazyFrame) -> pl.DataFrame:
        return scoring.score(champions, features.table(transactions, items, [snapshot]), curve=curve)

    return scale.map_buckets(ledger, as_of, work, track, "scoring").sort("customer_id")


def recommend(
    ledger: Ledger,
    champions: Champions,
    as_of: dt.date,
    k: int,
    kind: str,
    track: scale.Track[int] = scale.silently,
) -> pl.DataFrame:
    """Return ``scoring.recommend`` for every customer known before ``as_of``, by customer_id and rank.

    Raises:
        LeakageError: the champion knows rows at or after ``as_of``.
    """
    champions.refuse_the_past(as_of, "recommend")

    def work(transactions: pl.LazyFrame) -> pl.DataFrame:
        return scoring.recommend(champions, transactions.collect(), as_of, k, kind)

    return scale.map_buckets(ledger, as_of, work, track, "recommending").sort("customer_id", "rank")


def check_out(file: Path) -> None:
    """Refuse a file that cannot be written, before the work that would fill it.

    Raises:
        DataError: it is a folder, or its folder does not exist.
    """
    if file.is_dir() or not file.parent.is_dir():
        raise DataError(f"cannot write {file}; name a file in a folder that exists")


def write(rows: pl.DataFrame, file: Path) -> None:
    """Write ``rows`` as Parquet, replacing an older file in one step.

    Raises:
        DataError: the folder does not exist or cannot be written to.
    """
    draft = file.with_name(f".{file.name}.tmp")
    try:
        rows.write_parquet(draft)
        draft.replace(file)
    except OSError as error:
        raise DataError(
            f"cannot write {file} ({_reason(error)}); name a file in a folder that can be written to"
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _reason(error: OSError) -> str:
    """Return the system's words; Polars puts its own around them."""
    return (error.strerror or str(error)).split(" (os error")[0]
