"""A store of purchases that is left alone for a moment after it has failed, so that an outage slows no answer down."""

import logging
import math
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from serving.sales import Added, Numbered, Order, Sale, Sales, SalesError

LOG = logging.getLogger("bentoml.regulars")
"""Below ``bentoml``, so that it is written where BentoML writes."""

PAUSE_SECONDS = 1.0
"""How long a store that has failed is not asked again."""

T = TypeVar("T")


class Breaker:
    """Asks a store. Where looking up has failed, nothing is asked for a moment; where keeping has, nothing is kept.

    So purchases are still looked up in a file whose disk is full.
    """

    def __init__(self, sales: Sales, pause_seconds: float = PAUSE_SECONDS) -> None:
        """Ask ``sales``; after a failure not again for ``pause_seconds``."""
        self._sales = sales
        self._reads = _Pause("looked up", pause_seconds)
        self._writes = _Pause("kept", pause_seconds)

    @property
    def is_near(self) -> bool:
        """Whether a look-up takes microseconds."""
        return self._sales.is_near

    def of(self, customer_id: str, most: int | None = None) -> list[Sale]:
        """Return the purchases of a customer, by time; the first ``most`` of them."""
        return self._reads.asked(lambda: self._sales.of(customer_id, most))

    def among(self, customer_ids: Collection[str]) -> dict[str, list[Sale]]:
        """Return the purchases of those of some customers who have any, by time."""
        return self._reads.asked(lambda: self._sales.among(customer_ids))

    def add(self, lines: Sequence[Numbered]) -> Added:
        """Keep lines, all or none; when this returns they are on a disk."""
        self._reads.refuse()
        return self._writes.asked(lambda: self._sales.add(lines))

    def customers(self, after: str, most: int) -> list[str]:
        """Return the ids behind ``after`` of customers who have any."""
        return self._reads.asked(lambda: self._sales.customers(after, most))

    def forget(self, orders: Collection[Order]) -> int:
        """Remove the lines of some orders."""
        return self._writes.asked(lambda: self._sales.forget(orders))

    def erase(self, customer_ids: Collection[str]) -> int:
        """Remove all lines of some customers."""
        return self._writes.asked(lambda: self._sales.erase(customer_ids))

    def tidy(self) -> None:
        """Clear what was removed from the disk."""
        self._sales.tidy()

    def count(self) -> int:
        """Return how many lines are held; where that fails, answers go on looking purchases up."""
        self._reads.refuse()
        return self._sales.count()

    def close(self) -> None:
        """Let go of the connections that nobody uses right now."""
        self._sales.close()


class _Pause:
    """After a failure refuses at once for a moment, and then lets one question find out."""

    def __init__(self, what: str, seconds: float) -> None:
        self._what = what
        self._seconds = seconds
        self._lock = threading.Lock()
        self._failure: SalesError | None = None
        self._until = -math.inf

    def asked(self, task: Callable[[], T]) -> T:
        """Return what ``task`` does.

        Raises:
            SalesError: it failed, or another one did a moment ago.
        """
        if self._failure is not None:
            self._try_alone()
        try:
            done = task()
        except SalesError as error:
            self._failed(error)
            raise
        except BaseException:
            self._until = -math.inf  # says nothing of the store; the next one finds out
            raise
        if self._failure is not None:
            self._works_again()
        return done

    def refuse(self) -> None:
        """Raise SalesError during a pause."""
        failure = self._failure
        if failure is not None and time.perf_counter() < self._until:
            raise SalesError(str(failure))

    def _try_alone(self) -> None:
        """Let one question through when the pause is over, and refuse all others until it is answered."""
        with self._lock:
            self.refuse()
            self._until = math.inf

    def _failed(self, error: SalesError) -> None:
        with self._lock:
            if self._failure is None:
                LOG.error("purchases cannot be %s: %s", self._what, error)
            self._failure, self._until = error, time.perf_counter() + self._seconds

    def _works_again(self) -> None:
        with self._lock:
            if self._failure is not None:
                LOG.warning("purchases are %s again", self._what)
            self._failure, self._until = None, -math.inf
