"""Purchases in PostgreSQL: several hosts, outages, a server that is killed, and passwords that nobody sees."""

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from regulars.errors import ConfigError, MissingError
from serving.app import create_app
from serving.live import Live
from serving.sales import Added, Numbered, SalesError, opened
from serving.sales_breaker import Breaker
from serving.scorer import Scorer
from tests import postgres as postgres_module
from tests.postgres import Server
from tests.serving.test_app import refused
from tests.serving.test_metrics import change, samples
from tests.serving.test_sales import SALE, line

pytestmark = pytest.mark.postgres
ASLEEP = {"synchronous_commit": "off", "wal_writer_delay": "10s"}
"""A server that does not write what is committed unless it is asked to."""

SECRET = "hush-1234"  # noqa: S105 - of no database
NOWHERE = f"postgresql://me:{SECRET}@/shop?host=/nowhere"


@pytest.fixture(scope="module")
def lone() -> Iterator[Server]:
    """A server that only these tests use, and stop."""
    with postgres_module.serving(**ASLEEP) as server:
        yield server


@pytest.fixture
def stoppable(lone: Server) -> Iterator[Server]:
    """The server, which runs again after the test."""
    yield lone
    if not lone.is_running:
        lone.start()


class Hosts:
    """Stores of several hosts in one database."""

    def __init__(self, address: str) -> None:
        pytest.importorskip("psycopg", reason="the driver is missing: pip install 'regulars[postgres]'")
        from serving.sales_postgres import PostgresSales

        self._of = [PostgresSales(address) for _ in range(2)]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._of)


@pytest.fixture
def hosts(postgres: Server) -> Iterator[Hosts]:
    found = Hosts(postgres.created())
    yield found
    for each in found:
        each.close()


@pytest.fixture
def far(stoppable: Server) -> Iterator[Any]:
    """A store on the server that stops."""
    (store, other) = Hosts(stoppable.created())
    yield store
    for each in (store, other):
        each.close()


@pytest.fixture
def service(scorer: Scorer, far: Any) -> TestClient:
    """The service with its purchases there."""
    hasty = Breaker(far, pause_seconds=0)
    return TestClient(create_app(Live(Scorer(scorer.release, hasty)), lambda _: scorer.release.as_of))


def test_hosts_see_at_once_what_another_was_told(hosts: Hosts) -> None:
    here, there = hosts
    assert there.of("C003") == []
    assert here.add([Numbered(0, SALE)]) == Added(1, 0, ())
    assert there.of("C003") == [SALE]
    assert there.add([Numbered(0, SALE), Numbered(1, SALE)]) == Added(1, 1, ())
    assert there.add([Numbered(0, SALE._replace(amount=1))]).contradicted == (0,)
    assert here.count() == 2


def test_hosts_that_start_at_once_make_the_table_once(postgres: Server) -> None:
    hosts = [store for address in [postgres.created()] for _ in range(4) for store in Hosts(address)]
    with ThreadPoolExecutor(len(hosts)) as pool:
        assert [*pool.map(lambda store: store.count(), hosts)] == [0] * len(hosts)
    for store in hosts:
        store.close()


def test_the_same_lines_from_two_hosts_at_once(hosts: Hosts) -> None:
    """Sent in opposite order, they would wait for each other; each is new to one host only."""
    orders = [[Numbered(0, SALE._replace(order_id=f"{n}-{at}")) for at in range(50)] for n in range(10)]
    here, there = hosts
    with ThreadPoolExecutor(2) as pool:
        told = pool.map(lambda store, step: [store.add(each[::step]) for each in orders], (here, there), (1, -1))
        new = [[added.n_new for added in each] for each in told]
    assert [sum(pair) for pair in zip(*new, strict=True)] == [50] * 10
    assert here.count() == 500


def test_a_user_who_may_not_make_tables(postgres: Server) -> None:
    import psycopg

    address = postgres.created()
    (owner, _) = Hosts(address)
    owner.add([Numbered(0, SALE)])
    with psycopg.connect(address) as connection:
        connection.execute("DROP ROLE IF EXISTS clerk")
        connection.execute("CREATE ROLE clerk LOGIN")
        connection.execute("GRANT SELECT, INSERT ON regulars_purchases TO clerk")
    (clerk, _) = Hosts(address.replace("postgres@", "clerk@"))
    assert clerk.add([Numbered(1, SALE)]) == Added(1, 0, ())
    for store in (owner, clerk):
        store.close()


def test_what_was_acknowledged_survives_a_killed_server(stoppable: Server, far: Any) -> None:
    far.add([Numbered(at, SALE) for at in range(100)])
    assert far.count() == 100
    stoppable.kill()
    with pytest.raises(SalesError):
        far.of("C003")
    stoppable.start()
    assert far.count() == 100


def test_a_connection_that_was_lost_is_opened_again(stoppable: Server, far: Any) -> None:
    far.add([Numbered(0, SALE)])
    stoppable.stop()
    stoppable.start()
    assert far.add([Numbered(0, SALE), Numbered(1, SALE)]) == Added(1, 1, ())


