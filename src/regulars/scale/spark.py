"""Spark as an engine: each bucket a task of its own, on one machine or on a cluster."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import polars as pl
import pyarrow as pa

from regulars import errors
from regulars.errors import DataError, RegularsError
from regulars.ledger import Ledger
from regulars.scale import job, session
from regulars.scale.buckets import Track
from regulars.scale.job import Result, Task

SCHEMA = "id long, frame binary, error string, message string"
"""What a task hands back: a bucket, and its rows in Arrow's file format or what went wrong.

The rows travel as bytes: nothing on their way can round, retype or reorder them.
"""
GROUP = "regulars"
"""Of Spark's jobs, to tell ours from those of a session that we share."""
WAVE = 4
"""Buckets that are under way at once, for each core: what the driver may have to hold."""


@dataclass(frozen=True)
class Spark:
    """Runs on Spark; its rows come back to this process, a few buckets at a time."""

    master: str = "local[*]"
    """Address of the cluster; local[N] is this machine with N cores. A session that is running already is used."""

    @property
    def shares_disk(self) -> bool:
        """Only on this machine."""
        return self.master.startswith("local")

    def run(self, ledger: Ledger, task: Task, track: Track[Any]) -> Generator[Result, None, None]:
        """Yield each bucket's number and frame.

        Raises:
            MissingError: pyspark or Java is not installed.
            ConfigError: Spark does not start, or the master does not answer.
            DataError: a worker was lost, or cannot import regulars.
        """
        with session.of(self.master) as spark:
            yield from track(_waves(spark, task.packed(), ledger.buckets), task.job.what, len(ledger.buckets))


def _waves(spark: Any, task: Task, buckets: range) -> Iterator[Result]:
    """Run the buckets in waves, so that the driver never holds more than one of them."""
    context = spark.sparkContext
    sent, size = context.broadcast(task), WAVE * context.defaultParallelism
    # Another thread talks to Java: Ctrl-C, which this one gets, must not break a talk off.
    with ThreadPoolExecutor(1) as talks:
        try:
            for begin in range(0, len(buckets), size):
                with session.failures():
                    done = talks.submit(_wave, spark, sent, buckets[begin : begin + size]).result()
                for number, frame, error, message in done:
                    yield number, _frame(frame, error, message)
        finally:
            with session.gone():
                context.cancelJobGroup(GROUP)
                sent.destroy()


def _wave(spark: Any, sent: Any, buckets: range) -> list[Any]:
    spark.sparkContext.setJobGroup(GROUP, "buckets of a ledger")
    numbers = spark.range(buckets.start, buckets.stop, 1, len(buckets))
    return list(numbers.groupBy("id").applyInArrow(_bucket(sent), SCHEMA).collect())


def _frame(frame: bytes | None, error: str | None, message: str | None) -> pl.DataFrame:
    if frame is None:
        raise getattr(errors, str(error), DataError)(message)
    return pl.read_ipc(BytesIO(frame))


def _bucket(sent: Any) -> Callable[[pa.Table], pa.Table]:
    """Return what a worker does with a bucket's number; an error of ours goes back as what it is."""

    def run(numbers: pa.Table) -> pa.Table:
        number = numbers["id"][0].as_py()
        frame, error, message = _tried(lambda: job.opened(sent.value)(number))
        columns = {"id": [number], "frame": [frame], "error": [error], "message": [message]}
        types = [pa.int64(), pa.binary(), pa.string(), pa.string()]
        return pa.table(columns, pa.schema(list(zip(columns, types, strict=True))))

    return run


def _tried(work: Callable[[], pl.DataFrame]) -> tuple[bytes | None, str | None, str | None]:
    try:
        rows = work()
    except RegularsError as error:
        return None, type(error).__name__, str(error)
    written = BytesIO()
    rows.write_ipc(written, compression="zstd")
    return written.getvalue(), None, None
