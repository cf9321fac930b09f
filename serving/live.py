"""What the service answers from right now, and how it changes without anybody waiting."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from regulars.errors import RegularsError
from serving.release import Release, current
from serving.sales import Sales
from serving.scorer import Scorer

LOG = logging.getLogger("bentoml.regulars")
"""Below ``bentoml``, so that it is written where BentoML writes."""

LOOK_SECONDS = 0.5
"""How often a worker looks whether another release is to answer."""

GRACE_SECONDS = 30.0
"""How long the files of a former release stay open, for the answers that are being made of it."""


class Live:
    """Holds the scorer. Each request takes it once, so an answer comes from one release, whatever happens meanwhile."""

    def __init__(self, scorer: Scorer | None = None, missing: str = "the models are being loaded; ask again") -> None:
        """Answer from ``scorer``; where there is none, say what is ``missing`` and what to do about it."""
        self.scorer = scorer
        self.missing = missing
        self.failed: str | None = None
        """The release that could not be loaded, while the one before it answers."""


def load(live: Live, folder: Path, sales: Sales | None) -> None:
    """Let ``live`` answer from the release in ``folder``; where that cannot be read, all stays as it is."""
    try:
        scorer = Scorer(Release.read(folder), sales)
        _warm(scorer)
    except RegularsError as error:
        LOG.error("cannot answer from %s: %s", folder.name, error)
        live.failed = folder.name
        live.missing = str(error)
        return
    live.scorer, live.failed = scorer, None


def follow(live: Live, releases: Path, sales: Sales | None, stop: Callable[[float], bool]) -> None:
    """Load the release that is to answer whenever another one is named, until ``stop(seconds)`` says so."""
    former: list[tuple[float, Release]] = []
    while not stop(LOOK_SECONDS):
        folder, scorer = current(releases), live.scorer
        former = _closed(former)
        if folder is None or folder.name in (live.failed, scorer.release.name if scorer else None):
            continue
        load(live, folder, sales)
        if scorer is not None and live.scorer is not scorer:
            former.append((time.monotonic(), scorer.release))


def start(live: Live, releases: Path, sales: Sales | None) -> None:
    """Start :func:`follow` beside the event loop; it ends with the process."""
    never = threading.Event().wait
    threading.Thread(target=follow, args=(live, releases, sales, never), name="follow", daemon=True).start()


def _closed(former: list[tuple[float, Release]]) -> list[tuple[float, Release]]:
    """Close the releases that nobody can be asking any more; return the others."""
    now = time.monotonic()
    for since, release in former:
        if now - since > GRACE_SECONDS:
            release.close()
    return [(since, release) for since, release in former if now - since <= GRACE_SECONDS]


def _warm(scorer: Scorer) -> None:
    """Ask once, so that no customer waits for what is made on first use."""
    scorer.release.prepared.standings([])
