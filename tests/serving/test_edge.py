"""Whatever happens inside, a request ends with an answer in our shape."""

import asyncio
import logging

import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from serving import edge, metrics
from serving.edge import Edge


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("a secret")


async def sleeps(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(60)


async def answers(scope: Scope, receive: Receive, send: Send) -> None:
    scope["endpoint"] = answers
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_defect(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="bentoml.regulars"):
        response = TestClient(Edge(fails, {})).get("/x", headers={"X-Request-ID": "r-1"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["request_id"] == response.headers["x-request-id"] == "r-1"
    assert "a secret" not in response.text
    assert "r-1" in caplog.text


def test_deadline() -> None:
    response = TestClient(Edge(sleeps, {}, deadline_seconds=0.01)).get("/x")
    assert (response.status_code, response.json()["code"]) == (503, "OVERLOADED")
    assert response.headers["retry-after"] == "1"


def test_request_ids() -> None:
    client = TestClient(Edge(answers, {answers: "/x"}))
    assert client.get("/x", headers={"X-Request-ID": "abc.1-2"}).headers["x-request-id"] == "abc.1-2"
    for bad in ("a b", "x" * 65, "<script>"):
        assert client.get("/x", headers={"X-Request-ID": bad}).headers["x-request-id"] != bad
    assert client.get("/x").headers["x-request-id"] != client.get("/x").headers["x-request-id"]


def test_now_and_then_a_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "KEPT_ANSWERS", 3)
    client = TestClient(Edge(answers, {answers: "/x"}))
    assert [client.get("/x").headers.get("connection") for _ in range(7)] == [None, None, "close"] * 2 + [None]


def test_counters_name_routes_and_not_addresses() -> None:
    client = TestClient(Edge(answers, {answers: "/customers/{customer_id}"}))
    client.get("/customers/somebody")
    text = metrics.exposition().decode()
    assert 'regulars_requests_total{route="/customers/{customer_id}",status="204"}' in text
    assert "somebody" not in text
