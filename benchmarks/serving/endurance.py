"""``python -m benchmarks.serving.endurance``: a day's trouble in ten minutes, and whether anybody noticed.

The service is asked at 80% of what it can do while other champions are made to answer five times, workers are killed
three times, and for some seconds far more is asked than can be answered. Witnesses compare what it says with what it
must say, and buy. See docs/serving-benchmark.md.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from benchmarks.serving.servers import Running, ours, started
from benchmarks.serving.witness import Buyer, Reader, Seen, Truth, Witness
from regulars import console
from regulars.errors import MissingError, RegularsError
from regulars.home import Home
from serving import release, release_build
from serving.loadtest import apart
from serving.loadtest.customers import shop
from serving.loadtest.load import BROKEN, Load, Measured
from serving.loadtest.scenarios import Shop, asks
from serving.release import Release
from serving.sales import opened
from serving.scorer import Scorer

WORKERS, CONNECTIONS = 2, 16
CAPACITY_SECONDS, SHARE = 20.0, 0.8
PARTS = 20
"""Of the whole time; each is reported by itself."""

SWAPS, KILLS, BURSTS = (2, 6, 9, 13, 17), (3, 7, 11), (15,)
"""In which parts something happens; a part's first half second is quiet."""

BURST_SHARE, BURST_CONNECTIONS = 0.5, 400
READERS, BUYERS = 1, 1
SETTLED_SHARE = 0.1
"""Of the whole time, after which a worker's memory counts: its pages have been touched, a former release closed."""

ERROR = 400
REFUSALS = {429, 503}
MOST_GROWTH = 0.05


class Part(NamedTuple):
    """What became of a part of the time."""

    happened: Sequence[str]
    load: Measured
    burst: Measured | None


def endure(home: Home, seconds: float, scratch: Path) -> dict[str, Any]:
    """Run the service for ``seconds``, trouble it, and return what was seen.

    Raises:
        RegularsError: it cannot be started.
    """
    releases = _copied(home.releases, scratch / "releases")
    purchases = scratch / "purchases.sqlite"
    read, bought_by = _halves(shop(scratch / "releases"))
    truth = Truth([Scorer(Release.read(folder)) for folder in releases])
    server = ours(home, WORKERS, purchases, scratch / "releases")
    with started(server, scratch) as running:
        capacity = _capacity(running, read)
        with _watched(running) as memory, _witnesses(running, truth, read, bought_by) as witnesses:
            trouble = Trouble(running, releases, read, seconds / PARTS)
            parts = list(console.track(trouble.parts(SHARE * capacity), "troubling", PARTS))
    seen = [each.seen() for each in witnesses]
    held = {sale.order_id for sales in opened(purchases).among(bought_by.customer_ids).values() for sale in sales}
    return {"capacity": capacity, **_told(parts, seen, held), "memory": _grown(memory, SETTLED_SHARE * seconds)}


class Trouble:
    """Makes the load, and what happens meanwhile."""

    def __init__(self, running: Running, releases: Sequence[Path], read: Shop, seconds: float) -> None:
        """Trouble the service ``running`` for ``seconds`` a part, swapping ``releases``, asking about ``read``."""
        self._running, self._releases, self._seconds = running, releases, seconds
        self._asks = asks("reads", read)
        self._heavy = asks("profile", read)
        self._answering = 0
        self._rng = random.Random(3)  # noqa: S311 - which worker is killed

    def parts(self, rate: float) -> Iterator[Part]:
        """Ask at ``rate``, part by part."""
        for number in range(PARTS):
            yield self._part(number, rate)

    def _part(self, number: int, rate: float) -> Part:
        happened, burst = [name for name, when in _EVENTS.items() if number in when], None
        timers = [threading.Timer(self._seconds / 3, getattr(self, f"_{name}")) for name in happened if name != "burst"]
        for timer in timers:
            timer.start()
        with _beside(self._burst if "burst" in happened else None) as found:
            load = Load(
                port=self._running.server.port, connections=CONNECTIONS, seconds=self._seconds, rate=rate, warm_up=0
            )
            measured = apart.measure(load, self._asks)
        burst = found[0] if found else None
        for timer in timers:
            timer.join()
        return Part(happened, measured, burst)

    def _swap(self) -> None:
        self._answering = (self._answering + 1) % len(self._releases)
        release_build.point(self._releases[self._answering])

    def _kill(self) -> None:
        self._rng.choice(self._running.workers()).kill()

    def _burst(self) -> Measured:
        return apart.measure(self._load(BURST_CONNECTIONS, BURST_SHARE * self._seconds), self._heavy)

    def _load(self, connections: int, seconds: float, rate: float | None = None) -> Load:
        port = self._running.server.port
        return Load(port=port, connections=connections, seconds=seconds, rate=rate, warm_up=0)


