"""Who is at work: a lock a run, which the system takes from a process that ends, however it ends."""

import contextlib
import uuid
from collections.abc import Iterator

from filelock import FileLock

from regulars.home import Home


@contextlib.contextmanager
def alone(home: Home, key: str) -> Iterator[None]:
    """Hold the lock of the run with this key in ``home``; wait while another process holds it."""
    with FileLock(home.locks / f"{key}.lock"):
        yield


def home_id(home: Home) -> str:
    """Return what tells this home from others whose runs are in the same database; it is drawn once."""
    file = home.root / "home-id"
    with FileLock(home.root / "home-id.lock"):
        if not file.is_file():
            file.write_text(uuid.uuid4().hex, encoding="utf-8")
        return file.read_text(encoding="utf-8")
