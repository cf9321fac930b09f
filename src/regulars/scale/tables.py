"""Jobs and engines put together: a table in memory, or a folder of parts."""

import datetime as dt
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from regulars import features, windows
from regulars.errors import ConfigError, DataError
from regulars.features import Family
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
    empty: tuple[str, ...] = ()
    """The columns that are null in all of them, in order."""


@dataclass(frozen=True)
class FeatureJob:
    """``features.table`` at some snapshots, at least one."""

    snapshots: tuple[Snapshot, ...]
    families: tuple[Family, ...] = features.FAMILIES
    """The feature functions; other processes take only those that a module holds by name."""
    what: str = "features"
    kind: str = "features"
    order: tuple[str, ...] = ("as_of", "customer_id")

    def __post_init__(self) -> None:
        """Refuse to do nothing.

        Raises:
            ConfigError: there is no snapshot.
        """
        if not self.snapshots:
            raise ConfigError("features of no day; give at least one snapshot")

    @property
    def before(self) -> dt.date:
        """The last snapshot's as_of."""
        return windows.latest(self.snapshots).as_of

    def prepare(self, ledger: Ledger) -> Work:
        """Return the feature table of one bucket's transactions."""
        beside = side(ledger, self.before)
        return lambda transactions: features.table(transactions, beside, self.snapshots, self.families)

    def packed(self) -> "FeatureJob":
        """Return this job: it is a few days, and functions that are found by their names.

        Raises:
            ConfigError: a family is not found by its name.
        """
        for family in self.families:
            if not _importable(family):
                name = getattr(family, "__qualname__", repr(family))
                raise ConfigError(
                    f"the family {name} cannot go to another process; put it at the top of a module that can be "
                    f"imported, or use neither workers nor Spark"
                )
        return self


def _importable(family: Family) -> bool:
    """Return whether another process finds a function by its name; what ``__main__`` is differs from one to another."""
    module, name = getattr(family, "__module__", None), getattr(family, "__qualname__", "")
    return module != "__main__" and getattr(sys.modules.get(str(module)), name, None) is family


def rows(ledger: Ledger, job: Job, engine: Engine = HERE, track: Track[Any] = silently) -> pl.DataFrame:
    """Return the rows of ``job`` over the whole shop, by ``job.order``; the same whatever the engine.

    Raises:
        ConfigError: the job cannot go to another process.
        DataError: a worker was lost, or sees another ledger.
    """
    with closing(engine.run(ledger, Task.of(ledger, job), track)) as done:
        return pl.concat([frame for _, frame in done]).sort(job.order)


def files(ledger: Ledger, job: Job, out: Path, engine: Engine = HERE, track: Track[Any] = silently) -> Written:
    """Write the rows of ``job`` into the folder ``out``, a Parquet file a bucket; memory does not grow with the shop.

    The folder appears when all of it is there; an earlier run's of the same kind is replaced.

    Args:
        ledger: the shop.
        job: what to do with each bucket.
        out: a new folder, or one that this function wrote for a job of the same kind.
        engine: where it runs.
        track: shows progress.

    Raises:
        ConfigError: the job cannot go to another process.
        DataError: ``out`` holds something else or cannot be written to; a worker was lost, or sees another ledger.
    """
    with parts.whole(out, job.kind) as draft:
        task = Task.of(ledger, job)
        if engine.shares_disk:
            with closing(engine.run(ledger, replace(task, folder=draft), track)) as done:
                counted = [frame for _, frame in done]
        else:
            with closing(engine.run(ledger, task, track)) as done:
                counted = [parts.write(frame, draft, bucket, task.fingerprint, job.kind) for bucket, frame in done]
        if len(list(draft.iterdir())) < len(ledger.buckets):
            raise DataError(f"the workers wrote to a disk that is not ours; name an --out that they share, not {out}")
    return _counted(out, pl.concat(counted).sort("bucket"))


def _counted(out: Path, written: pl.DataFrame) -> Written:
    first, *others = written["empty"].to_list()
    empty = tuple(name for name in first if all(name in other for other in others))
    return Written(out, written.height, int(written["rows"].sum()), empty)


def feature_table(
    ledger: Ledger,
    snapshots: Sequence[Snapshot],
    track: Track[Any] = silently,
    *,
    families: Sequence[Family] = features.FAMILIES,
    engine: Engine = HERE,
) -> pl.DataFrame:
    """Return ``features.table`` of the whole shop at ``snapshots``, by as_of and customer_id.

    Raises:
        ConfigError: there is no snapshot, or a family cannot go to another process.
        DataError: a worker was lost, or sees another ledger.
    """
    return rows(ledger, FeatureJob(tuple(snapshots), tuple(families)), engine, track)


def feature_files(
    ledger: Ledger,
    snapshots: Sequence[Snapshot],
    out: Path,
    engine: Engine = HERE,
    track: Track[Any] = silently,
    *,
    families: Sequence[Family] = features.FAMILIES,
) -> Written:
    """Write ``features.table`` of the whole shop at ``snapshots`` into a folder; see :func:`files`."""
    return files(ledger, FeatureJob(tuple(snapshots), tuple(families)), out, engine, track)
