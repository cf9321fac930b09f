"""Whether the workers' memory stays flat under load."""

from collections.abc import Sequence
from typing import Any

from benchmarks.serving.servers import Running
from serving.loadtest import apart
from serving.loadtest.load import Ask, Load

REQUESTS = 200_000
STEPS = 10
CONNECTIONS = 8
STEP_SECONDS = 600.0
"""That a step takes at most."""


def along(server: Running, asks: Sequence[Ask], requests: int = REQUESTS, steps: int = STEPS) -> dict[str, Any]:
    """Ask so many requests, and return the workers' memory along the way.

    ``growth`` is from the end of the first step, when every page that answers need has been touched, to the end of
    the last: the worst worker's, as a share.
    """
    mb, asked, failed = [server.worker_mb()], [0], 0
    for _ in range(steps):
        load = Load(
            port=server.server.port,
            connections=CONNECTIONS,
            seconds=STEP_SECONDS,
            warm_up=0.0,
            at_most=max(requests // steps, 1),
        )
        found = apart.measure(load, asks)
        asked.append(asked[-1] + found.asked)
        failed += found.failed
        mb.append(server.worker_mb())
    return {"requests": asked, "worker_mb": mb, "failed": failed, "growth": growth(mb)}


def growth(mb: Sequence[Sequence[float]]) -> float:
    """Return the worst worker's growth from the second reading to the last.

    >>> growth([[100, 100], [200, 210], [201, 212.1]])
    0.01
    """
    return round(max(last / first - 1 for first, last in zip(mb[1], mb[-1], strict=True)), 4)
