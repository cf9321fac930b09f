"""One machine as an engine: a process, or a pool of them."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

import polars as pl

from regulars.errors import ConfigError, DataError
from regulars.ledger import Ledger
from regulars.scale import job
from regulars.scale.buckets import Track
from regulars.scale.job import Result, Task

THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS")
"""What says how many threads a process has; together the workers should have as many as the machine has cores."""


AT_ONCE = 2
"""Buckets in memory at a time where this process does the work."""


@dataclass(frozen=True)
class Local:
    """Runs in this process, ``AT_ONCE`` buckets at a time, or in a pool of ``workers`` processes, a bucket each."""

    workers: int = 1
    """Processes; 1 is this one."""

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ConfigError(f"--workers {self.workers}: name at least one")

    @property
    def shares_disk(self) -> bool:
        """Always."""
        return True

    def run(self, ledger: Ledger, task: Task, track: Track[Any]) -> Generator[Result, None, None]:
        """Yield each bucket's number and frame.

        Raises:
            DataError: a worker was killed.
        """
        n = len(ledger.buckets)
        if min(self.workers, n) == 1:
            done = _threaded(task.prepare(ledger), ledger.buckets)
        else:
            done = _pooled(task.packed(), ledger.buckets, min(self.workers, n))
        yield from track(done, task.job.what, n)


def _threaded(work: Callable[[int], pl.DataFrame], buckets: range) -> Iterator[Result]:
    """Run some buckets at a time: NumPy and Polars leave Python free for another while they compute."""
    pool = ThreadPoolExecutor(AT_ONCE)
    running: deque[tuple[int, Future[pl.DataFrame]]] = deque()
    try:
        for bucket in buckets:
            running.append((bucket, pool.submit(work, bucket)))
            if len(running) > AT_ONCE:
                first, future = running.popleft()
                yield first, future.result()
        for first, future in running:
            yield first, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _pooled(task: Task, buckets: range, workers: int) -> Iterator[Result]:
    # Spawned, never forked: a fork does not take Polars' threads along, and hangs.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(task,))
    try:
        futures = _started(pool, buckets, max(1, (os.cpu_count() or 1) // workers))
        for future in as_completed(futures):
            futures.discard(future)
            yield _result(future)
    finally:
        pool.shutdown(cancel_futures=True)


def _started(pool: ProcessPoolExecutor, buckets: range, threads: int) -> "set[Future[Result]]":
    """Start the workers, and give them the buckets.

    Another thread does it, deaf to Ctrl-C: so are the workers from their first instant, and no start is broken off.
    This thread hears it, and ends them in order.
    """
    with _sharing(threads), ThreadPoolExecutor(1, initializer=_deafen) as starts:
        return starts.submit(lambda: {pool.submit(_run, bucket) for bucket in buckets}).result()


def _deafen() -> None:
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


@contextlib.contextmanager
def _sharing(threads: int) -> Iterator[None]:
    """Let processes that begin now have so many threads each, unless the user said how many."""
    ours = {name: str(threads) for name in THREADS if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            del os.environ[name]


def _result(future: "Future[Result]") -> Result:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise DataError(
            "a worker process was killed, most likely for want of memory; use fewer --workers, or a ledger of "
            "more buckets"
        ) from error


_task: list[Task] = []
"""In a worker: what it was started for."""


def _begin(task: Task) -> None:
    _task[:] = [task]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where a signal cannot be blocked: the parent ends us in order
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """End this process when its parent is gone, however it went: nobody else would."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(bucket: int) -> Result:
    return bucket, job.opened(_task[0])(bucket)
