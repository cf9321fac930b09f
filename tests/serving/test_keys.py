"""Keys: who may ask what, from where, how often, and whose name an answer shows."""

import dataclasses
import json
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from regulars import schema
from regulars.errors import ConfigError, DataError, MissingError
from regulars.home import Home
from regulars.ledger import Ledger
from serving import guard, keys, people, people_build, store_build
from serving.app import create_app
from serving.guard import Guard
from serving.keys import Ring
from serving.live import Live
from serving.operations import OPERATIONS
from serving.process import Plan, free_port, running
from serving.rates import Rates
from serving.scorer import Scorer
from serving.store import Store
from tests.serving import shop
from tests.serving.test_app import refused

LOCAL = "http://127.0.0.1:3000"
ABROAD = "http://10.0.0.5:3000"
ASK = {"customer_id": "C003"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def of(
    scorer: Scorer,
    file: Path,
    url: str = ABROAD,
    headers: Mapping[str, str] | None = None,
    *,
    always: bool = False,
) -> TestClient:
    """A client of a service with the keys in ``file``; the address is that of the connection, and the Host header."""
    app = create_app(Live(scorer), lambda _: scorer.release.as_of, Guard(Ring(file), Rates(), always=always))
    return TestClient(app, url, headers=dict(headers or {}))


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_only_the_digest_is_kept(file: Path) -> None:
    key = keys.add(file, "till", ["write", "read"])
    assert key not in file.read_text()
    assert keys.digest(key) in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert keys.add(file, "mail", ["read"]) != key
    assert [(each.name, each.scopes) for each in keys.read(file)] == [("till", ("read", "write")), ("mail", ("read",))]
    assert len(key) >= 43  # 256 bits in base 64


def test_keys_that_cannot_be(file: Path) -> None:
    keys.add(file, "till", ["read"])
    for name, scopes, rate, message in (
        ("till", ["read"], None, "revoke that one first"),
        ("a b", ["read"], None, "cannot name a key"),
        ("a\n", ["read"], None, "cannot name a key"),
        ("b", ["raed"], None, "read, write, pii"),
        ("b", [], None, "read, write, pii"),
        ("b", ["read"], 0.0, "above 0"),
        ("b", ["read"], float("inf"), "above 0"),
    ):
        with pytest.raises(ConfigError, match=message):
            keys.add(file, name, scopes, rate)  # type: ignore[arg-type]
    with pytest.raises(MissingError, match="keys list"):
        keys.revoke(file, "mail")
    file.write_text("{")
    with pytest.raises(DataError, match="damaged"):
        Ring(file)


def test_a_running_service_knows_changes_at_once(scorer: Scorer, file: Path) -> None:
    client = of(scorer, file)
    refused(client.get("/v1/models"), "UNAUTHENTICATED")
    key = keys.add(file, "till", ["read"])
    assert client.get("/v1/models", headers=bearer(key)).status_code == 200
    keys.revoke(file, "till")
    refused(client.get("/v1/models", headers=bearer(key)), "UNAUTHENTICATED")
    again = keys.add(file, "till", ["read"])
    assert client.get("/v1/models", headers=bearer(again)).status_code == 200
    file.write_text("damaged")
    refused(client.get("/v1/models", headers=bearer(again)), "UNAUTHENTICATED")


def test_every_route_asks_but_four_pages_and_two_probes(scorer: Scorer, file: Path) -> None:
    client = of(scorer, file)
    for operation in OPERATIONS:
        path = operation.path.replace("{customer_id}", "C003")
        response = client.request(operation.method, path)
        if operation.path in ("/livez", "/readyz"):
            assert response.status_code == 200
        else:
            refused(response, "UNAUTHENTICATED")
            assert response.headers["www-authenticate"].startswith("Bearer")
    for page in ("/docs", "/openapi.json"):
        assert client.get(page).status_code == 200


@pytest.mark.parametrize(("scope", "other"), [("read", "write"), ("write", "read")])
def test_scopes(scorer: Scorer, file: Path, scope: Any, other: str) -> None:
    client = of(scorer, file, headers=bearer(keys.add(file, "till", [scope])))
    for operation in OPERATIONS:
        if operation.scope is None:
            continue
        response = client.request(operation.method, operation.path.replace("{customer_id}", "C003"))
        if operation.scope == scope:
            assert response.status_code in (200, 415)  # without a body there is no media type
        else:
            assert f"lacks the scope {other}" in refused(response, "FORBIDDEN")["detail"]
    assert [o.name for o in OPERATIONS if o.scope == "write"] == ["purchases"]


def test_both_headers(scorer: Scorer, file: Path) -> None:
    client, key = of(scorer, file), keys.add(file, "till", ["read"])
    for header in ({"X-API-Key": key}, {"Authorization": f"bearer {key}"}):
        assert client.post("/v1/score", json=ASK, headers=header).status_code == 200
    for header in ({"X-API-Key": key[:-1]}, {"Authorization": f"Basic {key}"}, bearer("")):
        refused(client.post("/v1/score", json=ASK, headers=header), "UNAUTHENTICATED")
    raw = [(b"authorization", b"Bearer k\xe9y")]
    refused(client.post("/v1/score", json=ASK, headers=raw), "UNAUTHENTICATED")


def test_who_names_two_hosts_is_not_local(scorer: Scorer, file: Path) -> None:
    two = [("Host", "shop.example"), ("Host", "localhost")]
    refused(of(scorer, file, LOCAL).get("/v1/models", headers=two), "UNAUTHENTICATED")


@pytest.mark.parametrize("host", ["127.0.0.1:3000", "localhost", "LOCALHOST:3000", "[::1]:3000"])
def test_this_machine_needs_no_key(scorer: Scorer, file: Path, host: str) -> None:
    assert of(scorer, file, LOCAL, {"Host": host}).get("/v1/models").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.rebound.example"},
        {"Host": "[::1"},
        {"X-Forwarded-For": "1.2.3.4"},
    ],
)
def test_what_only_looks_like_this_machine(scorer: Scorer, file: Path, headers: dict[str, str]) -> None:
    refused(of(scorer, file, LOCAL, headers).get("/v1/models"), "UNAUTHENTICATED")


