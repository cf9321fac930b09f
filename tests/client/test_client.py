"""The client asks what the service answers, in both its forms, and shows no secret."""

import asyncio
import dataclasses
import datetime as dt
import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from regulars import client
from regulars.client import AsyncClient, Client, Kept, Line, Purchase, requests
from regulars.client.answers import DAYS, TIMES
from regulars.client.requests import Context, Filter, Wish
from regulars.errors import ConfigError, DataError
from serving import openapi
from serving.contract import Line as TheirLine
from serving.operations import OPERATIONS, Operation
from serving.purchase_contract import Purchase as TheirPurchase
from serving.recommend_contract import Context as TheirContext
from serving.recommend_contract import Filter as TheirFilter

PAGES: dict[str | None, dict[str, Any]] = {
    None: {"due": [{"customer_id": "a", "due_date": "2024-07-01"}], "next_cursor": "2"},
    "2": {"due": [], "next_cursor": "3"},
    "3": {"due": [{"customer_id": "b", "due_date": "2024-07-02"}], "next_cursor": None},
}


def answering(answer: Callable[[httpx.Request], Any]) -> httpx.MockTransport:
    """A network on which a service answers what ``answer`` says."""
    return httpx.MockTransport(lambda request: httpx.Response(200, json=answer(request)))


def body(request: httpx.Request) -> Any:
    return json.loads(request.content)


def purchase(number: int, **other: Any) -> Purchase:
    told = {"customer_id": "C003", "order_id": "o-1", "item_id": "I01", "amount": Decimal("1.50"), **other}
    return Purchase(purchased_at=dt.datetime(2024, 6, 20, 10, number % 60), **told)


def test_every_question_is_answered(service: str) -> None:
    with Client(service) as shop:
        assert shop.ready()
        score = shop.score("C003", want=["churn", "next_purchase"], explain=True)
        assert score["churn"]["reasons"]
        assert isinstance(score["as_of"], dt.date)
        early, late = score["next_purchase"]["interval_80"]
        assert isinstance(early, dt.date)
        assert late is None or late > early
        offers = shop.recommend("C003", kind="next_basket", k=3, filter={"exclude": ["I01"]})
        assert "I01" not in [item["item_id"] for item in offers["items"]]
        profile = shop.profile("C003")
        assert isinstance(profile["last_orders"][0]["purchased_at"], dt.datetime)
        assert shop.profile("C003", as_of=dt.date(2024, 5, 15))["as_of"] == dt.date(2024, 5, 15)
        assert shop.models()["store"]["n_customers"] == 80
        assert shop.schema()["currency"] == "EUR"


def test_what_is_awaited_is_what_is_answered(service: str) -> None:
    async def awaited() -> list[Any]:
        async with AsyncClient(service) as shop:
            rows = [row async for row in shop.score_batch(["C001", "nobody"])]
            found = [await shop.score("C003"), await shop.recommend("C003"), await shop.profile("C003"), rows]
            assert await shop.ready()
            return found

    with Client(service) as shop:
        rows = list(shop.score_batch(["C001", "nobody"]))
        asked: list[Any] = [shop.score("C003"), shop.recommend("C003"), shop.profile("C003"), rows]
    found = asyncio.run(awaited())
    for answer in (*asked[:3], *found[:3]):
        answer.pop("request_id")
    assert asked == found
    assert [row["status"] for row in rows] == ["ok", "error"]


def test_a_history_of_anybody(service: str) -> None:
    line = client.Line(order_id="o", item_id="I01", purchased_at="2024-06-01T10:00:00", amount="12.50")
    with Client(service) as shop:
        assert shop.score(history=[line])["evidence"]["n_orders"] == 1


def test_many_customers_go_in_thousands_and_come_in_their_order() -> None:
    sizes: list[int] = []

    def answer(request: httpx.Request) -> Any:
        asked = body(request)["customer_ids"]
        sizes.append(len(asked))
        return {"results": [{"customer_id": who} for who in asked]}

    names = [f"C{number}" for number in range(2001)]
    with Client(transport=answering(answer)) as shop:
        assert [row["customer_id"] for row in shop.score_batch(iter(names))] == names
        assert list(shop.score_batch([])) == []
    assert sizes == [1000, 1000, 1]


def test_an_order_that_lies_in_two_requests_keeps_its_line_numbers() -> None:
    sent: list[list[dict[str, Any]]] = []

    def answer(request: httpx.Request) -> Any:
        sent.append(body(request))
        return {"n_new": len(sent[-1]), "n_known": 0}

    with Client(transport=answering(answer)) as shop:
        assert shop.purchases(purchase(number) for number in range(1001)) == Kept(1001, 0)
    assert [len(lines) for lines in sent] == [1000, 1]
    assert [line["line"] for lines in sent for line in lines] == list(range(1001))
    assert sent[0][0]["amount"] == "1.50"


