"""Asking again where that may help: bounded in time, with waits that grow and differ from client to client."""

from dataclasses import dataclass
from typing import Any

import tenacity

from regulars.client.problems import RefusedError, UnreachableError


@dataclass(frozen=True)
class Retry:
    """How long a client goes on asking.

    Again is asked only after a broken connection and after 429 or 503, and only what may be asked twice, which all
    routes may: purchases are told apart by order and line. ``Retry(total_seconds=0)`` never asks again.
    """

    total_seconds: float = 15.0
    """No try begins later than this after the first; one that has begun may last as long as the time-out."""
    first_seconds: float = 0.2
    """The first wait is up to this long, each further one up to twice as long as the one before."""
    longest_seconds: float = 5.0
    """A wait is no longer, but for what the service asks with Retry-After, which is waited in addition."""

    def policy(self) -> dict[str, Any]:
        """Return what tenacity is told, for ``Retrying`` and ``AsyncRetrying`` alike."""
        return {
            "retry": tenacity.retry_if_exception(_may_pass),
            "wait": self._wait,
            "stop": tenacity.stop_before_delay(self.total_seconds),
            "reraise": True,
        }

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """Return how many seconds to wait: what the service asks for, and a part of chance."""
        backoff = tenacity.wait_random_exponential(multiplier=self.first_seconds, max=self.longest_seconds)
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after_seconds if isinstance(error, RefusedError) else None
        return (asked or 0.0) + backoff(state)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, (RefusedError, UnreachableError)) and error.may_pass