_EVENTS = {"swap": SWAPS, "kill": KILLS, "burst": BURSTS}


def _told(parts: Sequence[Part], seen: Sequence[Seen], held: set[str]) -> dict[str, Any]:
    """Return what was seen, in figures."""
    kept = {order for each in seen for order in each.acknowledged}
    errors = sum((_errors(part) for part in parts), Counter[int]())
    wrong = [each for one in seen for each in one.wrong]
    return {
        "rate": max(part.load.per_second for part in parts),
        "answers": sum(part.load.all.answered for part in parts),
        "swaps": len(SWAPS), "kills": len(KILLS), "bursts": len(BURSTS),
        "checked": sum(each.checked for each in seen), "wrong": len(wrong), "first_wrong": wrong[:1],
        "acknowledged": len(kept), "lost": len(kept - held),
        "witnesses_broken": sum(each.broken for each in seen),
        "witnesses_refused": sorted(status for each in seen for status in each.statuses),
        "errors": dict(errors),
        "cut_off_by_kills": sum(part.load.statuses.get(BROKEN, 0) for part in parts if "kill" in part.happened),
        "bursts_statuses": [part.burst.statuses for part in parts if part.burst],
        "parts": [_line(number, part) for number, part in enumerate(parts)],
    }  # fmt: skip


def _errors(part: Part) -> Counter[int]:
    """Return the answers that should not have been.

    What a worker was answering when it was killed is cut off, and far too much to do is refused; nothing else is.
    """
    excused = {BROKEN} if "kill" in part.happened else REFUSALS if part.burst else set()
    return Counter({s: n for s, n in part.load.statuses.items() if (s == BROKEN or s >= ERROR) and s not in excused})


def _line(number: int, part: Part) -> dict[str, Any]:
    times = part.load.all
    return {
        "part": number,
        "happened": part.happened,
        "per_second": part.load.per_second,
        "p50": times.p50,
        "p99": times.p99,
        "longest": times.longest,
        "statuses": part.load.statuses,
    }


def _copied(releases: Path, folder: Path) -> list[Path]:
    """Link the answering release and another one of its day into ``folder``; the home's keeps answering from its own.

    Raises:
        MissingError: there are no two.
    """
    present = release.current(releases)
    pair = (
        [] if present is None else [path for path in releases.glob(f"{present.name[:10]}-*") if _differ(path, present)]
    )
    if present is None or not pair:
        raise MissingError("swapping needs two releases of one day; promote other champions, and: regulars refresh")
    found = [shutil.copytree(path, folder / path.name, copy_function=os.link) for path in (present, pair[0])]
    release_build.point(found[0])
    return found


def _differ(one: Path, other: Path) -> bool:
    """Whether other champions answer."""
    lineages = [(path / release.CHAMPIONS / release.LINEAGE).read_bytes() for path in (one, other)]
    return lineages[0] != lineages[1]


def _halves(every: Shop) -> tuple[Shop, Shop]:
    """Return who is only asked about, and who buys."""
    return every._replace(customer_ids=every.customer_ids[::2]), every._replace(customer_ids=every.customer_ids[1::2])


