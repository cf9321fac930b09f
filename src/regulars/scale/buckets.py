"""The same function over the ledger's buckets, one after the other: memory stays flat however large the shop."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import polars as pl

from regulars.ledger import Ledger

Item = TypeVar("Item")
Track = Callable[[Iterable[Item], str, int], Iterator[Item]]
"""Wraps an iterable in a progress bar: (items, what is done, how many)."""
Work = Callable[[pl.LazyFrame], pl.DataFrame]
"""A function of one bucket's transactions; it sees whole customers."""


def silently(items: Iterable[Item], _: str, __: int) -> Iterator[Item]:
    """Show no progress."""
    yield from items


def map_buckets(
    ledger: Ledger, before: dt.date, work: Work, track: Track[int] = silently, what: str = ""
) -> pl.DataFrame:
    """Return the rows of ``work`` over each bucket's transactions before ``before``, one below the other.

    It runs in this process, so ``work`` may be any function; what can go to other processes is a
    :class:`regulars.scale.Job`.

    Args:
        ledger: the shop.
        before: the first day that must not be seen.
        work: a function of one bucket's transactions; it sees whole customers.
        track: shows progress.
        what: what is being done, for the progress bar.
    """
    buckets = track(ledger.buckets, what, len(ledger.buckets))
    return pl.concat([work(ledger.transactions(bucket, before)) for bucket in buckets])
