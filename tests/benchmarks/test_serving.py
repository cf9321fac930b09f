"""The benchmark of the service measures what it says, and leaves nothing behind."""

import datetime as dt
import json
import sys
import time
from pathlib import Path

import psutil
import pytest

from benchmarks.serving import __main__ as program
from benchmarks.serving import memory, report, rounds, servers, targets
from benchmarks.serving.rounds import Cell, Plan
from benchmarks.serving.servers import NotReadyError, Server, started
from benchmarks.serving.targets import Target
from regulars.errors import MissingError
from regulars.home import Home
from serving.loadtest import apart
from serving.loadtest.drive import drive
from serving.loadtest.load import Ask
from serving.loadtest.scenarios import Shop
from serving.loadtest.wire import encoded
from serving.process import free_port

STUB = """
import http.server, subprocess, sys
class Ready(http.server.BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = 'HTTP/1.1', True
    def do_GET(self):
        self.send_response(500 if self.path == '/wrong' else 200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'{}')
    def log_message(self, *_):
        pass
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)
print(child.pid, flush=True)
http.server.ThreadingHTTPServer(('127.0.0.1', PORT), Ready).serve_forever()
"""
PLAN = Plan(rounds=2, seconds=0.1, warm_up=0.0, connections=(1, 2))


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the load come from this process, which is quicker to start."""
    monkeypatch.setattr(apart, "measure", drive)


def stub(name: str, code: str = STUB) -> Server:
    port = free_port()
    return Server(name, [sys.executable, "-c", f"PORT = {port}\n{code}"], port, "/")


def target(name: str, server: str, path: str = "/") -> Target:
    return Target(name, server, [Ask(name, encoded("GET", path))])


def gone(log: Path) -> bool:
    """Whether the stub's child does not run any more; the kernel may need a moment to end one it has killed."""
    pid, deadline = int(log.read_text()), time.monotonic() + 2
    while (runs := _runs(pid)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not runs


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def cell(target: str, connections: int, n: int, per_second: float, p50: float = 1.0, cpu_us: float = 100.0) -> Cell:
    return Cell(target, connections, n, per_second, p50, 2 * p50, cpu_us, 20.0, 0, 0.5)


CELLS = [
    *(cell("score", c, n, 300.0 * (n + 1), p50=1.0 + n, cpu_us=200) for c in (8, 64) for n in range(3)),
    *(cell("noop", 8, n, 100.0, cpu_us=500) for n in range(3)),
    *(cell("noop", 64, n, 200.0, cpu_us=600) for n in range(3)),
    *(cell("bare", c, n, 600.0, p50=c / 8) for c in (8, 64) for n in range(3)),
]
"""Three rounds, in which a score is answered 300, 600 and 900 times a second, after 1, 2 and 3 ms."""


def test_a_ratio_is_the_median_of_the_rounds_where_it_is_worst() -> None:
    found = report.ratios(CELLS)
    assert found == {
        "score_vs_noop": {8: 6.0, 64: 3.0},
        "score_p50_vs_bare": {8: 2.0, 64: 0.25},
    }
    assert report.worst(found) == {"score_vs_noop": 3.0, "score_p50_vs_bare": 2.0}
    assert report.cpu(CELLS)["score_vs_noop"] == {8: 2.5, 64: 3.0}


def test_rounds_are_compared_with_themselves() -> None:
    both = [cell("score", 8, n, fast) for n, fast in enumerate((100, 10, 1))]
    both += [cell("noop", 8, n, fast) for n, fast in enumerate((50, 5, 0.5))]
    assert report.ratios(both)["score_vs_noop"] == {8: 2.0}
    assert report.ratios([*both[:3], cell("noop", 8, 1, 5)])["score_vs_noop"] == {8: 2.0}


def test_figures_are_medians_and_failures_add_up() -> None:
    found = report.medians([*CELLS, cell("score", 8, 3, 900.0)._replace(failed=4)])
    assert found["score"][8]["per_second"] == 750.0
    assert (found["score"][8]["failed"], found["score"][64]["failed"]) == (4, 0)


@pytest.mark.usefixtures("_here")
def test_every_target_is_measured_and_nothing_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [target("score", "ours"), target("noop", "noop")._replace(customers=1), target("batch", "ours")]
    asked[2] = asked[2]._replace(customers=10)
    found = program.compare([stub("ours"), stub("noop")], asked, PLAN, tmp_path)
    assert json.loads(json.dumps(found))["score_vs_noop"] == min(found["ratios"]["score_vs_noop"].values()) > 0
    assert {name: list(each) for name, each in found["targets"].items()} == {each.name: [1, 2] for each in asked}
    slowest = min(each["per_second"] for each in found["targets"]["batch"].values())
    assert found["batch_customers_per_second"] == round(10 * slowest)
    for each in found["servers"].values():
        assert each["start_seconds"] > 0
        assert min(*each["mb_before"], *each["mb_after"]) > 1
    for name in ("ours", "noop"):
        assert gone(tmp_path / f"{name}.log")
    report.show(found)
    shown = capsys.readouterr().out
    assert "score_vs_noop" in shown
    assert "batch_customers_per_second" in shown


@pytest.mark.usefixtures("_here")
def test_stops_what_it_started_when_something_fails(tmp_path: Path) -> None:
    with pytest.raises(rounds.WrongAnswerError, match=r"wrong gave no good answer.*500"):
        program.compare([stub("ours")], [target("wrong", "ours", "/wrong")], PLAN, tmp_path)
    assert gone(tmp_path / "ours.log")


def test_a_server_that_does_not_start(tmp_path: Path) -> None:
    with (
        pytest.raises(NotReadyError, match=r"broken did not start(?s:.*)the reason"),
        started(stub("broken", "raise SystemExit('the reason')"), tmp_path),
    ):
        pass


@pytest.mark.usefixtures("_here")
def test_memory_along_the_way(tmp_path: Path) -> None:
    found = program.watch(stub("ours"), target("score", "ours"), 60, tmp_path)
    assert len(found["requests"]) == len(found["worker_mb"]) == memory.STEPS + 1
    assert (found["requests"][-1], found["failed"]) == (60, 0)
    assert found["growth"] == memory.growth(found["worker_mb"])


def test_growth_is_the_worst_workers() -> None:
    assert memory.growth([[50, 50], [100, 200], [150, 190], [105, 200]]) == 0.05


def test_a_home_without_a_service_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingError, match="regulars package"):
        servers.ours(Home(tmp_path), 2, tmp_path / "purchases")
    monkeypatch.setattr(sys, "argv", ["serving", "--home", str(tmp_path)])
    with pytest.raises(SystemExit, match="regulars package"):
        program.main()


