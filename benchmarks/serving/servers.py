"""The servers that are compared: how each is started, and that none is left behind."""

import contextlib
import dataclasses
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import httpx
import psutil

from regulars import delivery
from regulars.errors import MissingError, RegularsError
from regulars.home import Home
from serving import process, release

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 180.0
POLL_SECONDS = 0.02
LOG_LINES = 8
MLFLOW = "from mlflow.cli import cli; cli()"
WORKER_WORDS = ("_bentoml_impl.worker", "spawn_main")
"""What a worker's command line holds: BentoML's, and those that uvicorn starts."""


class NotReadyError(RegularsError):
    """A server did not start."""


@dataclasses.dataclass(frozen=True)
class Server:
    """What to start."""

    name: str
    command: Sequence[str]
    port: int
    ready: str
    """Path that answers with a status below 400 as soon as the server can answer."""
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Beside that of this process."""


@dataclasses.dataclass(frozen=True)
class Running:
    """A server that answers."""

    server: Server
    head: psutil.Process
    start_seconds: float
    """From its start until it could answer."""

    def tree(self) -> list[psutil.Process]:
        """Return its processes."""
        return [self.head, *self.head.children(recursive=True)]

    def workers(self) -> list[psutil.Process]:
        """Return the processes that answer; the server's only one, where it has no others."""
        found = [one for one in self.tree() if any(word in " ".join(one.cmdline()) for word in WORKER_WORDS)]
        return found or [self.head]

    def cpu_seconds(self) -> float:
        """Return the processor time that its processes have taken so far."""
        return float(sum(sum(one.cpu_times()[:2]) for one in self.tree()))

    def worker_mb(self) -> list[float]:
        """Return the resident memory of each worker, in MB."""
        return [round(one.memory_info().rss / 1e6, 1) for one in self.workers()]


@contextlib.contextmanager
def started(server: Server, logs: Path) -> Iterator[Running]:
    """Run a server while the block runs; on leaving, none of its processes is left.

    Raises:
        NotReadyError: it did not start; the message has the end of its output.
    """
    mark, log = uuid.uuid4().hex, logs / f"{server.name}.log"
    began = time.perf_counter()
    with log.open("wb") as output:
        head = subprocess.Popen(
            list(server.command),
            env={**os.environ, **server.environment, process.MARK: mark},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(server, head, log)
            yield Running(server, psutil.Process(head.pid), round(time.perf_counter() - began, 2))
        finally:
            process.stop(head, mark)


def _wait(server: Server, head: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.perf_counter() + READY_SECONDS
    with httpx.Client(base_url=f"http://{process.HOST}:{server.port}", timeout=1.0, trust_env=False) as client:
        while time.perf_counter() < deadline and head.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if client.get(server.ready).is_success:
                    return
            time.sleep(POLL_SECONDS)
    said = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:])
    raise NotReadyError(f"{server.name} did not start; its output ends with:\n{said}")


def ours(home: Home, workers: int, purchases: Path, releases: Path | None = None) -> Server:
    """Return the packaged service of ``home``; purchases that it is told of go to another file than the home's.

    Args:
        home: whose service.
        workers: number of processes.
        purchases: that file.
        releases: of which it answers; by default the home's.

    Raises:
        MissingError: nothing was packaged, or it has no release to answer from.
    """
    plan = delivery.plan(home, process.free_port(), "data")
    releases = releases or home.releases
    if release.current(releases) is None:
        raise MissingError(f"no release in {releases}; make one with: regulars package")
    home.prepare()
    plan = dataclasses.replace(plan, purchases=purchases, releases=releases, workers=workers)
    return Server("ours", plan.command, plan.port, "/readyz", plan.environment)


def bento(name: str, service: str, workers: int) -> Server:
    """Return a Bento of this folder, such as ``noop:Noop``."""
    port = process.free_port()
    command = [sys.executable, "-m", "bentoml", "serve", f"benchmarks.serving.{service}"]
    command += ["--host", process.HOST, "--port", str(port), "--working-dir", str(ROOT)]
    return Server(name, command, port, "/readyz", {"BENCHMARK_WORKERS": str(workers)})


def mlflow(home: Home, workers: int) -> Server:
    """Return ``mlflow models serve`` of the churn champion, in the environment at hand."""
    port = process.free_port()
    command = [sys.executable, "-c", MLFLOW, "models", "serve", "-m", "models:/regulars-churn@champion"]
    command += ["--env-manager", "local", "--host", process.HOST, "--port", str(port), "--workers", str(workers)]
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"  # it looks for uvicorn there
    environment = {"MLFLOW_TRACKING_URI": home.tracking_uri, "PATH": programs}
    return Server("mlflow", command, port, "/ping", environment)