def test_a_name_of_this_machine_from_abroad(scorer: Scorer, file: Path) -> None:
    refused(of(scorer, file, ABROAD, {"Host": "localhost"}).get("/v1/models"), "UNAUTHENTICATED")


def test_keys_can_be_asked_of_this_machine(scorer: Scorer, file: Path) -> None:
    client = of(scorer, file, LOCAL, always=True)
    refused(client.get("/v1/models"), "UNAUTHENTICATED")
    assert client.get("/v1/models", headers=bearer(keys.add(file, "till", ["read"]))).status_code == 200


def test_a_wrong_key_is_refused_even_here(scorer: Scorer, file: Path) -> None:
    refused(of(scorer, file, LOCAL, headers=bearer("wrong")).get("/v1/models"), "UNAUTHENTICATED")


def test_rate(scorer: Scorer, file: Path) -> None:
    client = of(scorer, file, headers=bearer(keys.add(file, "till", ["read"], per_second=0.1)))
    assert client.get("/v1/models").status_code == 200
    response = client.get("/v1/models")
    refused(response, "RATE_LIMITED")
    assert 9 <= int(response.headers["retry-after"]) <= 10
    assert client.get("/livez").status_code == 200


def test_a_bucket_holds_a_second(tmp_path: Path) -> None:
    now = 1000.0
    rates = [Rates(tmp_path / "rates", lambda: now) for _ in range(2)]  # two workers
    digest = keys.digest("a key")
    waits = [rates[at % 2].wait(digest, 4) for at in range(5)]
    assert waits == [0, 0, 0, 0, pytest.approx(0.25)]
    now += 0.25
    assert [rates[0].wait(digest, 4) > 0 for _ in range(2)] == [False, True]
    assert rates[0].wait(keys.digest("another"), 4) == 0
    now = 3.0  # the machine was started again, and its clock with it
    assert rates[0].wait(digest, 4) == 0


def test_where_no_rate_can_be_shared(tmp_path: Path) -> None:
    rates = Rates(tmp_path / "absent" / "rates", lambda: 1.0)
    assert [rates.wait("ab" * 32, 1) > 0 for _ in range(2)] == [False, True]


@pytest.fixture
def known(scorer: Scorer) -> Iterator[Scorer]:
    """The service of a shop that knows who C003 is."""
    stored = scorer.release.store
    row = dict(zip(people.COLUMNS, ("Ada", "Example", "ada@example.com", "+49 30 1234567"), strict=True))

    class Knowing(Store):
        def person(self, customer_id: str) -> dict[str, str | None] | None:
            return {**row} if customer_id == "C003" else None

    with Knowing(stored.path) as store:
        yield dataclasses.replace(scorer, release=dataclasses.replace(scorer.release, store=store))


