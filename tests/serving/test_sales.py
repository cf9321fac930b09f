"""Purchases that come in are kept before they are acknowledged, once each, and known to the next answer."""

import datetime as dt
import os
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from regulars.errors import DataError
from serving.app import create_app
from serving.live import Live
from serving.release import Release
from serving.sales import Added, Numbered, Order, Sale, Sales, SalesError, opened
from serving.sales_sqlite import SqliteSales
from serving.scorer import Scorer
from tests.serving.test_app import refused

DAY = dt.datetime(2024, 6, 25, 12)
SALE = Sale("C003", "o1", "I01", DAY, 1.0, 1250, 0, None)


@pytest.fixture(params=["file", pytest.param("database", marks=pytest.mark.postgres)])
def sales(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sales]:
    """The purchases that came in, none so far, kept in either way."""
    is_file = request.param == "file"
    kept = opened(tmp_path / "purchases.sqlite" if is_file else request.getfixturevalue("postgres").created())
    yield kept
    kept.close()


@pytest.fixture
def scorer(release_path: Path, sales: Sales) -> Iterator[Scorer]:
    """What the service answers from."""
    release = Release.read(release_path)
    yield Scorer(release, sales)
    release.close()


def line(**other: Any) -> dict[str, Any]:
    """A line of an order as a till sends it."""
    sent = {
        "customer_id": "C003",
        "order_id": "o1",
        "item_id": "I01",
        "purchased_at": DAY.isoformat(),
        "amount": "12.50",
    }
    return {**sent, **other}


def test_the_next_answer_knows_them(client: TestClient, scorer: Scorer) -> None:
    before = client.post("/v1/score", json={"customer_id": "C003"}).json()
    told = client.post("/v1/purchases", json=[line(), line(item_id="I02")])
    assert (told.status_code, told.json()["n_new"], told.json()["n_known"]) == (202, 2, 0)
    after = client.post("/v1/score", json={"customer_id": "C003"}).json()
    assert after["evidence"]["n_orders"] == before["evidence"]["n_orders"] + 1
    # Who has bought today is asked about from tomorrow on.
    today = scorer.release.as_of
    assert (before["as_of"], after["as_of"]) == (str(today), str(today + dt.timedelta(days=1)))
    sent = {
        "history": [
            {key: value for key, value in each.items() if key != "customer_id"}
            for each in (line(), line(item_id="I02"))
        ]
    }
    stateless = TestClient(create_app(Live(Scorer(scorer.release)), lambda _: today))
    same = stateless.post("/v1/score", json={"customer_id": "C003", "as_of": after["as_of"], **sent}).json()
    assert (same["churn"], same["next_purchase"]) == (after["churn"], after["next_purchase"])
    batch = client.post("/v1/score/batch", json={"customer_ids": ["C003", "C004"]}).json()
    assert (batch["results"][0]["churn"], batch["results"][0]["as_of"]) == (after["churn"], after["as_of"])
    assert batch["results"][1]["as_of"] == str(today)
    orders = client.get("/v1/customers/C003/profile").json()["last_orders"]
    assert orders[0]["order_id"] == "o1"


def test_a_new_customer_is_one(client: TestClient) -> None:
    refused(client.post("/v1/score", json={"customer_id": "new"}), "UNKNOWN_CUSTOMER")
    client.post("/v1/purchases", json=[line(customer_id="new")]).raise_for_status()
    answer = client.post("/v1/score", json={"customer_id": "new"}).json()
    assert answer["evidence"]["n_orders"] == 1
    assert "LITTLE_EVIDENCE" in [warning["code"] for warning in answer["warnings"]]


def test_sent_again_changes_nothing(client: TestClient, sales: Sales) -> None:
    sent = [line(), line(), line(order_id="o2")]
    first, second = (client.post("/v1/purchases", json=sent).json() for _ in range(2))
    assert (first["n_new"], first["n_known"], second["n_new"], second["n_known"]) == (3, 0, 0, 3)
    assert sales.count() == 3


def test_a_contradiction_keeps_nothing(client: TestClient, sales: Sales) -> None:
    client.post("/v1/purchases", json=[line()]).raise_for_status()
    sent = [line(order_id="o2"), line(amount="99.00", line=0)]
    problem = refused(client.post("/v1/purchases", json=sent), "CONTRADICTED")
    assert [each["path"] for each in problem["errors"]] == ["1"]
    assert "line 0 of order 'o1'" in problem["detail"]
    assert sales.count() == 1


