from dataclasses import replace

import pytest

from regulars.estimators.recommend.candidates.similar import Neighbours, SimilarCustomers
from tests.estimators.recommend.candidates.contract import SourceContract
from tests.estimators.recommend.candidates.tiny import Row, Tiny, baskets

HOW = Neighbours()
EVEN = replace(HOW, rarity=0.0)
TWO_KINDS = [row for n in range(3) for row in [*baskets(f"A{n}", "abc"), *baskets(f"B{n}", "xyz")]]


class TestSimilarCustomers(SourceContract):
    make = SimilarCustomers
    how = replace(HOW, n=20)


def offers(rows: list[Row], asked: list[Row], how: Neighbours = HOW) -> tuple[dict[str, float], dict[str, float]]:
    tiny = Tiny.of(rows)
    often, late = SimilarCustomers.fit(tiny.past, how).generate(tiny.asked(asked), tiny.shelf)
    return tiny.said(often), tiny.said(late)


def test_what_the_planted_alike_buy() -> None:
    """Three alike customers hold a, b and c in their only basket: each is what all of them buy."""
    often, late = offers(TWO_KINDS, baskets("new", "ab"))
    assert often == late == pytest.approx({"a": 1.0, "b": 1.0, "c": 1.0})


def test_nobody_is_alike_to_a_stranger() -> None:
    assert offers(TWO_KINDS, baskets("new", "q")) == ({}, {})


def test_old_orders_fade_and_fade_faster_in_what_is_bought_lately() -> None:
    rows = [*baskets("A", "c", "d", "ab"), *baskets("B", "c", "d", "ab")]
    often, late = offers(rows, baskets("new", "ab"), replace(HOW, half_orders=2.0, late_half_orders=0.5))
    assert often == pytest.approx({"a": 1.0, "b": 1.0, "d": 0.5**0.5, "c": 0.5})
    assert late == pytest.approx({"a": 1.0, "b": 1.0, "d": 0.25, "c": 0.0625})


def test_the_nearest_only() -> None:
    rows = [*baskets("A", "abp"), *baskets("B", "aq"), *baskets("C", "bczq")]
    nearest, _ = offers(rows, baskets("new", "ab"), replace(EVEN, n=1))
    assert set(nearest) == {"a", "b", "p"}
    every, _ = offers(rows, baskets("new", "ab"), replace(EVEN, n=50))
    assert set(every) == {"a", "b", "c", "p", "q", "z"}


def test_closer_customers_count_more_and_more_so_when_sharp() -> None:
    rows = [*baskets("A", "abp"), *baskets("B", "aq")]
    blunt, _ = offers(rows, baskets("new", "ab"), replace(EVEN, sharpness=1.0))
    sharp, _ = offers(rows, baskets("new", "ab"), replace(EVEN, sharpness=4.0))
    assert 1 < blunt["p"] / blunt["q"] < sharp["p"] / sharp["q"]
    alike = {"A": (2 / 3) ** 0.5, "B": 0.5}
    assert blunt["p"] == pytest.approx(alike["A"] / (alike["A"] + alike["B"]))


def test_sharing_what_few_buy_counts_more() -> None:
    """Everybody buys milk; A shares milk with the customer, B shares rare tea."""
    rows = [("A", "1", "milk", 5), ("A", "1", "p", 5), ("B", "1", "tea", 5), ("B", "1", "q", 5)]
    rows += [(f"M{n}", "1", "milk", 5) for n in range(20)]
    asked = [("new", "1", "milk", 5), ("new", "1", "tea", 5)]
    even, _ = offers(rows, asked, EVEN)
    rarely, _ = offers(rows, asked, replace(HOW, rarity=0.5))
    assert rarely["q"] / rarely["p"] > even["q"] / even["p"] == pytest.approx(1.0)


def test_those_with_most_purchases_are_remembered() -> None:
    rows = [*baskets("small", "ap"), *baskets("large", "aqrs")]
    few, _ = offers(rows, baskets("new", "a"), replace(HOW, most_customers=1))
    assert set(few) == {"a", "q", "r", "s"}


def test_what_left_the_shelf_is_neither_compared_nor_offered() -> None:
    rows = [*baskets("A", "gu", "a", last=300), *baskets("B", "a"), *baskets("C", "uz", last=300), *baskets("D", "z")]
    tiny = Tiny.of(rows)
    assert tiny.on_shelf() == ["a", "z"]
    often, _ = SimilarCustomers.fit(tiny.past, HOW).generate(tiny.asked(baskets("new", "g", "z")), tiny.shelf)
    assert set(tiny.said(often)) == {"z"}