def test_names_are_masked(known: Scorer, file: Path) -> None:
    plain, full = keys.add(file, "mail", ["read"]), keys.add(file, "desk", ["read", "pii"])
    address = "/v1/customers/C003/profile"
    masked = {"name": "A*** E***", "email": "a***@e***.com", "phone": "***67", "masked": True}
    for client in (of(known, file, headers=bearer(plain)), of(known, file, LOCAL)):
        response = client.get(address)
        assert response.json()["person"] == masked
        assert "Example" not in response.text
    shown = of(known, file, headers=bearer(full)).get(address).json()["person"]
    assert shown == {"name": "Ada Example", "email": "ada@example.com", "phone": "+49 30 1234567", "masked": False}
    assert of(known, file, LOCAL).get("/v1/customers/C005/profile").json()["person"] is None


@pytest.mark.parametrize("text", ["", "@", "a@b", "@b.c", "a@.c", "0f8fad5bd9cb469fa16570867728950e"])
def test_what_is_no_address_is_masked_whole(text: str) -> None:
    assert people.masked_email(text) == "***"
    assert people.masked_phone("1234") == "***"


def test_people_are_kept_by_person(tmp_path: Path) -> None:
    """Records of one person fill each other's gaps; those of nobody in particular are left out."""
    book = Ledger.open_or_create(tmp_path / "ledger", "EUR", buckets=1)
    records = pl.DataFrame({"customer_id": ["A", "B"], "email": ["ada@example.com", None], "phone": [None, None]})
    with book.writer() as writer:
        writer.add_transactions(shop.transactions().head(3))
        writer.add(schema.CUSTOMERS, records.cast({"phone": pl.String}))
        writer.commit(())
    assert people_build.of(book).rows() == [("A", None, None, "ada@example.com", None)]
    store_build.build(book, tmp_path / "store.sqlite")
    store_build.build_bare(book, tmp_path / "bare.sqlite")
    with Store(tmp_path / "store.sqlite") as store, Store(tmp_path / "bare.sqlite") as bare:
        assert (store.person("A") or {})["email"] == "ada@example.com"
        assert store.person("B") is bare.person("A") is None


def test_the_world_needs_keys(tmp_path: Path, file: Path) -> None:
    for host in ("0.0.0.0", "::", "10.0.0.5", "shop.example"):  # noqa: S104
        with pytest.raises(ConfigError, match="regulars keys add NAME"):
            guard.refuse_the_world(host, file, always=False)
    for host in ("127.0.0.1", "::1", "localhost"):
        guard.refuse_the_world(host, file, always=False)
    with pytest.raises(ConfigError, match="lets nobody in"):
        guard.refuse_the_world("127.0.0.1", file, always=True)
    keys.add(file, "till", ["read"])
    guard.refuse_the_world("0.0.0.0", file, always=True)  # noqa: S104


def test_a_service_for_the_world_does_not_start_without_keys(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    releases.mkdir()
    (releases / "current").write_text("any")
    plan = Plan("tag", Home(tmp_path), releases, tmp_path / "p.sqlite", free_port(), host="0.0.0.0")  # noqa: S104
    with pytest.raises(ConfigError, match="open to others"), running(plan):
        pass
    assert plan.url.startswith("http://127.0.0.1:")
    assert plan.command[-4:-2] == ["--host", "0.0.0.0"]  # noqa: S104
    assert plan.environment["REGULARS_KEYS"] == str(plan.home.keys)
    assert dataclasses.replace(plan, require_keys=True).environment["REGULARS_REQUIRE_KEYS"] == "1"


def test_the_environment_says_where_keys_are(scorer: Scorer, file: Path) -> None:
    key = keys.add(file, "till", ["read"])
    said = guard.from_environment({"REGULARS_KEYS": str(file), "REGULARS_REQUIRE_KEYS": "1"})
    client = TestClient(create_app(Live(scorer), lambda _: scorer.release.as_of, said), LOCAL)
    refused(client.get("/v1/models"), "UNAUTHENTICATED")
    assert client.get("/v1/models", headers=bearer(key)).status_code == 200
    without = TestClient(create_app(Live(scorer), lambda _: scorer.release.as_of, guard.from_environment({})), ABROAD)
    refused(without.get("/v1/models", headers=bearer(key)), "UNAUTHENTICATED")


def test_commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from regulars import cli

    monkeypatch.setenv("REGULARS_HOME", str(tmp_path))

    def said(*words: str) -> str:
        with pytest.raises(SystemExit) as ended:
            cli.app(list(words))
        assert ended.value.code == 0
        return capsys.readouterr().out

    key = json.loads(said("keys", "add", "till", "--scope", "read", "--scope", "write", "--json"))["key"]
    assert Ring(tmp_path / "keys.json").find(key) == keys.read(tmp_path / "keys.json")[0]
    assert "read, write" in said("keys", "list")
    assert key not in said("keys", "list", "--json")
    said("keys", "add", "till2")
    said("keys", "revoke", "till")
    assert [each.name for each in keys.read(tmp_path / "keys.json")] == ["till2"]
