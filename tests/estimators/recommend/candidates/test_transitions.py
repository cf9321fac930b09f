from dataclasses import replace

import numpy as np
import pytest

from regulars.estimators.recommend.candidates.transitions import NextBaskets, Steps
from tests.estimators.recommend import shop
from tests.estimators.recommend.candidates.contract import SourceContract
from tests.estimators.recommend.candidates.tiny import Row, Tiny, baskets

HOW = Steps(ridge=1.0)
PLANTED = [row for n in range(9) for row in [*baskets(f"A{n}", "a", "b"), *baskets(f"C{n}", "c", "d")]]
"""b follows a, d follows c."""


class TestNextBaskets(SourceContract):
    make = NextBaskets
    how = Steps(ridge=5.0)


def offers(rows: list[Row], asked: list[Row], how: Steps = HOW) -> dict[str, float]:
    tiny = Tiny.of(rows)
    return tiny.said(NextBaskets.fit(tiny.past, how).generate(tiny.asked(asked), tiny.shelf))


def test_planted_transitions() -> None:
    """Nine times b followed a and nothing else did: 9 / (9 + ridge)."""
    assert offers(PLANTED, baskets("new", "a")) == pytest.approx({"b": 0.9})
    assert offers(PLANTED, baskets("new", "c")) == pytest.approx({"d": 0.9})
    assert offers(PLANTED, baskets("new", "a"), Steps(ridge=9.0)) == pytest.approx({"b": 0.5})


def test_time_runs_one_way() -> None:
    assert offers(PLANTED, baskets("new", "b")) == {}
    assert offers(PLANTED, baskets("new", "q")) == {}


def test_the_latest_orders_speak_loudest() -> None:
    found = offers(PLANTED, baskets("new", "a", "c"), replace(HOW, half_orders=1.0))
    assert found["d"] == pytest.approx(2 * found["b"])


def test_a_repeat_is_a_transition_too() -> None:
    found = offers([row for n in range(9) for row in baskets(f"A{n}", "a", "a")], baskets("new", "a"))
    assert found == pytest.approx({"a": 0.9})


def test_several_of_an_item_in_a_basket_teach_once() -> None:
    twice = [(customer, order, item, age) for customer, order, item, age in PLANTED for _ in range(2)]
    assert offers(twice, baskets("new", "a")) == pytest.approx({"b": 0.9})


def test_old_lessons_fade_and_end() -> None:
    """a to b was the habit before three orders of q; none of them is known where only the latest are learned from."""
    rows = [row for n in range(9) for row in baskets(f"A{n}", "a", "b", "q", "q")]
    whole = offers(rows, baskets("new", "a"), replace(HOW, half_lessons=1e9))
    faded = offers(rows, baskets("new", "a"), replace(HOW, half_lessons=0.5))
    assert 0 < faded["b"] < whole["b"]
    assert "b" not in offers(rows, baskets("new", "a"), replace(HOW, most_orders=2))
    assert "b" in offers(rows, baskets("new", "a"), replace(HOW, most_orders=3))


def test_only_the_most_bought_take_part() -> None:
    rows = [*PLANTED, *[row for n in range(3) for row in baskets(f"R{n}", "y", "z")]]
    assert set(offers(rows, baskets("new", "y"))) == {"z"}
    few = replace(HOW, most_items=4)
    assert offers(rows, baskets("new", "y"), few) == {}
    assert offers(rows, baskets("new", "a"), few) == pytest.approx({"b": 0.9})


@pytest.mark.parametrize("n", [1, 3, 1000])
def test_what_an_item_points_to_is_limited_to_the_strongest(n: int) -> None:
    tiny = Tiny.of(shop.transactions())
    whole = NextBaskets.fit(tiny.past, Steps(n_neighbours=1000)).points_to.toarray()
    found = NextBaskets.fit(tiny.past, Steps(n_neighbours=n)).points_to
    assert np.diff(found.indptr).max() <= n
    strongest = np.sort(np.abs(whole), axis=1)[:, ::-1][:, :n]
    np.testing.assert_array_equal(np.sort(np.abs(found.toarray()), axis=1)[:, ::-1][:, :n], strongest)


def test_one_order_each_teaches_nothing() -> None:
    assert offers([("A", "1", "a", 5), ("B", "1", "b", 4)], baskets("new", "a")) == {}
