"""What the service answers from right now, and how it changes without anybody waiting."""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from regulars.errors import RegularsError
from serving import customer, predicted
from serving.fresh import Fresh
from serving.recommend_contract import RecommendRequest
from serving.release import CURRENT, Release, current
from serving.sales import Sales
from serving.scorer import Scorer

LOG = logging.getLogger("bentoml.regulars")
"""Below ``bentoml``, so that it is written where BentoML writes."""

LOOK_SECONDS = 0.5
"""How often a worker looks whether another release is to answer."""

GRACE_SECONDS = 30.0
"""How long the files of a former release stay open, for the answers that are being made of it."""

AGAIN_SECONDS = 30.0
"""How long a release that could not be loaded is left alone: it may be repaired under the same name."""


class Live:
    """Holds the scorer. Each request takes it once, so an answer comes from one release, whatever happens meanwhile."""

    def __init__(self, scorer: Scorer | None = None, missing: str = "the models are being loaded; ask again") -> None:
        """Answer from ``scorer``; where there is none, say what is ``missing`` and what to do about it."""
        self.scorer = scorer
        self.missing = missing
        self.failed: str | None = None
        """The release that should answer and could not be loaded, while the one before it, if any, answers."""
        self.again = 0.0
        """When, by the monotonic clock, it is tried again."""


def begin(live: Live, releases: Path | None, bare: Path, sales: Sales | None) -> None:
    """Load what answers first, whatever becomes of it, and follow ``releases`` from then on.

    Args:
        live: what is to answer.
        releases: folder of the releases, one of which is named to answer; None: there is none.
        bare: the release that answers where none is named.
        sales: the purchases that came in; None: the service takes none.
    """
    try:
        named = current(releases) if releases else None
    except Exception as error:  # noqa: BLE001 - a disk fails in many ways; none of them may end the process
        _fail(live, CURRENT, error)
    else:
        load(live, named or bare, sales)
    if releases is not None:
        start(live, releases, sales)


def load(live: Live, folder: Path, sales: Sales | None) -> None:
    """Let ``live`` answer from the release in ``folder``; where that cannot be read, all stays as it is."""
    try:
        scorer = Scorer(Release.read(folder), sales)
        _warm(scorer)
    except Exception as error:  # noqa: BLE001 - what reads a damaged file fails in its own way
        _fail(live, folder.name, error)
        return
    live.scorer, live.failed = scorer, None


def follow(live: Live, releases: Path, sales: Sales | None, stop: Callable[[float], bool]) -> None:
    """Load the release that is to answer whenever another one is named, until ``stop(seconds)`` says so."""
    former: list[tuple[float, Release]] = []
    while not stop(LOOK_SECONDS):
        before = live.scorer
        try:
            former = _closed(former)
            _look(live, releases, sales)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next release has to be found
            _fail(live, CURRENT, error)
        if before is not None and live.scorer is not before:
            former.append((time.monotonic(), before.release))


def _look(live: Live, releases: Path, sales: Sales | None) -> None:
    """Load the release that is named, unless it answers already or has failed just now."""
    folder = current(releases)
    if folder is None or (live.scorer is not None and live.scorer.release.name == folder.name):
        live.failed = None
    elif folder.name != live.failed or time.monotonic() >= live.again:
        load(live, folder, sales)


def _fail(live: Live, name: str, error: Exception) -> None:
    """Remember that ``name`` cannot be read, and log it the first time; messages that are not ours may hold data."""
    reason = str(error) if isinstance(error, RegularsError) else type(error).__name__
    if live.failed != name:
        LOG.error("cannot answer from %s: %s", name, reason)
    live.failed, live.again = name, time.monotonic() + AGAIN_SECONDS
    live.missing = f"cannot answer from {name} ({reason}); make another release with: regulars refresh"


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
    """Compute once what is computed, so that no customer waits for what is made on first use."""
    store = scorer.release.store
    tomorrow = scorer.release.as_of + dt.timedelta(days=1)
    for customer_id in scorer.release.prepared.customers(1):
        lines = customer.purchases(store, customer_id, tomorrow)
        predicted.viewed(scorer.release, customer.recomputed(store, [customer_id], lines, tomorrow))
        asked = RecommendRequest(customer_id=customer_id, as_of=tomorrow)
        scorer.recommend(asked, tomorrow, "", Fresh([]))
