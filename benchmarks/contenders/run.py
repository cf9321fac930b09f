"""Contenders in processes of their own: seconds, processor seconds and peak memory of each."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contenders.job import Job

FEATURETOOLS = ("featuretools==1.31.0", "pandas==2.3.3", "pyarrow", "setuptools<81")
"""What Featuretools needs; with pandas 3 it cannot read its own tables."""
WAYS = {"ours": "ours", "pandas": "pandas_way", "duckdb": "duckdb_way", "featuretools": "featuretools_way"}
"""Contender -> its module; ``floor`` goes by its own name."""


@dataclass(frozen=True)
class Run:
    """What one run took."""

    seconds: float
    """By the clock, without imports."""
    cpu_seconds: float
    """Of all its threads: what other processes on the machine do not change much."""
    peak_mb: float
    """Largest resident set of the process."""


class FailedError(Exception):
    """A process ended in an error."""


def once(name: str, job: Job, python: Path | None = None) -> Run:
    """Let a contender do ``job``; its table is in ``job.out`` afterwards.

    Args:
        name: the contender.
        job: what to make.
        python: the interpreter that has Featuretools; only for that.

    Raises:
        FailedError: it did not work; the reason is on standard error.
    """
    shutil.rmtree(job.out, ignore_errors=True)
    job.out.mkdir(parents=True)
    asked, told = job.out.with_suffix(".job.json"), job.out.with_suffix(".told.json")
    job.write(asked)
    module = WAYS.get(name, name)
    if python is None:
        command = [sys.executable, "-m", "benchmarks.contenders", module, str(asked), str(told)]
    else:
        command = [str(python), str(Path(__file__).with_name(f"{module}.py")), str(asked), str(told)]
    peak_mb = child(command)
    found = json.loads(told.read_text())
    return Run(found["seconds"], found["cpu_seconds"], peak_mb)


def child(command: list[str]) -> float:
    """Run a command to its end; return its peak memory in MB.

    A child's peak counts its parent's size at the start, so the parent had better be small.

    Raises:
        FailedError: it ended in an error.
    """
    process = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise FailedError(f"{' '.join(command[1:4])} failed")
    return usage.ru_maxrss / 1024


def environment(folder: Path) -> Path:
    """Return the interpreter of the environment with Featuretools in ``folder``; it is made unless it is there.

    Raises:
        FailedError: it cannot be installed.
    """
    python = folder / "bin" / "python"
    if (folder / "ready").exists():
        return python
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", *FEATURETOOLS],
        [str(python), "-c", "import featuretools"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
            raise FailedError(f"featuretools cannot be installed: {reason}")
    (folder / "ready").touch()
    return python
