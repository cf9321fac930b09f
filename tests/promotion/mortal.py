"""Promotes in processes of their own and kills them: a line `WHAT POINT` a trial on standard input.

WHAT is a version, or a folder with a fitted model, which is registered first.

POINT is a step of the promotion or a number of seconds. The trials are forked from a process that has imported
everything but opened no database, since ten starts of Python would take a minute. A model is registered in a Python
started for it: its example is made by Polars, whose threads do not survive a fork.
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from regulars import artefact
from regulars.home import Home
from regulars.tracking import Change, Registry, projection
from regulars.tracking import client as door
from regulars.tracking.journal import Journal

STEPS = {
    "after the version is registered": (Registry, "crown", True),
    "after a look at what is there": (projection, "put", False),
    "before the intent": (Journal, "begin", True),
    "after the intent": (Journal, "begin", False),
    "before the alias": (door.MlflowClient, "set_registered_model_alias", True),
    "after the alias": (door.MlflowClient, "set_registered_model_alias", False),
    "before the end of the entry": (Journal, "end", True),
    "after the end of the entry": (Journal, "end", False),
    "before the file is in its place": (Path, "replace", True),
    "after the file is in its place": (Path, "replace", False),
}
"""Step -> what is called then, and whether the process dies before it or after it."""


def deadly(what: Any, name: str, *, before: bool) -> None:
    """Make a call the last thing that this process does."""
    call = getattr(what, name)

    def dies(*args: Any, **options: Any) -> None:
        if not before:
            call(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(what, name, dies)


def promote(home: Home, asked: str, point: str) -> None:
    """Make a version the champion of churn, or a folder's model."""
    registry = Registry(home)
    if point in STEPS:
        what, name, before = STEPS[point]
        deadly(what, name, before=before)
    change = Change("promote", "churn", f"killed {point}")
    if asked.isdigit():
        registry.crown(asked, change)
    else:
        registry.register(Path(asked), artefact.read_meta(Path(asked)), {}, change)


def trial(home: Home, asked: str, point: str) -> str:
    """Promote in a child, and say how it ended: killed, ended, or failed."""
    child = _forked(home, asked, point) if asked.isdigit() else _started(home, asked, point)
    if point not in STEPS:
        time.sleep(float(point))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else "ended" if status == 0 else "failed"


def _forked(home: Home, asked: str, point: str) -> int:
    child = os.fork()
    if child == 0:
        try:
            promote(home, asked, point)
        finally:
            os._exit(1 if sys.exc_info()[0] else 0)
    return child


def _started(home: Home, asked: str, point: str) -> int:
    words = [sys.executable, "-m", "tests.promotion.mortal", str(home.root), asked, point]
    return os.posix_spawn(sys.executable, words, os.environ)


if __name__ == "__main__":
    place = Home(Path(sys.argv[1]))
    if sys.argv[2:]:
        promote(place, *sys.argv[2:])
        sys.exit()
    for line in sys.stdin:
        what, _, when = line.strip().partition(" ")
        sys.stdout.write(trial(place, what, when) + "\n")
        sys.stdout.flush()