def _capacity(running: Running, read: Shop) -> float:
    """Return how many requests a second are answered when each connection asks again at once."""
    load = Load(port=running.server.port, connections=CONNECTIONS, seconds=CAPACITY_SECONDS)
    return apart.measure(load, asks("reads", read)).per_second


@contextlib.contextmanager
def _witnesses(running: Running, truth: Truth, read: Shop, bought_by: Shop) -> Iterator[list[Witness]]:
    """Let witnesses ask while the block runs.

    Raises:
        RegularsError: one of them could not go on.
    """
    stop, url = threading.Event(), f"http://127.0.0.1:{running.server.port}"
    found: list[Witness] = [Reader(url, truth, read.customer_ids, stop, n) for n in range(READERS)]
    found += [Buyer(url, truth, bought_by.customer_ids[n::BUYERS], stop, READERS + n) for n in range(BUYERS)]
    for each in found:
        each.start()
    try:
        yield found
    finally:
        stop.set()
        for each in found:
            each.join()
    for each in found:
        if each.failure is not None:
            raise RegularsError(f"{each.name} could not go on: {each.failure!r}") from each.failure


@contextlib.contextmanager
def _watched(running: Running) -> Iterator[dict[int, list[tuple[float, float]]]]:
    """Note the memory of each worker every second while the block runs: (seconds, MB) by process id."""
    noted: dict[int, list[tuple[float, float]]] = {}
    stop, began = threading.Event(), time.monotonic()

    def watch() -> None:
        while not stop.wait(1.0):
            with contextlib.suppress(psutil.Error):
                for one in running.workers():
                    used = one.memory_info()  # without files, whose pages all workers share
                    noted.setdefault(one.pid, []).append((time.monotonic() - began, (used.rss - used.shared) / 1e6))

    thread = threading.Thread(target=watch, name="memory", daemon=True)
    thread.start()
    try:
        yield noted
    finally:
        stop.set()
        thread.join()


def _grown(noted: dict[int, list[tuple[float, float]]], settled: float) -> list[dict[str, float]]:
    """Return the memory of each worker that lived long enough: when it had settled, at the end, and its growth."""
    found = []
    for each in noted.values():
        since = [(at, mb) for at, mb in each if at >= each[0][0] + settled]
        if len(since) > 1:
            (at, first), (end, last) = since[0], since[-1]
            found.append({"from": round(at), "to": round(end), "mb": round(first, 1), "mb_end": round(last, 1),
                          "growth": round(last / first - 1, 4)})  # fmt: skip
    return found


@contextlib.contextmanager
def _beside(work: Callable[[], Measured] | None) -> Iterator[list[Measured]]:
    """Do ``work``, if any, beside the block; what it returns is in the list at the end."""
    found: list[Measured] = []
    thread = threading.Thread(target=lambda: work and found.append(work()), daemon=True)
    thread.start()
    yield found
    thread.join()


def main() -> None:
    """Trouble the service, and print what was seen; exit with 1 where something was seen that should not be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving.endurance", description=__doc__)
    parser.add_argument("--home", type=Path, help="with a packaged service and two releases  [default: REGULARS_HOME]")
    parser.add_argument("--minutes", type=float, default=10.0, help="of trouble")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    home = Home(given.home.absolute()) if given.home else Home.resolve()
    try:
        with tempfile.TemporaryDirectory(dir=home.staging) as scratch:
            found = endure(home, 60 * given.minutes, Path(scratch))
    except RegularsError as error:
        sys.exit(str(error))
    sys.stdout.write(json.dumps(found) + "\n") if given.json else console.facts("What was seen", found)
    sys.exit(1 if failed(found) else 0)


def failed(found: dict[str, Any]) -> bool:
    """Whether something was seen that should not be: also memory that grew in a worker by more than a twentieth."""
    grown = any(each["growth"] > MOST_GROWTH for each in found["memory"])
    return bool(found["wrong"] or found["lost"] or found["errors"] or grown)


if __name__ == "__main__":
    main()
