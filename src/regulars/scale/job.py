"""A job: a function over buckets that can go to another process."""

import datetime as dt
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from regulars.errors import DataError, MissingError
from regulars.ledger import Ledger
from regulars.scale import parts
from regulars.scale.buckets import Track, Work

Result = tuple[int, pl.DataFrame]
"""A bucket and what came of it."""


class Job(Protocol):
    """Frozen and hashable; a worker prepares it once and then runs it over bucket after bucket."""

    @property
    def what(self) -> str:
        """What is being done, for the progress bar."""

    @property
    def kind(self) -> str:
        """What its rows are, such as features; parts of another kind are not replaced by its own."""

    @property
    def before(self) -> dt.date:
        """The first day that must not be seen."""

    @property
    def order(self) -> tuple[str, ...]:
        """Columns that order its rows and tell any two of them apart."""

    def prepare(self, ledger: Ledger) -> Work:
        """Return the function of one bucket's transactions, with all it needs of the ledger beside them."""

    def packed(self) -> "Job":
        """Return the same job as other processes can take it.

        Raises:
            ConfigError: it holds something that cannot go there.
        """


@dataclass(frozen=True)
class Task:
    """A job, the ledger it runs over and where its rows go."""

    ledger: str
    """Where the ledger lies: an absolute path, or a URL."""
    fingerprint: str
    """Of the ledger as the caller sees it."""
    job: Job
    folder: Path | None = None
    """Where each bucket's rows are written as a part; None to hand them over."""

    @classmethod
    def of(cls, ledger: Ledger, job: Job) -> "Task":
        """Return the task of a job on a ledger, which hands its rows over."""
        return cls(ledger.address, ledger.fingerprint, job)

    def packed(self) -> "Task":
        """Return the same task as other processes can take it."""
        return Task(self.ledger, self.fingerprint, self.job.packed(), self.folder)

    def prepare(self, ledger: Ledger) -> Callable[[int], pl.DataFrame]:
        """Return the function of a bucket's number: its rows, or one row that counts them where they are written."""
        work, before, kind, folder = self.job.prepare(ledger), self.job.before, self.job.kind, self.folder

        def run(bucket: int) -> pl.DataFrame:
            try:
                rows = work(ledger.transactions(bucket, before))
            except FileNotFoundError as error:
                raise DataError(
                    f"the ledger at {self.ledger} was written to meanwhile; wait until that is done, and run again"
                ) from error
            return rows if folder is None else parts.write(rows, folder, bucket, self.fingerprint, kind)

        return run


class Engine(Protocol):
    """Runs a task over all buckets."""

    @property
    def shares_disk(self) -> bool:
        """Whether its workers see the disk of this process."""

    def run(self, ledger: Ledger, task: Task, track: Track[Any]) -> Generator[Result, None, None]:
        """Yield each bucket's number and frame as they are done, in any order; closing it ends the work.

        Raises:
            DataError: a worker was lost, or sees another ledger.
        """


@lru_cache(maxsize=1)
def opened(task: Task) -> Callable[[int], pl.DataFrame]:
    """Open the ledger in a worker and prepare the task; the last one is kept.

    Raises:
        DataError: there is no ledger in that place, or another one.
    """
    try:
        ledger = Ledger.open(task.ledger)
    except MissingError as error:
        raise DataError(
            f"a worker finds no ledger at {task.ledger}; put it where every worker reaches it by that path"
        ) from error
    if ledger.fingerprint != task.fingerprint:
        raise DataError(
            f"a worker sees another ledger at {task.ledger} ({ledger.fingerprint}, not {task.fingerprint}); "
            f"wait until nothing is written to it, or put the same ledger there, and run again"
        )
    return task.prepare(ledger)
