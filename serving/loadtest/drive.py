"""The loop that asks: as many requests under way as there are connections, all in one thread."""

import contextlib
import heapq
import itertools
import math
import selectors
import time
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence

from serving.loadtest.load import BROKEN, Ask, Load, Measured
from serving.loadtest.wire import Connection

GRACE_SECONDS = 10.0
"""How long the last answers are waited for."""

OPENING_SECONDS = 0.01
"""From one connection to the next. Opened all at once, the worker that wakes first would accept every one of them."""


class _Slot:
    """A connection and the request that is under way on it."""

    def __init__(self, port: int, due: float) -> None:
        self.port = port
        self.connection = Connection(port)
        self.due = due
        """When the request was to be sent."""
        self.name: str | None = None
        """Of the request; None: there is none under way."""

    def __lt__(self, other: "_Slot") -> bool:
        return self.due < other.due


def drive(load: Load, asks: Sequence[Ask]) -> Measured:
    """Ask ``asks``, again and again, and measure.

    Raises:
        LoadError: nothing listens, or an answer cannot be read.
    """
    with contextlib.closing(_Drive(load, asks)) as under_way:
        return under_way.run()


class _Drive:
    def __init__(self, load: Load, asks: Sequence[Ask]) -> None:
        self._load = load
        self._asks = itertools.cycle([(ask.name, ask.text.encode()) for ask in asks])
        self._gap = load.connections / load.rate if load.rate else 0.0
        """Seconds from one request of a connection to its next."""
        self._began = time.perf_counter()
        self._counts_from = self._began + load.connections * OPENING_SECONDS + load.warm_up
        self._ends = self._counts_from + load.seconds
        self._asked = 0
        self._took: defaultdict[str, array[float]] = defaultdict(lambda: array("d"))
        self._statuses: Counter[int] = Counter()
        self._selector = selectors.DefaultSelector()
        self._idle: list[_Slot] = []
        """Those with nothing under way, a heap by when they are due."""
        self._slots: list[_Slot] = []

    def run(self) -> Measured:
        """Ask until it is time, wait for the last answers, and say what became of it."""
        worked, now = time.process_time(), time.perf_counter()
        while now < self._ends and not self._enough():
            self._open_due(now)
            self._send_due(now)
            self._take(max(self._wakes() - time.perf_counter(), 0.0))
            now = time.perf_counter()
        ended = min(now, self._ends)
        self._finish(now + GRACE_SECONDS)
        cpu = time.process_time() - worked
        return Measured.of(max(ended - self._counts_from, 0.0), self._took, self._statuses, self._asked, cpu)

    def close(self) -> None:
        """Close every connection."""
        for slot in self._slots:
            slot.connection.close()
        self._selector.close()

    def _enough(self) -> bool:
        return self._load.at_most is not None and self._asked >= self._load.at_most

    def _opens(self) -> float:
        """When the next connection is to be opened; never, where all are."""
        n = len(self._slots)
        return self._began + n * OPENING_SECONDS if n < self._load.connections else math.inf

    def _wakes(self) -> float:
        """When there is something to do although no answer comes."""
        return min(self._ends, self._opens(), self._idle[0].due if self._idle else math.inf)

    def _open_due(self, now: float) -> None:
        while self._opens() <= now:
            slot = _Slot(self._load.port, now + len(self._slots) * self._gap / self._load.connections)
            self._slots.append(slot)
            self._selector.register(slot.connection.socket, selectors.EVENT_READ, slot)
            heapq.heappush(self._idle, slot)

    def _send_due(self, now: float) -> None:
        while self._idle and self._idle[0].due <= now and not self._enough():
            self._send(heapq.heappop(self._idle))

    def _send(self, slot: _Slot) -> None:
        slot.name, request = next(self._asks)
        self._asked += 1
        if not self._gap:
            slot.due = time.perf_counter()
        try:
            slot.connection.send(request)
        except ConnectionError:
            self._broken(slot)

    def _take(self, pause: float) -> None:
        """Take the answers that have come; where there is no rate, ask again at once."""
        for key, _ in self._selector.select(pause):
            slot: _Slot = key.data
            try:
                status = slot.connection.receive()
            except ConnectionError:
                self._broken(slot)
                continue
            if status is not None:
                if slot.connection.ends:
                    self._connect(slot)
                self._answered(slot, status)

    def _answered(self, slot: _Slot, status: int) -> None:
        now = time.perf_counter()
        if slot.name is not None and self._counts_from <= now < self._ends:
            self._statuses[status] += 1
            if status < 400:
                self._took[slot.name].append(now - slot.due)
        if self._gap or now >= self._ends or self._enough():
            self._rest(slot)
        else:
            self._send(slot)

    def _connect(self, slot: _Slot) -> None:
        """Connect anew."""
        self._selector.unregister(slot.connection.socket)
        slot.connection.close()
        slot.connection = Connection(slot.port)
        self._selector.register(slot.connection.socket, selectors.EVENT_READ, slot)

    def _broken(self, slot: _Slot) -> None:
        """Connect anew; a server may close a connection on which nothing is under way."""
        self._connect(slot)
        if slot.name is not None:
            self._statuses[BROKEN] += 1
            self._rest(slot)

    def _rest(self, slot: _Slot) -> None:
        slot.name = None
        slot.due += self._gap
        heapq.heappush(self._idle, slot)

    def _finish(self, until: float) -> None:
        """Wait for what is under way; what does not come counts as broken."""
        while len(self._idle) < len(self._slots) and (pause := until - time.perf_counter()) > 0:
            self._take(pause)
        self._statuses[BROKEN] += len(self._slots) - len(self._idle)
        if not self._statuses[BROKEN]:
            del self._statuses[BROKEN]
