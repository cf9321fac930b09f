"""The load in a process of its own: ``python -m serving.loadtest.apart`` reads a job and writes what became of it.

So the program that measures neither shares a core's time with the load nor makes it wait.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from serving.loadtest.drive import GRACE_SECONDS, drive
from serving.loadtest.load import Ask, Load, Measured
from serving.loadtest.wire import LoadError

ROOT = Path(__file__).resolve().parents[2]
"""Where ``serving`` can be imported from."""

SPARE_SECONDS = 60.0
"""That the process may take beside the load itself."""


class Job(BaseModel):
    """What the process is to do."""

    model_config = ConfigDict(frozen=True)

    load: Load
    asks: tuple[Ask, ...]


def measure(load: Load, asks: Sequence[Ask]) -> Measured:
    """Ask ``asks`` from another process, again and again, and return what became of it.

    Raises:
        LoadError: nothing listens, or an answer cannot be read.
    """
    done = subprocess.run(
        [sys.executable, "-m", "serving.loadtest.apart"],
        input=Job(load=load, asks=tuple(asks)).model_dump_json(),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=load.warm_up + load.seconds + GRACE_SECONDS + SPARE_SECONDS,
    )
    if done.returncode:
        raise LoadError((done.stderr.strip() or "no reason given").splitlines()[-1])
    return Measured.model_validate_json(done.stdout)


def main() -> None:
    """Do the job on standard input; what became of it goes to standard output."""
    job = Job.model_validate_json(sys.stdin.read())
    try:
        found = drive(job.load, job.asks)
    except LoadError as error:
        sys.exit(str(error))
    sys.stdout.write(found.model_dump_json())


if __name__ == "__main__":
    main()
