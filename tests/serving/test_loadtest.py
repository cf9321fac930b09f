"""The load asks what it says, counts what it gets, and measures from when a request was due."""

import datetime as dt
import http.server
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars.errors import MissingError
from serving.loadtest import apart, customers, wire
from serving.loadtest.drive import drive
from serving.loadtest.load import BROKEN, Ask, Load, Measured, Times
from serving.loadtest.scenarios import SCENARIOS, Shop, asks
from serving.loadtest.wire import LoadError, encoded
from serving.operations import OPERATIONS
from serving.process import free_port
from serving.store import Store

SHOP = Shop([f"C{n}" for n in range(1200)], dt.date(2024, 3, 1))
GET = [Ask("get", encoded("GET", "/ok"))]


class Stub(http.server.ThreadingHTTPServer):
    """Answers /ok, /slow (50 ms), /missing (404), /large, /vague (no length), /last (closes), /broken (nothing)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.bodies: list[bytes] = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Stub

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        if self.path == "/broken":
            self.close_connection = True
            return
        if self.path == "/slow":
            time.sleep(0.05)
        body = b"x" * 1_000_000 if self.path == "/large" else b"{}"
        self.send_response(404 if self.path == "/missing" else 200)
        if self.path != "/vague":
            self.send_header("Content-Length", str(len(body)))
        if self.path == "/last":
            self.send_header("Connection", "close")  # which also makes this handler close it
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def load(stub: Stub, **given: Any) -> Load:
    return Load(**{"port": stub.server_port, "connections": 2, "seconds": 0.3, "warm_up": 0.05, **given})


def test_counts_answers_and_asks_each_in_turn(stub: Stub) -> None:
    found = drive(load(stub), [*GET, Ask("missing", encoded("GET", "/missing"))])
    assert found.asked == sum(stub.asked.values()) > 20
    assert abs(stub.asked["/ok"] - stub.asked["/missing"]) <= 1
    assert set(found.by_name) == {"get"}
    assert found.statuses[200] == found.by_name["get"].answered == found.all.answered
    assert found.per_second == round(found.statuses[200] / 0.3, 1)
    assert found.failed == found.statuses[404] > 0


def test_bodies_arrive(stub: Stub) -> None:
    drive(load(stub, at_most=3), [Ask("post", encoded("POST", "/ok", {"name": "Zoë"}))])
    assert [json.loads(body) for body in stub.bodies] == [{"name": "Zoë"}] * 3


def test_answers_in_several_pieces(stub: Stub) -> None:
    found = drive(load(stub, at_most=4, warm_up=0.0), [Ask("large", encoded("GET", "/large")), *GET])
    assert stub.asked == {"/large": 2, "/ok": 2}
    assert BROKEN not in found.statuses


def test_ends_after_so_many(stub: Stub) -> None:
    found = drive(load(stub, seconds=30.0, at_most=7), GET)
    assert found.asked == stub.asked["/ok"] == 7


def test_keeps_to_a_rate(stub: Stub) -> None:
    found = drive(load(stub, rate=50.0, seconds=0.6, warm_up=0.0), GET)
    assert 25 <= found.asked <= 33


def test_a_rate_that_cannot_be_kept_shows_in_the_times(stub: Stub) -> None:
    found = drive(
        load(stub, connections=1, rate=100.0, seconds=0.5, warm_up=0.0), [Ask("slow", encoded("GET", "/slow"))]
    )
    assert found.all.longest is not None
    assert found.all.longest > 200  # a single answer takes 50 ms, but the last ones were due long before


def test_broken_connections_are_counted_and_replaced(stub: Stub) -> None:
    found = drive(load(stub, at_most=6, warm_up=0.0), [Ask("broken", encoded("GET", "/broken")), *GET])
    assert stub.asked == {"/broken": 3, "/ok": 3}
    assert found.statuses[BROKEN] == found.failed == 3


def test_connections_that_the_server_closes_are_replaced(stub: Stub) -> None:
    found = drive(load(stub, at_most=6, warm_up=0.0), [Ask("last", encoded("GET", "/last")), *GET])
    assert stub.asked == {"/last": 3, "/ok": 3}
    assert found.failed == 0


def test_an_answer_without_a_length_is_refused(stub: Stub) -> None:
    with pytest.raises(LoadError, match="without Content-Length"):
        drive(load(stub), [Ask("vague", encoded("GET", "/vague"))])


def test_nothing_listens() -> None:
    with pytest.raises(LoadError, match="start the service first"):
        drive(Load(port=free_port()), GET)


def test_apart_gives_the_same_kind_of_answer(stub: Stub) -> None:
    found = apart.measure(load(stub, at_most=5, warm_up=0.0), GET)
    assert found.asked == stub.asked["/ok"] == 5
    assert found.failed == 0


def test_apart_says_what_went_wrong() -> None:
    with pytest.raises(LoadError, match="start the service first"):
        apart.measure(Load(port=free_port()), GET)


def test_times_are_percentiles_in_milliseconds() -> None:
    times = Times.of([n / 1000 for n in range(1, 102)])
    assert (times.answered, times.p50, times.p90, times.p99, times.longest) == (101, 51.0, 91.0, 100.0, 101.0)
    assert Times.of([]).p50 is None


def test_refusals_are_failures() -> None:
    found = Measured.of(2.0, {"a": [0.1, 0.2]}, Counter({200: 2, 503: 4, BROKEN: 1}), 9, 0.9)
    assert (found.per_second, found.failed, found.client_cpu_us) == (1.0, 5, 100_000.0)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenarios_ask_what_the_service_understands(scenario: str) -> None:
    routes = {(o.method, o.path): o for o in OPERATIONS}
    made = asks(scenario, SHOP, 300)
    assert made == asks(scenario, SHOP, 300)
    assert {ask.name for ask in made} == set(SCENARIOS[scenario])
    for ask in made:
        head, _, body = ask.text.partition("\r\n\r\n")
        method, path, _ = head.splitlines()[0].split(" ")
        if path.endswith("/profile"):
            assert method == "GET"
            continue
        request = routes[method, path].request
        assert request is not None
        request.model_validate_json(body)


def test_a_batch_is_of_a_thousand_different_customers() -> None:
    body = json.loads(asks("batch", SHOP, 1)[0].text.partition("\r\n\r\n")[2])
    assert len(set(body["customer_ids"])) == 1000


def test_customers_are_those_of_the_release(release_path: Path, store: Store) -> None:
    found = customers.shop(release_path.parent)
    assert len(found.customer_ids) == len(set(found.customer_ids)) == store.header.n_customers
    assert all(store.history(who).height for who in found.customer_ids[:3])
    assert found.day == store.header.data_through


def test_no_release(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="regulars package"):
        customers.shop(tmp_path)


def test_the_wire_knows_no_other_machine() -> None:
    assert wire.HOST == "127.0.0.1"
