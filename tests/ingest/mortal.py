"""Ingests a file in a process of its own and, if told so, kills it: a line `FILE SECONDS` a trial on standard input.

The trials are forked from a process that has imported everything but run nothing, since 50 starts of Python would take
minutes. It must not use Polars itself: a fork with its threads would hang.
"""

import os
import signal
import sys
import time
from pathlib import Path

import dataframely  # noqa: F401 - the contracts would import it in every trial anew

from regulars.ingest import ingest


def trial(file: Path, ledger: Path, seconds: float) -> str:
    """Ingest in a child, kill it after ``seconds`` unless it has ended, and say what happened and when."""
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        ingest([file], "generic", ledger)
        os._exit(0)
    while time.perf_counter() - began < seconds:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return f"ended {status} {time.perf_counter() - began}"
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return f"killed 0 {time.perf_counter() - began}"


if __name__ == "__main__":
    shop = Path(sys.argv[1])
    for line in sys.stdin:
        name, seconds = line.split()
        sys.stdout.write(trial(shop / name, shop / "ledger", float(seconds)) + "\n")
        sys.stdout.flush()
