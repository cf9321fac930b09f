"""Jobs and engines put together: a table in memory, or a folder of parts."""

import datetime as dt
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from regulars import features, windows
from regulars.errors import DataError
from regulars.ledger import Ledger
from regulars.scale import parts
from regulars.scale.beside import side
from regulars.scale.buckets import Track, Work, silently
from regulars.scale.job import Engine, Job, Task
from regulars.scale.local import Local
from regulars.windows import Snapshot

HERE = Local()
"""This process."""


@dataclass(frozen=True)
class Written:
    """A folder of parts, counted."""

    out: Path
    """The folder."""
    parts: int
    """Its files."""
    rows: int
    """The rows in all of them."""


@dataclass(frozen=True)
class FeatureJob:
    """``features.table`` at some snapshots."""

    snapshots: tuple[Snapshot, ...]
    what: str = "features"
    order: tuple[str, ...] = ("as_of", "customer_id")

    @property
    def before(self) -> dt.date:
        """The last snapshot's as_of."""
        return windows.latest(self.snapshots).as_of

    def prepare(self, ledger: Ledger) -> Work:
        """Return the feature table of one bucket's transactions."""
        beside = side(ledger, self.before)
        return lambda transactions: features.table(transactions, beside, self.snapshots)

    def packed(self) -> "FeatureJob":
        """Return this job: it is a few days."""
        return self


def rows(ledger: Ledger, job: Job, engine: Engine = HERE, track: Track[Any] = silently) -> pl.DataFrame:
    """Return the rows of ``job`` over the whole shop, by ``job.order``; the same whatever the engine.

    Raises:
        DataError: a worker was lost, or sees another ledger.
    """
    with closing(engine.run(ledger, Task.of(ledger, job), track)) as done:
        return pl.concat([frame for _, frame in done]).sort(job.order)


def files(ledger: Ledger, job: Job, out: Path, engine: Engine = HERE, track: Track[Any] = silently) -> Written:
    """Write the rows of ``job`` into the folder ``out``, a Parquet file a bucket; memory does not grow with the shop.

    The folder appears when all of it is there; what is left of an earlier run is replaced.

    Args:
        ledger: the shop.
        job: what to do with each bucket.
        out: a new folder, or one that this function wrote.
        engine: where it runs.
        track: shows progress.

    Raises:
        DataError: ``out`` holds something else or cannot be written to; a worker was lost, or sees another ledger.
    """
    with parts.whole(out) as draft:
        task = Task.of(ledger, job)
        if engine.shares_disk:
            with closing(engine.run(ledger, replace(task, folder=draft), track)) as done:
                counted = [frame for _, frame in done]
        else:
            with closing(engine.run(ledger, task, track)) as done:
                counted = [parts.write(frame, draft, bucket, task.fingerprint) for bucket, frame in done]
        if len(list(draft.iterdir())) < len(ledger.buckets):
            raise DataError(f"the workers wrote to a disk that is not ours; name an --out that they share, not {out}")
    return Written(out, len(counted), int(pl.concat(counted)["rows"].sum()))


def feature_table(
    ledger: Ledger, snapshots: Sequence[Snapshot], track: Track[Any] = silently, *, engine: Engine = HERE
) -> pl.DataFrame:
    """Return ``features.table`` of the whole shop at ``snapshots``, by as_of and customer_id.

    Raises:
        DataError: a worker was lost, or sees another ledger.
    """
    return rows(ledger, FeatureJob(tuple(snapshots)), engine, track)


def feature_files(
    ledger: Ledger, snapshots: Sequence[Snapshot], out: Path, engine: Engine = HERE, track: Track[Any] = silently
) -> Written:
    """Write ``features.table`` of the whole shop at ``snapshots`` into a folder; see :func:`files`."""
    return files(ledger, FeatureJob(tuple(snapshots)), out, engine, track)
