"""One contender makes one table: ``python -m benchmarks.contenders NAME JOB TOLD``.

JOB and TOLD are JSON files: what to make, and where the seconds go. Imports do not count.
"""

import importlib
import json
import sys
import time
from pathlib import Path

from benchmarks.contenders.job import Job


def main(name: str, job: Path, told: Path) -> None:
    """Make the table of ``job`` and write the seconds it took, by the clock and of the processor, to ``told``."""
    make = importlib.import_module(f"benchmarks.contenders.{name}").make
    asked = Job.read(job)
    began, worked = time.perf_counter(), time.process_time()
    make(asked)
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    told.write_text(json.dumps({"seconds": seconds, "cpu_seconds": cpu}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
