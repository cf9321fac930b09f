"""How often a key may ask, counted by all workers of a machine together.

The generic cell rate algorithm (ITU-T I.371, annex A), which is a token bucket that needs one number: the instant at
which the bucket would be full again. The bucket holds what may be asked in one second. The numbers lie in a small file
that all workers map. Two workers that count at the same instant may count one request for two.
"""

import contextlib
import mmap
import struct
import time
from collections.abc import Callable
from pathlib import Path

SLOTS = 4096
ROUNDING = 1e-6
"""Seconds that the sums may be off by."""

_INSTANT = struct.Struct("d")


class Rates:
    """When each key may ask again."""

    def __init__(self, path: Path | None = None, now: Callable[[], float] = time.monotonic) -> None:
        """Count in the file at ``path``; without one, or where it cannot be written, for this process alone.

        Args:
            path: the file, which is made if need be.
            now: seconds of a clock that all processes share and that never goes back.
        """
        self._now = now
        self._map = mmap.mmap(-1, SLOTS * _INSTANT.size)
        if path is not None:
            with contextlib.suppress(OSError), path.open("a+b") as file:
                file.truncate(SLOTS * _INSTANT.size)
                self._map = mmap.mmap(file.fileno(), SLOTS * _INSTANT.size)

    def wait(self, digest: str, per_second: float) -> float:
        """Count a request; return 0, or the seconds to wait where it is one too many, which is not counted.

        Args:
            digest: of the key, in hex digits.
            per_second: how many requests it may make.
        """
        place = int(digest[:8], 16) % SLOTS * _INSTANT.size
        now, (full_at,) = self._now(), _INSTANT.unpack_from(self._map, place)
        step = 1 / per_second
        room = max(1.0, step)
        # An instant further ahead than any request puts it is left from before the machine was started.
        full_at = now if not now < full_at <= now + room else full_at
        wait: float = full_at + step - now - room
        if wait > ROUNDING:
            return wait
        _INSTANT.pack_into(self._map, place, full_at + step)
        return 0.0
