"""A service that is started is also stopped: with all its processes, however the block is left."""

import dataclasses
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from regulars.errors import ConfigError, MissingError
from regulars.home import Home
from serving import process
from serving.process import Plan, ServiceError, free_port, running, serve, started

STUB = """
import http.server, os, subprocess, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(STATUS)
        self.end_headers()
        self.wfile.write(b'')
    def log_message(self, *_):
        pass
# A child in a session of its own that ignores requests to stop, as a stuck worker would.
stuck = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", stuck], start_new_session=True)
print("child", child.pid, flush=True)
http.server.HTTPServer(("127.0.0.1", PORT), Ready).serve_forever()
"""


@dataclass(frozen=True)
class Stub(Plan):
    """Starts a few lines of Python in place of BentoML."""

    code: str = STUB

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-c", f"PORT, STATUS = {self.port}, 200\n{self.code}"]


@pytest.fixture
def plan(tmp_path: Path) -> Stub:
    releases = tmp_path / "releases"
    releases.mkdir()
    (releases / "current").write_text("any")
    return Stub("tag", Home(tmp_path / "home"), releases, tmp_path / "purchases.sqlite", free_port())


def alive(pid: int) -> bool:
    """Whether a process runs; one that was killed may still wait for its parent to notice."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def gone(*pids: int) -> bool:
    """Whether none of the processes runs any more; the kernel may need a moment to end one it has killed."""
    deadline = time.monotonic() + 2
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not any(map(alive, pids))


def child_of(log: Path) -> int:
    return int(log.read_text().split()[1])


def test_leaves_nothing_behind(plan: Stub, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with started(plan, log) as head:
        family = [head.pid, child_of(log)]
        assert all(alive(pid) for pid in family)
    assert gone(*family)


def test_leaves_nothing_behind_after_a_crash(plan: Stub, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with started(plan, log) as head:
        child = child_of(log)
        head.kill()
        head.wait()
        assert alive(child)
    assert gone(child)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_end_the_block(plan: Stub, tmp_path: Path, number: signal.Signals) -> None:
    log, before = tmp_path / "log", signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), running(plan, log):
        signal.raise_signal(number)
    assert gone(child_of(log))
    assert signal.getsignal(number) == before


def test_gives_the_address(plan: Stub, tmp_path: Path) -> None:
    with running(plan, tmp_path / "log") as url:
        assert httpx.get(url).status_code == 200


def test_never_ready(plan: Stub, tmp_path: Path) -> None:
    unready = dataclasses.replace(plan, code="STATUS = 503" + STUB)
    with (
        pytest.raises(ServiceError, match="not ready within 1 seconds"),
        running(unready, tmp_path / "log", 1.0),
    ):
        pass
    assert gone(child_of(tmp_path / "log"))


def test_nothing_to_answer_from(plan: Stub, tmp_path: Path) -> None:
    said = 'b\'{"code": "MODEL_NOT_READY", "detail": "no champions; train some"}\''
    unready = dataclasses.replace(plan, code="STATUS = 503" + STUB.replace("b''", said))
    with pytest.raises(ServiceError, match=r"nothing to answer from; .*ends with"), running(unready, tmp_path / "log"):
        pass


def test_ends_while_starting(plan: Stub, tmp_path: Path) -> None:
    broken = dataclasses.replace(plan, code="raise SystemExit('the reason')")
    with (
        pytest.raises(ServiceError, match=r"exit code 1(?s:.*)the reason"),
        running(broken, tmp_path / "log"),
    ):
        pass


def test_serve_says_when_the_service_ends(plan: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def dies(*_: object) -> None:
        for member in psutil.Process().children():
            if plan.command[-1] in member.cmdline():  # others are of other tests
                member.kill()

    monkeypatch.setattr(process, "_wait", dies)
    with pytest.raises(ServiceError, match="ended by itself with exit code -9"):
        serve(plan, log=tmp_path / "log", ready=said.append)
    assert said == [plan.url]


def test_no_release(plan: Stub) -> None:
    (plan.releases / "current").unlink()
    with pytest.raises(MissingError, match="regulars package"), running(plan):
        pass


def test_port_is_taken(plan: Stub) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", plan.port))
        taken.listen()
        with pytest.raises(ConfigError, match="choose another with --port"), running(plan):
            pass


def test_environment(plan: Stub) -> None:
    assert plan.environment["REGULARS_RELEASES"] == str(plan.releases)
    assert plan.environment["REGULARS_PURCHASES"] == str(plan.purchases)
    assert "REGULARS_CLOCK" not in plan.environment
    pinned = Plan(plan.tag, plan.home, plan.releases, plan.purchases, plan.port, clock="data", workers=2)
    assert (pinned.environment["REGULARS_CLOCK"], pinned.environment["REGULARS_WORKERS"]) == ("data", "2")
    address = "postgresql://me:hush@host/shop"
    shared = Plan(plan.tag, plan.home, plan.releases, address, plan.port)
    assert shared.environment["REGULARS_PURCHASES"] == address
    assert "hush" not in repr(shared)
    assert "hush" not in " ".join(shared.command)
    assert pinned.command[-4:] == ["--host", "127.0.0.1", "--port", str(plan.port)]
