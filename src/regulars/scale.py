"""The same function over the ledger's buckets, one after the other: memory stays flat however large the shop."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import polars as pl

from regulars import features
from regulars.ledger import Ledger
from regulars.windows import Snapshot

Item = TypeVar("Item")
Track = Callable[[Iterable[Item], str, int], Iterator[Item]]
"""Wraps an iterable in a progress bar: (items, what is done, how many)."""


def silently(items: Iterable[Item], _: str, __: int) -> Iterator[Item]:
    """Show no progress."""
    yield from items


def map_buckets(
    ledger: Ledger,
    before: dt.date,
    work: Callable[[pl.LazyFrame], pl.DataFrame],
    track: Track[int] = silently,
    what: str = "",
) -> pl.DataFrame:
    """Return the rows of ``work`` over each bucket's transactions before ``before``, one below the other.

    Args:
        ledger: the shop.
        before: the first day that must not be seen.
        work: a function of one bucket's transactions; it sees whole customers.
        track: shows progress.
        what: what is being done, for the progress bar.
    """
    buckets = track(ledger.buckets, what, len(ledger.buckets))
    return pl.concat([work(ledger.transactions(bucket, before)) for bucket in buckets])


def feature_table(ledger: Ledger, snapshots: Sequence[Snapshot], track: Track[int] = silently) -> pl.DataFrame:
    """Return ``features.table`` of the whole shop at ``snapshots``, by as_of and customer_id."""
    items, last = ledger.items(), max(snapshot.as_of for snapshot in snapshots)

    def work(transactions: pl.LazyFrame) -> pl.DataFrame:
        return features.table(transactions, items, snapshots)

    return map_buckets(ledger, last, work, track, "features").sort("as_of", "customer_id")
