"""One JSON line a request: what was asked by route, never by whom it was about.

No line holds an address with an id in it, a query, a body, a header or the message of an exception, since any of them
may name a customer.
"""

import json
import logging
import os
import sys
import time
import traceback
from pathlib import Path

from serving.environment import LOG

ALL = "all"
"""The setting under which answered requests are logged, too; by default only refused and failed ones are."""

LOGGER = logging.getLogger("bentoml.regulars")
"""Below ``bentoml``, so that it is written where BentoML writes until :func:`start` is called."""

FIELDS = "fields"
"""Attribute of a log record that holds the fields of its line."""

BAD, FAILED = 400, 500


class Lines(logging.Formatter):
    """Formats records as JSON, a line each, in UTC."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of one record."""
        said = {"time": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"), "level": record.levelname.lower()}
        return json.dumps({**said, "event": record.getMessage(), **getattr(record, FIELDS, {})}, default=str)


def start() -> None:
    """Write the log of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    LOGGER.handlers = [handler]
    LOGGER.propagate = False
    LOGGER.setLevel(logging.INFO)


def tells_all() -> bool:
    """Whether answered requests are logged, too."""
    return os.environ.get(LOG) == ALL


def request(
    method: str, route: str, status: int, seconds: float, request_id: str, key: str | None, code: str | None
) -> None:
    """Log one request.

    Args:
        method: such as POST.
        route: template of the route.
        status: of the answer.
        seconds: from the first byte of the request to the last of the answer.
        request_id: by which a client names it.
        key: name of the key it came with.
        code: of the problem, if there was one.
    """
    level = logging.ERROR if status >= FAILED else logging.WARNING if status >= BAD else logging.INFO
    fields = {
        "method": method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 2),
        "request_id": request_id,
        "key": key,
        "code": code,
    }
    LOGGER.log(level, "request", extra={FIELDS: fields})


def failure(request_id: str, error: BaseException) -> None:
    """Log an error that nobody foresaw: where it happened and its kind, not its message."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    fields = {"request_id": request_id, "error": type(error).__name__, "at": where}
    LOGGER.error("request %s failed", request_id, extra={FIELDS: fields})
