"""The routes: every answer keeps the contract, every mistake gets one clear problem document."""

import dataclasses
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from regulars.artefact import Fitted, Task
from regulars.scoring import Champions
from serving.app import create_app
from serving.bodies import MAX_BODY
from serving.contract import (
    ModelsAnswer,
    ProblemAnswer,
    ScoreAnswer,
)
from serving.live import Live
from serving.problems import KINDS
from serving.profile_contract import ProfileAnswer
from serving.recommend_contract import RecommendAnswer
from serving.scorer import Scorer
from tests.serving.conftest import CUT
from tests.serving.test_contract import roundtrip

JSON = {"Content-Type": "application/json"}
LINE = {"order_id": "o", "item_id": "I01", "purchased_at": "2024-06-01T10:00:00", "amount": "12.50"}


def refused(response: Any, code: str) -> dict[str, Any]:
    """The problem document of a response, checked against the contract."""
    problem: dict[str, Any] = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert roundtrip(ProblemAnswer, problem) == problem
    assert (problem["code"], problem["status"], response.status_code) == (
        code,
        KINDS[code].status,
        problem["status"],
    )
    assert problem["request_id"] == response.headers["x-request-id"]
    return problem


def test_score(client: TestClient) -> None:
    response = client.post("/v1/score", json={"customer_id": "C003", "explain": True})
    answer = response.json()
    assert response.status_code == 200
    assert roundtrip(ScoreAnswer, answer) == answer
    assert answer["request_id"] == response.headers["x-request-id"]
    assert 0 <= answer["churn"]["probability"] <= 1
    reasons = answer["churn"]["reasons"]
    assert 1 <= len(reasons) <= 3
    assert all("; usually " in each["text"] or "; customers typically " in each["text"] for each in reasons)
    assert answer["next_purchase"]["probability_within_days"]["90"] == pytest.approx(1 - answer["churn"]["probability"])


def test_score_of_what_is_wanted(client: TestClient) -> None:
    answer = client.post("/v1/score", json={"customer_id": "C003", "want": ["churn"]}).json()
    assert "next_purchase" not in answer
    assert answer["churn"]["reasons"] == []


def test_as_of_is_floored_to_its_day(client: TestClient) -> None:
    answers = [
        client.post("/v1/score", json={"customer_id": "C003", "as_of": as_of}).json()
        for as_of in ("2024-05-15", "2024-05-15T23:59:59", "2024-05-15T23:59:59Z", "2024-05-16T00:00:00+02:00")
    ]
    assert {answer["as_of"] for answer in answers} == {"2024-05-15"}
    assert len({json.dumps(answer["churn"]) for answer in answers}) == 1


def test_recommend(client: TestClient) -> None:
    answer = client.post("/v1/recommend", json={"customer_id": "C003", "k": 3}).json()
    assert roundtrip(RecommendAnswer, answer) == answer
    assert [item["rank"] for item in answer["items"]] == [1, 2, 3]


def test_recommend_to_a_stranger(client: TestClient) -> None:
    answer = client.post("/v1/recommend", json={"customer_id": "nobody", "k": 3}).json()
    assert {item["source"] for item in answer["items"]} == {"popular"}
    assert [warning["code"] for warning in answer["warnings"]] == ["UNKNOWN_CUSTOMER"]


def test_profile(client: TestClient) -> None:
    answer = client.get("/v1/customers/C003/profile").json()
    assert roundtrip(ProfileAnswer, answer) == answer
    assert answer["last_orders"][0]["purchased_at"].startswith(answer["cadence"]["last_order"])


def test_profile_of_the_past(client: TestClient) -> None:
    answer = client.get("/v1/customers/C003/profile", params={"as_of": "2024-05-15"}).json()
    assert answer["as_of"] == "2024-05-15"
    assert all(order["purchased_at"] < "2024-05-15" for order in answer["last_orders"])


def test_models(client: TestClient) -> None:
    answer = client.get("/v1/models").json()
    assert roundtrip(ModelsAnswer, answer) == answer


