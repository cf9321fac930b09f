"""The items that somebody names come back each once, in the order and with the numbers of a recommendation."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.rank_contract import RankAnswer, RankRequest
from serving.recommend_contract import RecommendRequest
from serving.scorer import Scorer
from tests.serving import shop
from tests.serving.test_contract import roundtrip

UNKNOWN = ("nothing", "I99")


def ranked(scorer: Scorer, **asked: Any) -> RankAnswer:
    request = RankRequest.model_validate({"item_ids": shop.ITEMS, **asked})
    return scorer.rank(request, scorer.release.as_of, "r")


@pytest.mark.parametrize("who", ["C001", "C017", "C044"])
def test_the_scores_are_those_of_a_recommendation(scorer: Scorer, who: str) -> None:
    plain = RecommendRequest(customer_id=who, k=20)
    offered = {item["item_id"]: item for item in scorer.recommend(plain, scorer.release.as_of, "r")["items"]}
    found = ranked(scorer, customer_id=who)["items"]
    both = [item for item in found if item["item_id"] in offered]
    assert len(both) >= 10
    assert {(i["item_id"], i["score"], i["source"], i["name"]) for i in both} == {
        (i["item_id"], i["score"], i["source"], i["name"]) for i in offered.values()
    }
    assert [item["reasons"] for item in found] == [offered[item["item_id"]]["reasons"] for item in found]


@pytest.mark.parametrize("basket", [[], ["I03", "I04"]])
def test_the_order_is_that_of_a_list_that_may_hold_nothing_else(scorer: Scorer, basket: list[str]) -> None:
    named = ["I01", "I08", "I05", "I02", "I11"]
    request = RecommendRequest.model_validate(
        {
            "customer_id": "C005",
            "kind": "cross_sell" if basket else "next_basket",
            "context": {"basket": basket},
            "filter": {"in_stock": named},
        }
    )
    offered = scorer.recommend(request, scorer.release.as_of, "r")["items"]
    assert len(offered) == len(named)
    assert ranked(scorer, customer_id="C005", item_ids=named, context={"basket": basket})["items"] == offered


def test_every_item_once_and_unknown_ones_last(scorer: Scorer) -> None:
    named = ("nothing", "I07", "I99", "I00", "I11")
    answer = ranked(scorer, customer_id="C003", item_ids=named)
    items = answer["items"]
    assert sorted(item["item_id"] for item in items) == sorted(named)
    assert [item["rank"] for item in items] == [1, 2, 3, 4, 5]
    assert [item["item_id"] for item in items[3:]] == ["nothing", "I99"]
    assert [(item["score"], item["source"], item["reasons"]) for item in items[3:]] == [(None, None, [])] * 2
    assert all(item["score"] is not None and item["reasons"] for item in items[:3])
    scores = [item["score"] for item in items[:3]]
    assert scores == sorted(scores, reverse=True)  # type: ignore[type-var]
    assert [(told["code"], told["text"][-7:]) for told in answer["warnings"]] == [("UNKNOWN_ITEM", " 2 of 5")]


def test_only_unknown_items(scorer: Scorer) -> None:
    answer = ranked(scorer, customer_id="C003", item_ids=UNKNOWN)
    assert [(item["item_id"], item["rank"]) for item in answer["items"]] == [("nothing", 1), ("I99", 2)]


def test_a_stranger_gets_what_is_popular(scorer: Scorer) -> None:
    answer = ranked(scorer, customer_id="nobody", item_ids=[*UNKNOWN, *shop.ITEMS])
    popular = RecommendRequest(customer_id="nobody", k=12)
    offered = scorer.recommend(popular, scorer.release.as_of, "r")["items"]
    assert len(offered) == len(shop.ITEMS)
    assert answer["items"][: len(offered)] == offered
    assert {item["source"] for item in offered} == {"popular"}
    assert [told["code"] for told in answer["warnings"]] == ["UNKNOWN_CUSTOMER", "UNKNOWN_ITEM"]


def test_purchases_of_the_request_count(scorer: Scorer) -> None:
    bought = {"order_id": "new", "item_id": "I99", "purchased_at": dt.datetime(2024, 6, 1, 12), "amount": Decimal(9)}
    answer = ranked(scorer, history=[bought], item_ids=["I01", "I99"])
    assert [(item["item_id"], item["source"]) for item in answer["items"]] == [("I99", "history"), ("I01", "popular")]
    assert answer["warnings"] == []
    late = {**bought, "purchased_at": dt.datetime(2030, 6, 1, 12)}
    assert [told["code"] for told in ranked(scorer, history=[late])["warnings"]] == [
        "LINES_IGNORED",
        "UNKNOWN_CUSTOMER",
    ]


def test_over_http(client: TestClient) -> None:
    response = client.post("/v1/rank", json={"customer_id": "C003", "item_ids": ["I01", "I99"]})
    assert response.status_code == 200
    assert roundtrip(RankAnswer, response.json()) == response.json()
    assert list(response.json()["model"]) == ["recommend"]


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({"item_ids": ["I01"]}, "", "give customer_id, history, or both"),
        ({"customer_id": "C003"}, "item_ids", "Field required"),
        ({"customer_id": "C003", "item_ids": []}, "item_ids", "at least 1 item"),
        ({"customer_id": "C003", "item_ids": [f"I{n}" for n in range(201)]}, "item_ids", "at most 200 items"),
        (
            {"customer_id": "C003", "item_ids": ["I01", "I02", "I01"]},
            "item_ids",
            "holds 'I01' twice; give each item once",
        ),
        (
            {"customer_id": "C003", "item_ids": ["I01", "I02"], "context": {"basket": ["I02"]}},
            "item_ids.1",
            "lies in context.basket; ask about what does not",
        ),
    ],
)
def test_refusals(client: TestClient, body: dict[str, Any], path: str, message: str) -> None:
    response = client.post("/v1/rank", json=body)
    assert (response.status_code, response.json()["code"]) == (422, "INVALID_FIELD")
    assert response.json()["errors"][0]["path"] == path
    assert message in response.json()["errors"][0]["message"]


def test_too_early(client: TestClient) -> None:
    response = client.post("/v1/rank", json={"customer_id": "C003", "item_ids": ["I01"], "as_of": "2024-03-31"})
    assert (response.status_code, response.json()["code"]) == (409, "AS_OF_OUT_OF_RANGE")