def test_an_order_of_another_customer(client: TestClient, sales: Sales) -> None:
    client.post("/v1/purchases", json=[line()]).raise_for_status()
    for number in (None, 0, 7):
        theirs = line(customer_id="C004", line=number)
        problem = refused(client.post("/v1/purchases", json=[theirs, line(order_id="o2")]), "CONTRADICTED")
        assert [each["path"] for each in problem["errors"]] == ["0"]
        assert "an id that no other till or day uses" in problem["detail"]
    at_once = [line(order_id="o3"), line(order_id="o3", customer_id="C004", item_id="I02")]
    refused(client.post("/v1/purchases", json=at_once), "CONTRADICTED")
    assert sales.count() == 1


def test_an_order_of_several_requests(client: TestClient, sales: Sales) -> None:
    """Lines without a number are told by what they say: those sent again are known, all others are new."""
    tea, milk = line(item_id="tea"), line(item_id="milk")
    for sent, n_new, n_known in (
        ([tea, tea], 2, 0),
        ([milk], 1, 0),
        ([milk, tea], 0, 2),
        ([tea, tea, tea], 1, 2),
        ([line(item_id="milk", line=0, order_id="o2"), line(item_id="tea", order_id="o2")], 2, 0),
        ([line(item_id="tea", order_id="o2"), line(item_id="milk", line=0, order_id="o2")], 0, 2),
        ([line(item_id="milk", line=9)], 1, 0),  # a number makes it another one
        ([tea, tea, tea, milk, milk], 0, 5),
    ):
        told = client.post("/v1/purchases", json=sent).json()
        assert (told["n_new"], told["n_known"]) == (n_new, n_known), sent
    assert sorted(sale.item_id for sale in sales.of("C003")) == ["milk"] * 3 + ["tea"] * 4


def test_a_number_that_is_given_is_no_other_lines(sales: Sales) -> None:
    """The line with a number comes last, and gets it all the same."""
    other = SALE._replace(item_id="I02")
    sent = [Numbered(None, SALE), Numbered(0, other)]
    assert sales.add(sent) == Added(2, 0, ())
    assert sales.add(sent) == Added(0, 2, ())
    assert sales.add([Numbered(1, SALE), Numbered(0, other)]) == Added(0, 2, ())


def test_unnumbered_lines_of_one_order_from_many_at_once(sales: Sales) -> None:
    def send(number: int) -> int:
        return sales.add([Numbered(None, SALE._replace(item_id=f"I{number % 20}"))]).n_new

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(60))) == sales.count() == 20


def test_the_first_of_very_many(sales: Sales) -> None:
    later = SALE._replace(purchased_at=DAY + dt.timedelta(days=1), order_id="a")
    sales.add([Numbered(0, later), Numbered(1, SALE), Numbered(0, SALE)])
    assert sales.of("C003", 2) == [SALE, SALE]
    assert sales.of("C003", 3) == [SALE, SALE, later]


def test_what_is_forgotten(sales: Sales) -> None:
    held = [SALE._replace(customer_id=who, order_id=f"{who}-{at}") for who in ("C1", "C2", "C3") for at in range(2)]
    sales.add([Numbered(0, each) for each in held])
    assert (sales.customers("", 2), sales.customers("C1", 9), sales.customers("C3", 9)) == (
        ["C1", "C2"],
        ["C2", "C3"],
        [],
    )
    assert sales.forget([Order("C1", "C1-0"), Order("C2", "C1-1"), Order("nobody", "C1-1")]) == 1
    assert sales.erase(["C2", "nobody"]) == 2
    assert (sales.forget([]), sales.erase([])) == (0, 0)
    sales.tidy()
    assert [sales.of(who) for who in ("C1", "C2")] == [[held[1]], []]
    assert sales.count() == 3


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ([], "", "at least 1"),
        ({}, "", "array"),
        ([line(), line(customer_id="")], "1.customer_id", "at least 1"),
        ([line(amount="1.005")], "0.amount", "more decimals than EUR"),
        ([line(purchased_at="2024-06-27T00:00:00")], "0.purchased_at", "yet to come"),
        ([line(line=-1)], "0.line", "greater than or equal to 0"),
        ([line()] * 1001, "", "at most 1000"),
    ],
)
def test_lines_that_cannot_be_used(client: TestClient, body: object, path: str, message: str) -> None:
    problem = refused(client.post("/v1/purchases", json=body), "INVALID_FIELD")
    assert problem["errors"][0]["path"] == path
    assert message in problem["detail"]


def test_a_service_without_a_file_takes_none(scorer: Scorer) -> None:
    client = TestClient(create_app(Live(Scorer(scorer.release)), lambda _: scorer.release.as_of))
    problem = refused(client.post("/v1/purchases", json=[line()]), "PURCHASES_OFF")
    assert "REGULARS_PURCHASES" in problem["detail"]


