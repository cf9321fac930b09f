"""Jobs that go wrong, for workers to run."""

import datetime as dt
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regulars import scale
from regulars.errors import ConfigError
from regulars.ledger import Ledger


@dataclass(frozen=True)
class Job:
    """Counts the customers of a bucket."""

    before: dt.date = dt.date(2023, 9, 1)
    what: str = "counting"
    kind: str = "customers"
    order: tuple[str, ...] = ("customer_id",)

    def prepare(self, ledger: Ledger) -> scale.Work:  # noqa: ARG002 - a job's verb
        return lambda transactions: transactions.select("customer_id").unique().collect()

    def packed(self) -> "Job":
        return self


class Threads(Job):
    """Says how many threads its process may have."""

    def prepare(self, ledger: Ledger) -> scale.Work:
        count = super().prepare(ledger)
        polars, omp = (os.environ[name] for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS"))
        return lambda transactions: count(transactions).with_columns(polars=pl.lit(polars), omp=pl.lit(omp))


class Refusing(Job):
    """Raises an error of ours."""

    def prepare(self, ledger: Ledger) -> scale.Work:
        raise ConfigError(f"cannot be done with {len(ledger.buckets)} buckets; use more")


class Faulty(Job):
    """Raises an error that is not ours."""

    def prepare(self, ledger: Ledger) -> scale.Work:  # noqa: ARG002 - a job's verb
        raise ZeroDivisionError("a bug")


class Dying(Job):
    """Is killed, as for want of memory."""

    def prepare(self, ledger: Ledger) -> scale.Work:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().prepare(ledger)


@dataclass(frozen=True)
class Slow(Job):
    """Leaves its process's number in a folder, and waits while a file ``hold`` lies beside that."""

    folder: Path = Path()

    def prepare(self, ledger: Ledger) -> scale.Work:  # noqa: ARG002 - a job's verb
        (self.folder / str(os.getpid())).touch()

        def work(transactions: pl.LazyFrame) -> pl.DataFrame:
            while (self.folder.parent / "hold").exists():
                time.sleep(0.05)
            return transactions.select("customer_id").unique().collect()

        return work