def test_an_outage_and_its_end(stoppable: Server, service: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    service.post("/v1/purchases", json=[line()]).raise_for_status()
    before, known = samples(service), service.post("/v1/score", json={"customer_id": "C003"}).json()
    stoppable.stop()
    for route, body in (
        ("score", {"customer_id": "C003"}),
        ("score/batch", {"customer_ids": ["C003"]}),
        ("recommend", {"customer_id": "C003"}),
        ("rank", {"customer_id": "C003", "item_ids": ["I01"]}),
        ("replenishment/due", {}),
    ):
        answer = service.post(f"/v1/{route}", json=body)
        assert "PURCHASES_UNKNOWN" in codes(answer), route
    assert "PURCHASES_UNKNOWN" in codes(service.get("/v1/customers/C003/profile"))
    stranger = refused(service.post("/v1/score", json={"customer_id": "new"}), "UNKNOWN_CUSTOMER")
    assert stranger["detail"].endswith("purchases since the release could not be looked up")
    unkept = service.post("/v1/purchases", json=[line(order_id="o2")])
    refused(unkept, "PURCHASES_UNAVAILABLE")
    assert unkept.headers["retry-after"] == "1"
    assert change(before, samples(service), "regulars_purchases_unknown_total") == 7
    said = [text.partition(":")[0] for text in caplog.messages if text.startswith("purchases")]
    assert said == ["purchases cannot be looked up", "purchases cannot be kept"]
    stoppable.start()
    again = service.post("/v1/score", json={"customer_id": "C003"})
    assert "PURCHASES_UNKNOWN" not in codes(again)
    assert again.json()["evidence"] == known["evidence"]
    assert service.post("/v1/purchases", json=[line(), line(order_id="o2")]).json()["n_known"] == 1
    assert service.post("/v1/purchases", json=[line(order_id="o2")]).json()["n_known"] == 1


def codes(answer: Any) -> list[str]:
    """The codes of an answer's warnings."""
    answer.raise_for_status()
    return [warning["code"] for warning in answer.json()["warnings"]]


@pytest.mark.parametrize(
    "ask", [lambda store: store.of("C003"), lambda store: store.add([Numbered(0, SALE)])], ids=["of", "add"]
)
def test_a_server_that_says_nothing_is_given_up(
    stoppable: Server, far: Any, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Any], object]
) -> None:
    far.add([Numbered(0, SALE)])
    monkeypatch.setattr("serving.sales_postgres.ANSWER_SECONDS", 0.2)
    family = stoppable.family()
    for each in family:
        each.suspend()
    try:
        with pytest.raises(SalesError, match="does not do what it is asked"):
            ask(far)
    finally:
        for each in family:
            each.resume()
    assert far.of("C003") == [SALE]


def test_a_line_that_another_host_holds_up_is_not_waited_for(
    hosts: Hosts, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    from serving import sales_postgres

    monkeypatch.setattr(sales_postgres, "SESSION", sales_postgres.SESSION.replace("'2s'", "'50ms'"))
    here, _ = hosts
    with psycopg.connect(**here._settings) as other:
        here.count()
        other.execute("LOCK TABLE regulars_purchases IN SHARE MODE")
        with pytest.raises(SalesError, match="QueryCanceled 57014"):
            here.add([Numbered(0, SALE)])
    assert here.count() == 0
    assert here.add([Numbered(0, SALE)]) == Added(1, 0, ())


def test_answers_are_looked_up_beside_the_event_loop(
    scorer: Scorer, hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    here, _ = hosts

    class Watched(Breaker):
        def of(self, customer_id: str, most: int | None = None) -> Any:
            asked.append(threading.current_thread().name)
            return super().of(customer_id, most)

    app = create_app(Live(Scorer(scorer.release, Watched(here))), lambda _: scorer.release.as_of)
    client = TestClient(app)
    before = samples(client)
    client.post("/v1/score", json={"customer_id": "C003"}).raise_for_status()
    client.post("/v1/recommend", json={"customer_id": "C003"}).raise_for_status()
    assert [name.split("_")[0] for name in asked] == ["answers", "answers"]
    assert change(before, samples(client), "regulars_answers_total", source="prepared") == 2


def test_nobody_sees_the_password(scorer: Scorer, caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("psycopg")
    caplog.set_level(logging.DEBUG)
    client = TestClient(create_app(Live(Scorer(scorer.release, opened(NOWHERE))), lambda _: scorer.release.as_of))
    told = [client.post("/v1/score", json={"customer_id": "C003"}), client.post("/v1/purchases", json=[line()])]
    assert [answer.status_code for answer in told] == [200, 503]
    said = caplog.text + "".join(answer.text for answer in told)
    assert "postgresql://me:***@/nowhere/shop" in caplog.text
    assert SECRET not in said
    assert "nowhere" not in told[1].text


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://me:%zz{SECRET}@host/shop",
        f"postgresql://me:x@{SECRET}@host/shop",
        f"postgresql://me:{SECRET}/x@host/shop",
        f"postgres://host/shop?passwort={SECRET}",
    ],
)
def test_an_address_that_is_none(address: str) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(ConfigError, match="postgresql://USER@HOST:PORT/DATABASE") as error:
        opened(address)
    assert SECRET not in str(error.value)


def test_without_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "serving.sales_postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingError, match=r"pip install 'regulars\[postgres\]'"):
        opened(NOWHERE)