def test_many_writers_lose_nothing(sales: Sales) -> None:
    """Connections of eight threads stand for workers; each line is sent twice."""

    def send(number: int) -> int:
        own = SALE._replace(order_id=f"o{number % 40}", customer_id=f"C{number % 40 % 7}")
        return sales.add([Numbered(at, own) for at in range(3)]).n_new

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(80))) == sales.count() == 120
    held = sales.among(["C0", "C1", "nobody"])
    assert {who: len(of) for who, of in held.items()} == {"C0": 18, "C1": 18}
    assert held["C1"] == sales.of("C1")


def test_a_line_comes_back_as_it_was(sales: Sales) -> None:
    odd = SALE._replace(quantity=-0.3, amount=-(10**12), discount=7, store_id="Süd", order_id="o/2 ' % ü")
    at = dt.datetime(2199, 12, 31, 23, 59, 59, 999999)
    late = odd._replace(purchased_at=at, order_id="o9", item_id="\U0001f9c0")
    assert sales.add([Numbered(0, late), Numbered(1_000_000, odd)]) == Added(2, 0, ())
    assert sales.of("C003") == [odd, late]
    assert sales.among(["C003", "C003", "nobody"]) == {"C003": [odd, late]}
    assert (sales.of("nobody"), sales.among([])) == ([], {})


def test_a_line_twice_in_one_request(sales: Sales) -> None:
    other = SALE._replace(amount=1)
    assert sales.add([Numbered(0, SALE), Numbered(0, other)]) == Added(0, 1, (1,))
    assert sales.count() == 0
    assert sales.add([Numbered(0, SALE), Numbered(1, SALE), Numbered(0, SALE)]) == Added(2, 1, ())
    assert sales.add([Numbered(2, SALE), Numbered(1, other), Numbered(0, SALE)]) == Added(0, 2, (1,))
    assert sales.count() == 2


def test_lines_of_a_moment_by_their_bytes(sales: Sales) -> None:
    sales.add([Numbered(at, SALE._replace(order_id=order)) for order in ("b", "B", "ä", "a") for at in (2, 1)])
    assert [sale.order_id for sale in sales.of("C003")] == ["B", "B", "a", "a", "b", "b", "ä", "ä"]


def test_what_is_acknowledged_is_on_disk_for_others(tmp_path: Path) -> None:
    path = tmp_path / "purchases.sqlite"
    opened(path).add([Numbered(0, SALE)])
    other = sqlite3.connect(path)
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert other.execute("SELECT count(*) FROM sales").fetchone() == (1,)
    other.close()
    assert opened(path).of("C003") == [SALE]


def test_what_is_acknowledged_is_flushed(tmp_path: Path) -> None:
    """Of the connection that writes: 2 is FULL, with which a commit returns when the disk has it."""
    sales = SqliteSales(tmp_path / "purchases.sqlite")
    sales.add([Numbered(0, SALE)])
    for name, wanted in (("synchronous", 2), ("journal_mode", "wal"), ("secure_delete", 1)):
        assert sales._connection.execute(f"PRAGMA {name}").fetchone() == (wanted,)


def test_what_is_erased_is_not_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.sales_sqlite.BUSY_SECONDS", 0.01)
    sales = SqliteSales(tmp_path / "purchases.sqlite")
    sales.add([Numbered(at, SALE._replace(customer_id="somebody")) for at in range(100)])
    reader = sqlite3.connect(tmp_path / "purchases.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sales").fetchone()
    assert sales.erase(["somebody"]) == 100
    with pytest.raises(SalesError, match="still holds what was removed"):
        sales.tidy()
    reader.close()
    sales.tidy()
    assert not any(b"somebody" in path.read_bytes() for path in tmp_path.iterdir())


def test_a_file_of_the_former_version(tmp_path: Path) -> None:
    path = tmp_path / "purchases.sqlite"
    opened(path).add([Numbered(0, SALE)])
    with sqlite3.connect(path) as other:
        other.executescript("DROP INDEX sales_by_time; CREATE INDEX sales_of ON sales (customer_id);")
    other.close()
    assert opened(path).of("C003") == [SALE]
    with sqlite3.connect(path) as other:
        plan = other.execute("EXPLAIN QUERY PLAN SELECT * FROM sales WHERE customer_id = '' ORDER BY purchased_at")
        assert "sales_by_time" in plan.fetchone()[-1]
    other.close()


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database at all" * 100)
    with pytest.raises(DataError, match="cannot keep purchases"):
        opened(tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "no database at all" * 100


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        kept = opened(tmp_path / "purchases.sqlite")
        kept.add([Numbered(0, SALE)])
    finally:
        os.umask(before)
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {
        f"purchases.sqlite{end}": 0o600 for end in ("", "-wal", "-shm")
    }
    kept.close()
