"""Where purchases cannot be looked up or kept, the service goes on, says so, and does not wait for each failure."""

import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving import sales_sqlite
from serving.app import create_app
from serving.live import Live
from serving.sales import Added, Numbered, Order, Sale, SalesError
from serving.sales_breaker import Breaker
from serving.sales_sqlite import SqliteSales
from serving.scorer import Scorer
from tests.serving.test_app import refused
from tests.serving.test_sales import SALE, line

FOREVER = 1000.0


class Fragile:
    """A store that fails when it is told to."""

    is_near = False

    def __init__(self) -> None:
        self.reads_fail = self.writes_fail = False
        self.asked = 0
        self.gate: threading.Event | None = None

    def of(self, customer_id: str, most: int | None = None) -> list[Sale]:  # noqa: ARG002
        self.asked += 1
        if self.gate is not None:
            assert self.gate.wait(5)
        if self.reads_fail:
            raise SalesError(f"no disk for {self.asked}")
        return [SALE] if customer_id == SALE.customer_id else []

    def among(self, customer_ids: Collection[str]) -> dict[str, list[Sale]]:
        return {who: found for who in customer_ids if (found := self.of(who))}

    def add(self, lines: Sequence[Numbered]) -> Added:
        self.asked += 1
        if self.writes_fail:
            raise SalesError("the disk is full")
        return Added(len(lines), 0, ())

    def count(self) -> int:
        return len(self.of(SALE.customer_id))

    def customers(self, after: str, most: int) -> list[str]:
        return [SALE.customer_id][:most] if after < SALE.customer_id and self.of(SALE.customer_id) else []

    def forget(self, orders: Collection[Order]) -> int:  # noqa: ARG002
        return self.add([]).n_new

    def erase(self, customer_ids: Collection[str]) -> int:  # noqa: ARG002
        return self.add([]).n_new

    def tidy(self) -> None:
        raise SalesError("somebody reads")

    def close(self) -> None:
        self.asked = -1


@pytest.fixture
def fragile() -> Fragile:
    return Fragile()


def test_what_failed_is_left_alone_for_a_moment(fragile: Fragile, tmp_path: Path) -> None:
    fragile.reads_fail, patient = True, Breaker(fragile, FOREVER)
    for _ in range(3):
        with pytest.raises(SalesError, match="no disk for 1"):
            patient.of("C003")
    with pytest.raises(SalesError):
        patient.add([Numbered(0, SALE)])
    assert fragile.asked == 1
    assert (patient.is_near, Breaker(SqliteSales(tmp_path / "purchases.sqlite")).is_near) == (False, True)
    patient.close()
    assert fragile.asked == -1


def test_after_the_moment_it_is_tried_again(fragile: Fragile) -> None:
    fragile.reads_fail, hasty = True, Breaker(fragile, 0)
    with pytest.raises(SalesError, match="for 1"):
        hasty.among(["C003"])
    with pytest.raises(SalesError, match="for 2"):
        hasty.of("C003")
    fragile.reads_fail = False
    assert hasty.among(["C003", "C004"]) == {"C003": [SALE]}
    assert (hasty.count(), fragile.asked) == (1, 5)


def test_counting_that_fails_does_not_stop_looking_up(fragile: Fragile, monkeypatch: pytest.MonkeyPatch) -> None:
    """A count of very many lines may take longer than a database may be asked."""

    def slow() -> int:
        raise SalesError("too slow")

    patient = Breaker(fragile, FOREVER)
    monkeypatch.setattr(fragile, "count", slow)
    with pytest.raises(SalesError):
        patient.count()
    assert patient.of("C003") == [SALE]


def test_one_finds_out_while_the_others_go_on(fragile: Fragile) -> None:
    """A store that says nothing holds one thread, not all."""
    fragile.reads_fail, hasty = True, Breaker(fragile, 0)
    with pytest.raises(SalesError):
        hasty.of("C003")
    fragile.reads_fail, fragile.gate = False, threading.Event()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(hasty.of, "C003")
        while fragile.asked < 2:
            threading.Event().wait(0.001)
        with pytest.raises(SalesError):
            hasty.of("C003")
        fragile.gate.set()
        assert first.result() == [SALE]
    assert hasty.of("C003") == [SALE]


def test_a_defect_is_no_outage(fragile: Fragile, monkeypatch: pytest.MonkeyPatch) -> None:
    patient, asked = Breaker(fragile, FOREVER), ["C003"]
    monkeypatch.setattr(fragile, "of", lambda who, _: {}[who])
    with pytest.raises(KeyError):
        patient.of("C003")
    monkeypatch.undo()
    assert patient.among(asked) == {"C003": [SALE]}


def test_what_cannot_be_kept_can_still_be_looked_up(scorer: Scorer, fragile: Fragile) -> None:
    fragile.writes_fail = True
    patient = Scorer(scorer.release, Breaker(fragile, FOREVER))
    client = TestClient(create_app(Live(patient), lambda _: scorer.release.as_of))
    problem = client.post("/v1/purchases", json=[line()])
    refused(problem, "PURCHASES_UNAVAILABLE")
    assert problem.headers["retry-after"] == "1"
    assert "disk" not in problem.text
    answer = client.post("/v1/score", json={"customer_id": SALE.customer_id}).json()
    assert "PURCHASES_UNKNOWN" not in [warning["code"] for warning in answer["warnings"]]


@pytest.fixture
def locked(scorer: Scorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The service, while somebody else writes into its file and does not end."""
    monkeypatch.setattr(sales_sqlite, "BUSY_SECONDS", 0.01)
    with sqlite3.connect(tmp_path / "purchases.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        yield TestClient(create_app(Live(scorer), lambda _: scorer.release.as_of))
    other.close()


def test_a_file_that_others_write_to_for_too_long(locked: TestClient) -> None:
    refused(locked.post("/v1/purchases", json=[line()]), "PURCHASES_UNAVAILABLE")
    assert "PURCHASES_UNKNOWN" not in locked.post("/v1/score", json={"customer_id": "C003"}).text


def test_a_file_that_cannot_be_read(client: TestClient, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "purchases.sqlite") as other:
        other.execute("DROP TABLE sales")
    other.close()
    for route, body in (("score", {"customer_id": "C003"}), ("score/batch", {"customer_ids": ["C003"]})):
        answer = client.post(f"/v1/{route}", json=body)
        assert answer.status_code == 200
        assert "PURCHASES_UNKNOWN" in [warning["code"] for warning in answer.json()["warnings"]]
    refused(client.post("/v1/purchases", json=[line()]), "PURCHASES_UNAVAILABLE")
