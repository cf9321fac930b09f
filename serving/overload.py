"""What happens when more is asked than can be answered: a short queue, and a refusal at once beyond it.

A queue that grows helps nobody: whoever waits in it is answered too late, and everybody after them, too.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from serving import metrics
from serving.problems import Problem

T = TypeVar("T")

WAITING = 32
"""Answers that may wait for a thread: at 20 ms each, about half a second of work."""

IN_FLIGHT = 256
"""Requests that one worker has begun and not answered: their bodies take up to 1 MiB each."""


class Pool:
    """Threads that compute answers, and a short queue before them."""

    def __init__(self, threads: int, waiting: int = WAITING) -> None:
        """Compute ``threads`` answers at once, and let ``waiting`` more wait."""
        self._executor = ThreadPoolExecutor(threads, "answers")
        self._most = threads + waiting
        self._begun = 0
        self._lock = threading.Lock()

    async def run(self, task: Callable[[], T]) -> T:
        """Return what ``task`` does, computed in a thread.

        Where the caller stops waiting, a task that has not begun never does. One that has keeps its thread until it
        ends, so there are never more of them than threads.

        Raises:
            Problem: OVERLOADED, at once, where too many wait.
        """
        with self._lock:
            if self._begun >= self._most:
                raise Problem("OVERLOADED", "too many answers are being computed; try again in a moment")
            self._begun += 1
        metrics.COMPUTING.inc()
        future = self._executor.submit(task)
        future.add_done_callback(self._done)
        return await asyncio.wrap_future(future)

    def _done(self, _: "Future[T]") -> None:
        metrics.COMPUTING.dec()
        with self._lock:
            self._begun -= 1


class InFlight:
    """Counts the requests that have begun; used from the event loop only."""

    def __init__(self, most: int = IN_FLIGHT) -> None:
        """Allow ``most`` at once."""
        self._most = most
        self._begun = 0

    def enter(self) -> bool:
        """Count one more; False where it is one too many, which is not counted."""
        if self._begun >= self._most:
            return False
        self._begun += 1
        metrics.IN_FLIGHT.inc()
        return True

    def leave(self) -> None:
        """Count one less."""
        self._begun -= 1
        metrics.IN_FLIGHT.dec()