def test_around(client: TestClient) -> None:
    assert client.get("/livez").json() == client.get("/readyz").json() == {"status": "ok"}
    assert "regulars_requests_total" in client.get("/metrics").text
    assert client.get("/openapi.json").json()["openapi"] == "3.1.0"
    assert client.get("/").url.path == "/docs"


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({}, "", "give customer_id, history, or both"),
        ([], "", "must be a JSON object"),
        ({"customer_id": "C1", "wnat": ["churn"]}, "wnat", "did you mean 'want'?"),
        (
            {"customer_id": "C1", "want": ["churn", "profit"]},
            "want.1",
            "does not answer 'profit'; choose from 'churn'",
        ),
        ({"customer_id": "C1", "want": []}, "want", "at least 1"),
        ({"customer_id": 7}, "customer_id", "string"),
        ({"customer_id": "a\u0000b"}, "customer_id", "control characters"),
        ({"customer_id": "x" * 129}, "customer_id", "at most 128"),
        ({"customer_id": "C1", "as_of": "soon"}, "as_of", "ISO 8601"),
        ({"customer_id": "C1", "as_of": "9999-12-31"}, "as_of", "years 1970 to 2199"),
        ({"customer_id": "C1", "explain": "yes"}, "explain", "boolean"),
        ({"history": [{**LINE, "amount": "12.505"}]}, "history.0.amount", "more decimals than EUR"),
        ({"history": [LINE, {**LINE, "discount": -1}]}, "history.1.discount", "greater than or equal to 0"),
        ({"history": [{**LINE, "customer_id": "C1"}]}, "history.0.customer_id", "unknown field"),
        ({"history": [{**LINE, "purchased_at": "2024-06-31"}]}, "history.0.purchased_at", "datetime"),
        ({"history": [{**LINE, "quantity": 1e12}]}, "history.0.quantity", "1000000"),
        ({"history": [{**LINE, "quantity": -1}]}, "history", "no purchase before"),
        ({"history": [LINE], "as_of": "2024-06-01"}, "history", "no purchase before"),
        ({"history": [LINE] * 5001}, "history", "at most 5000"),
    ],
)
def test_field_that_cannot_be_used(client: TestClient, body: object, path: str, message: str) -> None:
    problem = refused(client.post("/v1/score", json=body), "INVALID_FIELD")
    assert problem["errors"][0]["path"] == path
    assert message in problem["errors"][0]["message"]
    assert message in problem["detail"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("field", ["amount", "quantity", "discount"])
def test_numbers_that_are_none(client: TestClient, field: str, number: str) -> None:
    body = json.dumps({"history": [{**LINE, field: "?"}]}).replace('"?"', number)
    problem = refused(client.post("/v1/score", content=body, headers=JSON), "INVALID_FIELD")
    assert problem["errors"][0]["path"] == f"history.0.{field}"


@pytest.mark.parametrize("body", [b"", b"{", b'{"customer_id": "\xff"}', b"[" * 100_000, b'{"a": 1} 2'])
def test_malformed(client: TestClient, body: bytes) -> None:
    refused(client.post("/v1/score", content=body, headers=JSON), "MALFORMED_JSON")


@pytest.mark.parametrize(
    "headers",
    [{}, {"Content-Type": "text/plain"}, {**JSON, "Content-Encoding": "gzip"}],
)
def test_media_type(client: TestClient, headers: dict[str, str]) -> None:
    refused(client.post("/v1/score", content=b"{}", headers=headers), "UNSUPPORTED_MEDIA_TYPE")


def test_charset_is_fine(client: TestClient) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert client.post("/v1/score", content=b'{"customer_id": "C003"}', headers=headers).status_code == 200


def test_too_large(client: TestClient) -> None:
    refused(client.post("/v1/score", content=b" " * (MAX_BODY + 1), headers=JSON), "TOO_LARGE")


def test_strangers(client: TestClient) -> None:
    refused(client.post("/v1/score", json={"customer_id": "' OR 1=1 --"}), "UNKNOWN_CUSTOMER")
    refused(client.get("/v1/customers/..%2F..%2Fetc%2Fpasswd/profile"), "UNKNOWN_CUSTOMER")


def test_addresses(client: TestClient) -> None:
    refused(client.get("/v1/customers/%00/profile"), "INVALID_FIELD")
    refused(client.get("/v1/customers/C003/profile?as_of=soon"), "INVALID_FIELD")
    refused(client.get("/v1/customers/C003/profile?day=2024-05-15"), "INVALID_FIELD")
    refused(client.get("/nothing"), "NOT_FOUND")
    refused(client.post("/v1/score/", json={}), "NOT_FOUND")


def test_methods(client: TestClient) -> None:
    response = client.get("/v1/score")
    refused(response, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "POST"


def test_too_early(client: TestClient) -> None:
    body = {"customer_id": "C003", "as_of": "2024-03-31"}
    for route in ("/v1/score", "/v1/recommend"):
        problem = refused(client.post(route, json=body), "AS_OF_OUT_OF_RANGE")
        assert "2024-04-01" in problem["detail"]


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({"customer_id": "C003", "kind": "cross_sel"}, "kind", "'next_basket', 'buy_again'"),
        ({"kind": "next_basket"}, "", "give customer_id, history, or both"),
        ({"customer_id": "C003", "kind": "cross_sell"}, "context.basket", "what cross_sell is about"),
        ({"kind": "similar"}, "item_id", "what similar is about"),
        ({"customer_id": "C003", "item_id": "I01"}, "item_id", "with that kind and no other"),
        ({"customer_id": "C003", "kind": "buy_again", "filter": {"new_only": True}}, "filter", "own items only"),
        ({"customer_id": "C003", "filter": {"max_price": "1.005"}}, "filter.max_price", "more decimals than EUR"),
        ({"customer_id": "C003", "filter": {"min_price": 3, "max_price": 2}}, "filter", "no price is at least 300"),
        ({"customer_id": "C003", "filter": {"category": ["nonsense"]}}, "filter.category", "is called 'nonsense'"),
        ({"customer_id": "C003", "filter": {"instock": []}}, "filter.instock", "unknown field"),
        ({"customer_id": "C003", "diversity": 1.5}, "diversity", "less than or equal to 1"),
    ],
)
def test_wish_that_cannot_be_met(client: TestClient, body: object, path: str, message: str) -> None:
    problem = refused(client.post("/v1/recommend", json=body), "INVALID_FIELD")
    assert problem["errors"][0]["path"] == path
    assert message in problem["detail"]