def test_a_service_without_a_release_is_refused(tmp_path: Path) -> None:
    (tmp_path / "current-bento").write_text("regulars:1")
    with pytest.raises(MissingError, match="regulars package"):
        servers.ours(Home(tmp_path), 2, tmp_path / "purchases")


def test_what_is_asked_fits_the_servers() -> None:
    shop = Shop([f"C{n}" for n in range(20)], dt.date(2024, 3, 1))
    every = {each.name: each for each in targets.targets(shop)}
    assert list(every) == [*targets.OURS, "noop", "bare", "outermost", "lean_noop", "mlflow"]
    assert every["batch"].customers == 20
    score, bare = every["score"].asks[0].text, every["bare"].asks[0].text
    assert score.partition("\r\n\r\n")[2] == bare.partition("\r\n\r\n")[2]
    body = json.loads(every["mlflow"].asks[0].text.partition("\r\n\r\n")[2])["dataframe_split"]
    assert len(body["columns"]) == len(body["data"][0])
    assert {each.name for each in targets.targets(shop, quick=True)} == set(every) - {"outermost", "lean_noop"}


def test_the_servers_are_told_where_to_listen(tmp_path: Path) -> None:
    for server in (servers.bento("noop", "noop:Noop", 2), servers.mlflow(Home(tmp_path), 2)):
        words = list(server.command)
        assert words[words.index("--host") + 1] == "127.0.0.1"
        assert words[words.index("--port") + 1] == str(server.port)
    assert server.environment["MLFLOW_TRACKING_URI"] == f"sqlite:///{tmp_path}/mlflow.db"
