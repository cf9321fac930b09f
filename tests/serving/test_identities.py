"""Ids and times as applications send them are read as the ledger reads them."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from starlette.testclient import TestClient

from regulars import ingest, schema
from regulars.hygiene import Rules
from regulars.ingest import persons
from regulars.ledger import Ledger
from serving import customer, release_build
from serving.contract import ScoreRequest
from serving.recommend_contract import RecommendRequest
from serving.release import STORE, Release
from serving.sales import opened
from serving.scorer import Scorer
from serving.store import Store
from tests.ingest.shop import write
from tests.serving import shop

ZONE = "Europe/Berlin"
RECORDS = [
    {"customer_id": "C003", "source": "till", "email": "ada@example.org", "first_name": "Ada"},
    {"customer_id": "C004", "source": "web", "email": "ada@example.org", "first_name": "Ada"},
    {"customer_id": "till:17", "source": "till", "email": "bob@example.org", "first_name": "Bob"},
]
"""C003 and C004 are one person; the till's own ids have its name in front."""


def book(path: Path) -> Ledger:
    """The shop with a zone, with a person of two ids, and with an item that was later written in another way."""
    ledger = Ledger.open_or_create(path, "EUR", buckets=4, time_zone=ZONE)
    late = pl.col("purchased_at") > dt.datetime(2024, 1, 1)
    spelt = pl.when((pl.col("item_id") == "I05") & late).then(pl.lit("i05")).otherwise("item_id")
    named = pl.when(pl.col("customer_id") == "C017").then(pl.lit("till:17")).otherwise("customer_id")
    with ledger.writer() as writer:
        writer.set_rules("shop", Rules())
        writer.add_transactions(shop.transactions().with_columns(item_id=spelt, customer_id=named))
        writer.add(schema.ITEMS, shop.items())
        writer.add(schema.CUSTOMERS, schema.CUSTOMERS.conform(pl.DataFrame(RECORDS)))
        writer.commit(())
    persons.identify(ledger)
    return ledger


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The shop's ledger."""
    return book(tmp_path_factory.mktemp("merged") / "ledger")