def offered(client: TestClient, **body: Any) -> list[dict[str, Any]]:
    answer = client.post("/v1/recommend", json=body).json()
    assert roundtrip(RecommendAnswer, answer) == answer
    assert all(len(item["reasons"]) == 1 and item["reasons"][0] for item in answer["items"])
    return list(answer["items"])


def test_filters_and_kinds(client: TestClient) -> None:
    plain = [item["item_id"] for item in offered(client, customer_id="C003", k=5)]
    rest = offered(client, customer_id="C003", k=5, filter={"exclude": plain[:2]})
    assert not {item["item_id"] for item in rest} & set(plain[:2])
    stock = {"in_stock": [*plain[1:3], "unheard-of"]}
    assert {item["item_id"] for item in offered(client, customer_id="C003", filter=stock)} == set(plain[1:3])
    new = offered(client, customer_id="C003", filter={"new_only": True})
    assert "history" not in {item["source"] for item in new}
    going = offered(client, kind="cross_sell", context={"basket": plain[:1]}, k=3)
    assert len(going) == 3
    assert plain[0] not in {item["item_id"] for item in going}
    alike = offered(client, kind="similar", item_id=plain[0], k=3, diversity=0.5)
    assert plain[0] not in {item["item_id"] for item in alike}


def test_an_item_nobody_knows(client: TestClient) -> None:
    answer = client.post("/v1/recommend", json={"kind": "similar", "item_id": "brand-new", "k": 3}).json()
    assert {item["source"] for item in answer["items"]} == {"popular"}
    assert [warning["code"] for warning in answer["warnings"]] == ["UNKNOWN_ITEM"]


def test_defect(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scorer, "score", lambda *_, **__: 1 / 0)
    problem = refused(client.post("/v1/score", json={"customer_id": "C003"}), "INTERNAL")
    assert "ZeroDivisionError" not in json.dumps(problem)


def test_no_champion_for_a_task(client: TestClient, scorer: Scorer) -> None:
    champions = scorer.release.champions.by_task
    part: dict[Task, Fitted] = {task: fitted for task, fitted in champions.items() if task != "timing"}
    release = dataclasses.replace(scorer.release, champions=Champions(part))
    alone = TestClient(create_app(Live(dataclasses.replace(scorer, release=release)), lambda _: CUT))
    problem = refused(alone.post("/v1/score", json={"customer_id": "C003"}), "MODEL_NOT_READY")
    assert "regulars train --task timing" in problem["detail"]


def test_not_ready() -> None:
    client = TestClient(create_app(Live(missing="no online store; make one with: regulars package"), lambda _: CUT))
    assert client.get("/livez").status_code == 200
    assert "the log" in refused(client.get("/readyz"), "MODEL_NOT_READY")["detail"]  # anybody may ask
    for response in (
        client.get("/v1/models"),
        client.post("/v1/score", json={"customer_id": "C003"}),
    ):
        assert "regulars package" in refused(response, "MODEL_NOT_READY")["detail"]
        assert response.headers["retry-after"] == "1"