def test_purchases_that_are_sent_again_change_nothing(service: str) -> None:
    told = {name: value for name, value in vars(purchase(1, order_id="again")).items() if value is not None}
    lines: list[Purchase | dict[str, Any]] = [purchase(0, order_id="again"), told]
    with Client(service) as shop:
        assert shop.purchases(lines) == Kept(2, 0)
        assert shop.purchases(lines) == Kept(0, 2)


def test_due_goes_on_while_there_is_a_page() -> None:
    asked: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> Any:
        asked.append(body(request))
        return PAGES[asked[-1].get("cursor")]

    with Client(transport=answering(answer)) as shop:
        rows = list(shop.due(dt.date(2024, 6, 25), lead_days=2))
    assert [row["customer_id"] for row in rows] == ["a", "b"]
    assert rows[0]["due_date"] == dt.date(2024, 7, 1)
    assert asked[0] == {"as_of": "2024-06-25", "lead_days": 2}
    assert asked[2] == {"as_of": "2024-06-25", "lead_days": 2, "cursor": "3"}

    async def awaited() -> list[Any]:
        async with AsyncClient(transport=answering(answer)) as shop:
            return [row async for row in shop.due(dt.date(2024, 6, 25), lead_days=2)]

    assert asyncio.run(awaited()) == rows


def test_rank_sends_the_items() -> None:
    with Client(transport=answering(body)) as shop:
        assert shop.rank("C003", ["I01", "I02"]) == {"customer_id": "C003", "item_ids": ["I01", "I02"]}


@pytest.mark.parametrize("name", ["a/b", "..", "a?b#c", "ä b", "%2e"])
def test_a_customer_may_be_called_anything(service: str, name: str) -> None:
    with Client(service) as shop, pytest.raises(client.UnknownCustomerError, match="no purchase of customer") as told:
        shop.profile(name)
    assert repr(name) in told.value.detail


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_the_key_is_sent_and_never_shown(kind: type[Client | AsyncClient]) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> Any:
        seen.append(request.headers["authorization"])
        return {}

    shop = kind("https://shop.example", "rg_secret", transport=answering(answer))
    if isinstance(shop, Client):
        shop.models()
    else:
        asyncio.run(shop.models())  # type: ignore[arg-type]
    assert seen == ["Bearer rg_secret"]
    assert "secret" not in f"{shop!r} {shop} {vars(shop)}"


@pytest.mark.parametrize(
    ("address", "key", "told"),
    [
        ("127.0.0.1:3000", None, "give one such as http://127.0.0.1:3000"),
        ("ftp://shop.example", None, "no address of a service"),
        ("http://me:rg_secret@shop.example", None, "give api_key"),
        ("http://shop.example", "rg_secret\n", "cut or copied"),
        ("http://shop.example", "", "cut or copied"),
    ],
)
def test_an_address_or_key_that_cannot_be_used(address: str, key: str | None, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as error:
        Client(address, key)
    assert "rg_secret" not in str(error.value)


@pytest.mark.parametrize("amount", [float("nan"), object()])
def test_what_json_cannot_carry(amount: Any) -> None:
    with Client(transport=answering(body)) as shop, pytest.raises(DataError, match="cannot send this"):
        shop.purchases([purchase(0, amount=amount)])


def test_days_are_those_of_the_contract() -> None:
    found: dict[str, set[bool]] = {}
    for kind in openapi.document()["components"]["schemas"].values():
        for name, told in kind.get("properties", {}).items():
            found.setdefault(name, set()).add('"format": "date"' in json.dumps(told))
    days = {name for name, holds in found.items() if True in holds}
    assert days <= DAYS
    assert [name for name in DAYS if False in found.get(name, ()) and name != "interval_80"] == []
    assert "purchased_at" in TIMES


def test_filters_are_those_of_the_contract() -> None:
    assert set(Filter.__annotations__) == set(TheirFilter.model_fields)
    assert set(Context.__annotations__) == set(TheirContext.model_fields)


def test_lines_are_those_of_the_contract() -> None:
    assert {each.name for each in dataclasses.fields(Line)} == set(TheirLine.model_fields)
    assert {each.name for each in dataclasses.fields(Purchase)} == set(TheirPurchase.model_fields)


ASKED = [each for each in OPERATIONS if each.request and each.name != "purchases"]  # which takes lines


@pytest.mark.parametrize("operation", ASKED, ids=lambda each: each.name)
def test_every_field_of_a_request_can_be_given(operation: Operation) -> None:
    request = getattr(requests, operation.name)
    given = set(Wish.__annotations__) if operation.name == "recommend" else set()
    given |= {name for name, each in inspect.signature(request).parameters.items() if each.kind != each.VAR_KEYWORD}
    assert operation.request is not None
    assert given == set(operation.request.model_fields) - {"cursor"}  # which the client follows by itself


def test_the_client_loads_neither_service_nor_models() -> None:
    code = (
        "import sys, regulars.client; print([m for m in ('serving', 'polars', 'numpy', 'bentoml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