@pytest.fixture(scope="module")
def folder(merged: Ledger, champions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's release."""
    return release_build.build(merged, champions, tmp_path_factory.mktemp("online") / "releases")


@pytest.fixture
def scorer(folder: Path, tmp_path: Path) -> Iterator[Scorer]:
    """What the service answers from."""
    release = Release.read(folder)
    yield Scorer(release, opened(tmp_path / "purchases.sqlite"))
    release.close()


def ask(client: TestClient, path: str, **body: Any) -> bytes:
    """Return the answer to a question, with a request id that is always the same."""
    answer = client.post(path, json=body, headers={"X-Request-ID": "r"})
    assert answer.status_code == 200, answer.text
    return answer.content


def line(**told: Any) -> dict[str, Any]:
    """A line of an order."""
    return {"order_id": "new", "item_id": "I05", "purchased_at": "2024-06-20T12:00:00", "amount": "9.90", **told}


def test_the_ledger_is_what_these_tests_take_it_for(merged: Ledger) -> None:
    assert merged.people().rows() == [("C004", "C003")]
    assert merged.lines().collect()["item_as_written"].drop_nulls().unique().to_list() == ["i05"]


ROUTES = [
    ("/v1/score", {"explain": True}),
    ("/v1/score", {"history": [line()]}),
    ("/v1/score", {"as_of": "2024-06-01"}),
    ("/v1/recommend", {"kind": "buy_again"}),
    ("/v1/recommend", {"kind": "cross_sell", "context": {"basket": ["I01"]}}),
    ("/v1/rank", {"item_ids": ["I01", "I02"]}),
]


@pytest.mark.parametrize(("path", "body"), ROUTES)
def test_any_id_of_a_person_gets_the_persons_answer(client: TestClient, path: str, body: dict[str, Any]) -> None:
    person, other = (ask(client, path, customer_id=who, **body) for who in ("C003", "C004"))
    assert other == person.replace(b'"customer_id":"C003"', b'"customer_id":"C004"')
    assert other != person


def test_a_profile_by_any_id(client: TestClient) -> None:
    person, other = (
        client.get(f"/v1/customers/{who}/profile", headers={"X-Request-ID": "r"}).content for who in ("C003", "C004")
    )
    assert other == person.replace(b'"customer_id":"C003"', b'"customer_id":"C004"')
    assert json.loads(other)["person"]["email"] == "a***@e***.org"


def test_answers_made_beforehand_stay_so_for_any_id(scorer: Scorer) -> None:
    today = scorer.release.as_of
    assert scorer.is_light(ScoreRequest(customer_id="C004"), today, [])
    assert scorer.is_light(RecommendRequest(customer_id="C004"), today, [])


def test_a_batch_names_everybody_as_asked(client: TestClient) -> None:
    client.post("/v1/purchases", json=[line(customer_id="C004")])
    asked = ["C004", "C000", "C003", "C004", "nobody"]
    rows = json.loads(ask(client, "/v1/score/batch", customer_ids=asked))["results"]
    assert [row["customer_id"] for row in rows] == asked
    assert rows[0] == rows[3] == {**rows[2], "customer_id": "C004"}
    assert (rows[0]["status"], rows[4]["status"]) == ("ok", "error")
    single = json.loads(ask(client, "/v1/score", customer_id="C003"))
    assert rows[0]["churn"] == single["churn"]


def test_reminders_of_whom_any_id_names(client: TestClient) -> None:
    body = {"window_days": 90, "min_probability": 0.0}
    person, other = (
        json.loads(ask(client, "/v1/replenishment/due", customer_ids=ids, **body))["due"]
        for ids in (["C003"], ["C004", "C003"])
    )
    assert other == [{**row, "customer_id": "C004"} for row in person]
    assert person
    everybody = json.loads(ask(client, "/v1/replenishment/due", **body))["due"]
    assert "C004" not in {row["customer_id"] for row in everybody}


def test_a_purchase_under_any_id_is_the_persons(client: TestClient, scorer: Scorer) -> None:
    before = json.loads(ask(client, "/v1/score", customer_id="C003"))["evidence"]["n_orders"]
    for who in ("C004", "C003"):
        sent = [line(customer_id=who, order_id=f"by {who}"), line(customer_id=who, order_id=f"by {who}", item_id="I01")]
        assert client.post("/v1/purchases", json=sent).json()["n_new"] == 2
        assert client.post("/v1/purchases", json=sent).json()["n_known"] == 2
    for who in ("C003", "C004"):
        answer = json.loads(ask(client, "/v1/score", customer_id=who))
        assert answer["evidence"]["n_orders"] == before + 2
    orders = [sale.order_id for sale in scorer.fresh("C004").lines]
    assert orders == ["by C003"] * 2 + ["by C004"] * 2


def test_a_purchase_follows_a_person_who_is_parted(client: TestClient, scorer: Scorer, merged: Ledger) -> None:
    """Purchases are kept as they were sent, so that the next release says whose they are."""
    client.post("/v1/purchases", json=[line(customer_id="C004")])
    path = scorer.release.store.path.parent / "parted"
    shutil.copytree(merged.path, path)
    parted = Ledger.open(path)
    persons.undo(parted, "C003")
    release_build.store_build.build(parted, path / STORE)
    with Store(path / STORE) as store:
        release = Release(**{**vars(scorer.release), "store": store})
        after = Scorer(release, scorer.sales)
        assert [sale.order_id for sale in after.fresh("C004").lines] == ["new"]
        assert after.fresh("C003").lines == []
    shutil.rmtree(path)


@pytest.mark.parametrize("written", ["i05", "I05 "])
def test_another_spelling_is_the_same_item(client: TestClient, written: str) -> None:
    """The first was sold so, the second never."""
    for path, kind in (("/v1/score", {}), ("/v1/recommend", {"k": 12})):
        plain, other = (
            ask(client, path, customer_id="C010", history=[line(item_id=item_id)], **kind)
            for item_id in ("I05", written)
        )
        assert plain == other
    client.post("/v1/purchases", json=[line(customer_id="C010", item_id=written)])
    bought = client.get("/v1/customers/C010/profile").json()["last_orders"][0]["lines"][0]
    assert (bought["item_id"], bought["name"]) == ("I05", "Item I05")


def test_recommendations_know_spellings(client: TestClient) -> None:
    for field in ("exclude", "in_stock"):
        plain, other = (
            json.loads(ask(client, "/v1/recommend", customer_id="C010", k=12, filter={field: ids}))["items"]
            for ids in (["I05", "I06"], ["i05", "I06", "i06"])
        )
        assert [item["rank"] for item in plain] == [item["rank"] for item in other]
        assert [item["item_id"] for item in plain] == [item["item_id"].upper() for item in other]
    assert {item["item_id"] for item in other} == {"i05", "I06"}  # as the filter names them, the first of two
    baskets = [
        ask(client, "/v1/recommend", kind="cross_sell", context={"basket": [item_id]}) for item_id in ("I05", "i05")
    ]
    assert baskets[0] == baskets[1]


def test_items_described_under_another_spelling(client: TestClient) -> None:
    items = [{"item_id": "i05", "name": "New name"}, {"item_id": "I05"}, {"item_id": "N1", "name": "Tea"}]
    answer = json.loads(ask(client, "/v1/recommend", kind="similar", item_id="i05", items=items))
    assert "i05" not in {item["item_id"] for item in answer["items"]}


def test_each_spelling_is_ranked_as_it_was_sent(client: TestClient) -> None:
    plain = json.loads(ask(client, "/v1/rank", customer_id="C010", item_ids=["I05", "I06"]))["items"]
    sent = ["i05", "I06", "I05", "no such", "NO SUCH"]
    found = json.loads(ask(client, "/v1/rank", customer_id="C010", item_ids=sent))["items"]
    assert [item["rank"] for item in found] == [1, 2, 3, 4, 5]
    assert sorted(item["item_id"] for item in found) == sorted(sent)
    scores = {item["item_id"]: item["score"] for item in found}
    assert scores == {"i05": scores["I05"], "no such": None, "NO SUCH": None} | {
        item["item_id"]: item["score"] for item in plain
    }
    body = {"customer_id": "C010", "item_ids": ["I06", "i05"], "context": {"basket": ["I05"]}}
    assert client.post("/v1/rank", json=body).json()["errors"][0]["path"] == "item_ids.1"


def test_a_release_of_nobody_knows_spellings_and_the_zone(merged: Ledger, tmp_path: Path) -> None:
    release_build.store_build.build_bare(merged, tmp_path / STORE)
    with Store(tmp_path / STORE) as store:
        assert store.named(["i05", "00471", "x"]) == {"i05": "I05", "00471": "00471", "x": "x"}
        assert (store.header.time_zone, store.header.has_merged, store.header.systems) == (ZONE, False, ())
        assert store.ids("C004") == ("C004",)


def test_leading_zeros(tmp_path: Path) -> None:
    ledger = Ledger.open_or_create(tmp_path / "ledger", "EUR")
    rows = shop.transactions().head(2).with_columns(item_id=pl.Series(["471", "tea"]))
    with ledger.writer() as writer:
        writer.set_rules("shop", Rules())
        writer.add_transactions(rows)
        writer.commit(())
    release_build.store_build.build(ledger, tmp_path / STORE)
    with Store(tmp_path / STORE) as store:
        assert not store.header.has_spellings
        assert store.named(["00471", "471", "Tea", "00472"]) == {
            "00471": "471",
            "471": "471",
            "Tea": "tea",
            "00472": "00472",
        }


def test_half_an_id_makes_no_second_customer(client: TestClient, scorer: Scorer) -> None:
    sent = [line(customer_id="C010"), line(customer_id="17", order_id="other")]
    refused = client.post("/v1/purchases", json=sent)
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {
            "path": "1.customer_id",
            "code": "without_system",
            "message": "ids begin with their system here, so send it along, as in 'till:17'",
        }
    ]
    assert scorer.fresh("C010").lines == []
    unknown = client.post("/v1/score", json={"customer_id": "17"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "UNKNOWN_CUSTOMER")
    assert "send it along, as in 'till:17'" in unknown.json()["detail"]
    assert "send it along, as in 'till:17'" in client.get("/v1/customers/17/profile").json()["detail"]
    for newcomer in ("till:99", "18", "till:17", "C004"):
        posted = client.post("/v1/purchases", json=[line(customer_id=newcomer, order_id=f"of {newcomer}")])
        assert posted.status_code == 202, posted.text


def test_strangers_are_named_as_asked(client: TestClient) -> None:
    missing = client.post("/v1/score", json={"customer_id": "C004", "as_of": "2024-04-01"})
    assert missing.status_code == 200
    nobody = client.post("/v1/score", json={"customer_id": "nobody"}).json()["detail"]
    assert nobody.startswith("no purchase of customer 'nobody' before")
    assert "system" not in nobody


@pytest.mark.parametrize("written", ["2024-06-19T22:30:00Z", "2024-06-20T04:00:00+05:30"])
def test_an_offset_says_which_instant_is_meant(client: TestClient, written: str) -> None:
    plain, other = (
        ask(client, "/v1/score", history=[line(purchased_at=at)]) for at in ("2024-06-20T00:30:00", written)
    )
    assert plain == other
    client.post("/v1/purchases", json=[line(customer_id="C010", purchased_at=written)])
    order = client.get("/v1/customers/C010/profile").json()["last_orders"][0]
    assert order["purchased_at"] == "2024-06-20T00:30:00"


def test_what_lies_behind_as_of_is_told_by_the_shops_clock(client: TestClient) -> None:
    lines = [line(purchased_at="2024-06-19T12:00:00"), line(order_id="late", purchased_at="2024-06-19T22:30:00Z")]
    answer = json.loads(ask(client, "/v1/score", history=lines, as_of="2024-06-20"))
    assert "LINES_IGNORED" in [warning["code"] for warning in answer["warnings"]]
    assert answer["evidence"]["n_orders"] == 1


def test_the_future_begins_by_the_shops_clock(client: TestClient, scorer: Scorer) -> None:
    last = scorer.release.as_of + dt.timedelta(days=1)
    at = f"{last}T22:30:00Z"
    refused = client.post("/v1/purchases", json=[line(customer_id="C010", purchased_at=at)])
    assert refused.json()["errors"][0]["code"] == "future"
    kept = client.post("/v1/purchases", json=[line(customer_id="C010", purchased_at=f"{last}T22:30:00")])
    assert kept.status_code == 202


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/score", {"customer_id": "C003"}),
        ("/v1/score/batch", {"customer_ids": ["C003"]}),
        ("/v1/recommend", {"customer_id": "C003"}),
        ("/v1/rank", {"customer_id": "C003", "item_ids": ["I01"]}),
        ("/v1/replenishment/due", {}),
    ],
)
def test_the_day_of_a_question_is_the_shops(
    client: TestClient, scorer: Scorer, path: str, body: dict[str, Any]
) -> None:
    day = scorer.release.as_of
    late = f"{day - dt.timedelta(days=1)}T22:30:00Z"
    assert ask(client, path, as_of=late, **body) == ask(client, path, as_of=str(day), **body)


