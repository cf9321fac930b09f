"""Starting the service as a process of its own, waiting until it answers, and leaving nothing behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

import httpx
import psutil

from regulars.errors import ConfigError, MissingError, RegularsError
from regulars.home import Home
from serving import release
from serving.environment import CLOCK, KEYS, METRICS, PURCHASES, RELEASES, REQUIRE_KEYS, WORKERS
from serving.guard import refuse_the_world
from serving.sales import is_address

HOST = "127.0.0.1"
EVERYWHERE = {"0.0.0.0": HOST, "::": "::1"}  # noqa: S104 - asked for by whoever starts the service
"""Addresses that stand for all of a machine, and where the machine itself finds the service then."""

READY_SECONDS = 120.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.05
WATCH_SECONDS = 0.2
LOG_LINES = 15
NOT_READY = "MODEL_NOT_READY"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends the service."""

Handler = Callable[[int, FrameType | None], None]

MARK = "REGULARS_SERVICE"
"""Environment variable that every process of one service shares with no other."""


class ServiceError(RegularsError):
    """The service did not start, or ended by itself."""


@dataclass(frozen=True)
class Plan:
    """What to start, and on what."""

    tag: str
    """Of the Bento, from :func:`serving.package.package`."""
    home: Home
    """Where the Bento and temporary files are."""
    releases: Path
    """Where the releases are, one of which answers."""
    purchases: Path | str = field(repr=False)
    """The file in which purchases that come in are kept, or the address of a database."""
    port: int
    """Of its address."""
    clock: str | None = None
    """Which day it is; see :func:`serving.clock.clock`."""
    workers: int | None = None
    """Number of processes; by default one a core."""
    host: str = HOST
    """The address it listens on; another one than this machine's own needs a key."""
    require_keys: bool = False
    """Whether programs on this machine need a key, too."""

    @property
    def url(self) -> str:
        """Where the service answers, as seen from this machine."""
        host = EVERYWHERE.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def command(self) -> list[str]:
        """The command line of the service.

        It names the Bento's folder: of the tag, BentoML would first try to import the part before the colon, and the
        code that is installed would answer instead of the Bento's.
        """
        bento = self.home.bentoml / "bentos" / self.tag.replace(":", "/")
        return [sys.executable, "-m", "bentoml", "serve", str(bento), "--host", self.host, "--port", str(self.port)]

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of the service: ours, and what it needs to know."""
        shared = is_address(self.purchases)
        own = {RELEASES: str(self.releases.absolute())}
        own |= {PURCHASES: str(self.purchases if shared else Path(self.purchases).absolute())}
        own |= {"TMPDIR": str(self.home.staging), "PYTHONUNBUFFERED": "1"}
        own |= {KEYS: str(self.home.keys.absolute()), REQUIRE_KEYS: str(int(self.require_keys))}
        own |= {CLOCK: self.clock} if self.clock else {}
        own |= {WORKERS: str(self.workers)} if self.workers else {}
        return {**os.environ, **own}


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running(plan: Plan, log: Path | None = None, ready_seconds: float = READY_SECONDS) -> Iterator[str]:
    """Run the service while the block runs, as :func:`started` does, and give its address."""
    with started(plan, log, ready_seconds):
        yield plan.url


@contextlib.contextmanager
def started(
    plan: Plan, log: Path | None = None, ready_seconds: float = READY_SECONDS
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the service while the block runs, and give its process.

    On entering the service answers; on leaving none of its processes is left. Leaving means returning,
    raising, Ctrl-C, or a SIGTERM or SIGHUP to this process (in the main thread).

    Args:
        plan: what to start.
        log: the file its output goes to; by default it goes where this process writes.
        ready_seconds: how long to wait for the first answer.

    Raises:
        MissingError: there is no release.
        ConfigError: the port is taken, or others could reach the service and there is no key.
        ServiceError: it did not start.
    """
    _check(plan)
    plan.home.prepare()
    with _signals_interrupt(), _output(log) as output, _counting(plan.home) as folder:
        # A session of its own: Ctrl-C reaches only us, and we decide the order in which things stop.
        mark = uuid.uuid4().hex
        process = subprocess.Popen(
            plan.command,
            env={**plan.environment, MARK: mark, METRICS: folder},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
        try:
            _wait(plan, process, ready_seconds, log)
            yield process
        finally:
            _on_signals(_heard_already)
            stop(process, mark)


@contextlib.contextmanager
def _counting(home: Home) -> Iterator[str]:
    """Give a folder for the counters of one service's workers."""
    with tempfile.TemporaryDirectory(dir=home.staging, prefix="metrics-", ignore_cleanup_errors=True) as folder:
        yield folder


def serve(plan: Plan, log: Path | None = None, ready: Callable[[str], None] = lambda _: None) -> None:
    """Run the service in the foreground until it is interrupted.

    Args:
        plan: what to start.
        log: the file its output goes to; by default it goes where this process writes.
        ready: called with the service's address when it answers.

    Raises:
        RegularsError: it did not start, or ended by itself.
    """
    with contextlib.suppress(KeyboardInterrupt), started(plan, log) as process:
        ready(plan.url)
        # The kernel may hand a signal to any thread, and then nothing wakes this one from a wait without end.
        while (code := process.poll()) is None:
            time.sleep(WATCH_SECONDS)
        raise ServiceError(f"the service ended by itself with exit code {code}; see its output")


def stop(process: subprocess.Popen[bytes], mark: str) -> None:
    """Stop the service and every process it has started: first politely, then by force."""
    if process.poll() is None:
        process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    # BentoML's workers are sessions of their own, so only the mark in their environment tells whose they are.
    for member in psutil.process_iter():
        if _mark(member) == mark:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
    process.wait()


def _mark(process: psutil.Process) -> str | None:
    try:
        found: str | None = process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None
    return found


def _check(plan: Plan) -> None:
    if release.current(plan.releases) is None:
        raise MissingError(f"nothing to answer from in {plan.releases}; make it with: regulars package")
    refuse_the_world(plan.host, plan.home.keys, always=plan.require_keys)
    family = socket.AF_INET6 if ":" in plan.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((plan.host, plan.port))
        except OSError as error:
            raise ConfigError(
                f"port {plan.port} of {plan.host} cannot be used ({error.strerror}); choose another with --port"
            ) from error


def _wait(plan: Plan, process: subprocess.Popen[bytes], seconds: float, log: Path | None) -> None:
    """Return when the service says it is ready.

    Raises:
        ServiceError: it ended, or did not answer in time.
    """
    deadline = time.monotonic() + seconds
    said = "nothing"
    with httpx.Client(base_url=plan.url, timeout=1.0, trust_env=False, verify=False) as client:  # noqa: S501 - plain HTTP
        while time.monotonic() < deadline:
            if process.poll() is not None:
                code = process.returncode
                raise ServiceError(f"the service ended while starting, with exit code {code}{_tail(log)}")
            with contextlib.suppress(httpx.TransportError):
                answer = client.get("/readyz")
                if answer.is_success:
                    return
                said = answer.text
                if NOT_READY in said:  # a worker has loaded all there is before it listens
                    raise ServiceError(f"the service has nothing to answer from{_tail(log)}")
            time.sleep(POLL_SECONDS)
    raise ServiceError(f"the service was not ready within {seconds:g} seconds; it said {said}{_tail(log)}")


def _tail(log: Path | None) -> str:
    """Return the last lines of the log, for an error message."""
    if log is None:
        return "; see its output"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    return f"; {log} ends with:\n" + "\n".join(lines)


@contextlib.contextmanager
def _output(log: Path | None) -> Iterator[IO[bytes] | None]:
    if log is None:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as file:
        yield file


@contextlib.contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does; a second signal does not disturb the stopping."""
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def interrupt(_: int, __: FrameType | None) -> None:
        _on_signals(_heard_already)
        raise KeyboardInterrupt

    _on_signals(interrupt)
    try:
        yield
    finally:
        if _may_handle_signals():
            for number, handler in before.items():
                signal.signal(number, handler)


def _heard_already(_: int, __: FrameType | None) -> None:
    """Do nothing: where SIG_IGN is set instead, Python complains of signals that came just before."""


def _on_signals(handler: Handler) -> None:
    if _may_handle_signals():
        for number in SIGNALS:
            signal.signal(number, handler)


def _may_handle_signals() -> bool:
    """Python gives signals to the main thread only; elsewhere the caller has to stop us."""
    return threading.current_thread() is threading.main_thread()
