"""Counters for Prometheus, by route template: an address with a customer's id in it never becomes a label."""

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST

_REQUESTS = Counter("regulars_requests", "Requests answered.", ["route", "status"])
_SECONDS = Histogram(
    "regulars_request_seconds",
    "Time from the first byte of a request to the last of its answer.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


def observe(route: str, status: int, seconds: float) -> None:
    """Count one request."""
    _REQUESTS.labels(route, str(status)).inc()
    _SECONDS.labels(route).observe(seconds)


def exposition() -> bytes:
    """Return the counters of all workers in the text format of Prometheus."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
