"""Counters for Prometheus, by route template: an address with a customer's id in it never becomes a label."""

import functools
import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which the workers of one service count."""

_REQUESTS = Counter("regulars_requests", "Requests answered.", ["route", "status"])
_SECONDS = Histogram(
    "regulars_request_seconds",
    "Time from the first byte of a request to the last of its answer.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_REFUSED = Counter("regulars_refused", "Requests answered with a problem.", ["code"])
_ANSWERS = Counter(
    "regulars_answers",
    "Answers about one customer: prepared with the release, or computed on the spot.",
    ["source"],
)
_PURCHASES = Counter("regulars_purchases", "Lines of purchases that were kept; known ones sent again do not count.")
_UNKNOWN = Counter(
    "regulars_purchases_unknown", "Answers that could not look up the purchases since the release, and say so."
)

IN_FLIGHT = Gauge("regulars_requests_in_flight", "Requests begun and not yet answered.", multiprocess_mode="livesum")
COMPUTING = Gauge(
    "regulars_answers_computing", "Answers being computed or waiting for a thread.", multiprocess_mode="livesum"
)

# Finding a child by its labels takes longer than counting.
_requests = functools.cache(_REQUESTS.labels)
_seconds = functools.cache(_SECONDS.labels)
_answers = functools.cache(_ANSWERS.labels)


def observe(route: str, status: int, seconds: float, code: str | None = None) -> None:
    """Count one request, answered with the problem ``code`` if any."""
    _requests(route, str(status)).inc()
    _seconds(route).observe(seconds)
    if code is not None:
        _REFUSED.labels(code).inc()


def answered(n: int = 1, *, prepared: bool) -> None:
    """Count answers about so many customers, one each."""
    _answers("prepared" if prepared else "live").inc(n)


def kept(n_lines: int) -> None:
    """Count lines of purchases that were kept."""
    _PURCHASES.inc(n_lines)


def unknown() -> None:
    """Count one answer that does not know the purchases since the release."""
    _UNKNOWN.inc()


def exposition(facts: Iterable[Metric] = ()) -> bytes:
    """Return the counters of all workers, and ``facts``, in the text format of Prometheus."""
    counters = REGISTRY
    if FOLDER in os.environ:
        _forget_the_dead(Path(os.environ[FOLDER]))
        counters = CollectorRegistry()
        MultiProcessCollector(counters)  # type: ignore[no-untyped-call]
    told = CollectorRegistry()
    told.register(_Facts(facts))
    return generate_latest(counters) + generate_latest(told)


class _Facts(Collector):
    """What is read off when it is asked for."""

    def __init__(self, facts: Iterable[Metric]) -> None:
        self._facts = list(facts)

    def collect(self) -> Iterable[Metric]:
        return self._facts


def _forget_the_dead(folder: Path) -> None:
    """Remove the gauges of workers that are no more: what they had begun, nobody works on."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
        except PermissionError:
            continue