def test_the_day_of_a_profile_is_the_shops(client: TestClient) -> None:
    answer = client.get("/v1/customers/C003/profile", params={"as_of": "2024-06-09T22:30:00Z"}).json()
    assert answer["as_of"] == "2024-06-10"


def test_what_the_service_knows_is_what_the_ledger_will(
    client: TestClient, scorer: Scorer, merged: Ledger, tmp_path: Path
) -> None:
    """The same lines, sent to the service and read into the ledger: every way to write a person, an item, a time."""
    header = "customer_id,order_id,item_id,purchased_at,quantity,amount"
    told = [
        ("C004", "n1", "i05", "2024-06-20 22:30:00+00:00"),
        ("C003", "n2", "I05", "2024-03-31 02:30:00"),  # an hour that the clock skipped
        ("C004", "n3", "i06", "2023-10-29 00:30:00+00:00"),  # one that came twice
        ("C003", "n4", " i11 ", "2024-06-21 09:00:00-07:00"),
    ]
    sent = [
        line(customer_id=who, order_id=order_id, item_id=item_id, purchased_at=at)
        for who, order_id, item_id, at in told
    ]
    assert client.post("/v1/purchases", json=sent).status_code == 202
    shutil.copytree(merged.path, tmp_path / "ledger")
    file = write(tmp_path / "new.csv", [",".join([*row, "1", "9.90"]) for row in told], header)
    ingest.ingest([file], "generic", tmp_path / "ledger")
    nightly = Ledger.open(tmp_path / "ledger").customer("C003")
    day = scorer.release.as_of
    for who in ("C003", "C004"):
        known = customer.purchases(scorer.release.store, "C003", day, scorer.fresh(who).lines)
        assert_frame_equal(known, nightly, check_row_order=False)
