"""What load there is to be, and what became of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

BROKEN = 0
"""Stands for the status of a request whose connection broke, or that was never answered."""


class Ask(NamedTuple):
    """One request."""

    name: str
    """Under which it is counted."""
    text: str
    """As it goes over the wire; see :func:`serving.loadtest.wire.encoded`."""


class Load(BaseModel):
    """How much is asked, for how long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: int = Field(ge=1, le=65535)
    """On 127.0.0.1."""
    connections: int = Field(8, ge=1, le=512)
    """Each has one request under way."""
    seconds: float = Field(10.0, gt=0, le=3600)
    """Whose answers are counted."""
    warm_up: float = Field(0.5, ge=0, le=60)
    """Seconds before them."""
    rate: float | None = Field(None, gt=0, le=100_000)
    """Requests a second; by default each connection asks again as soon as it has its answer."""
    at_most: int | None = Field(None, ge=1)
    """Requests after which it ends all the same."""


class Times(BaseModel):
    """How long answers took, in milliseconds; None where there was none.

    With a rate, an answer's time counts from when its request was due, so a service that stalls cannot hide it.
    """

    model_config = ConfigDict(frozen=True)

    answered: int
    """With a status below 400."""
    p50: float | None
    p90: float | None
    p99: float | None
    longest: float | None

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        """Return the times of answers."""
        if not seconds:
            return cls(answered=0, p50=None, p90=None, p99=None, longest=None)
        p50, p90, p99, longest = np.percentile(1000 * np.asarray(seconds), (50, 90, 99, 100)).round(3).tolist()
        return cls(answered=len(seconds), p50=p50, p90=p90, p99=p99, longest=longest)


class Measured(BaseModel):
    """What became of a load."""

    model_config = ConfigDict(frozen=True)

    seconds: float
    """Whose answers were counted."""
    per_second: float
    """Answers with a status below 400."""
    all: Times
    by_name: dict[str, Times]
    statuses: dict[int, int]
    """Number of answers by status; :data:`BROKEN` of those that never came."""
    asked: int
    """Requests, those of the warm-up too."""
    client_cpu_us: float
    """Processor time of the load itself, a request, in microseconds."""

    @classmethod
    def of(
        cls, seconds: float, took: Mapping[str, Sequence[float]], statuses: Counter[int], asked: int, cpu: float
    ) -> Self:
        """Return what came of answers that took so many seconds, by name."""
        every = [each for times in took.values() for each in times]
        return cls(
            seconds=round(seconds, 3),
            per_second=round(len(every) / seconds, 1) if seconds else 0.0,
            all=Times.of(every),
            by_name={name: Times.of(times) for name, times in took.items()},
            statuses=dict(sorted(statuses.items())),
            asked=asked,
            client_cpu_us=round(1e6 * cpu / max(asked, 1), 1),
        )

    @property
    def failed(self) -> int:
        """Number of requests without a good answer."""
        return sum(n for status, n in self.statuses.items() if status == BROKEN or status >= 400)
