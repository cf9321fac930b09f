from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from regulars.estimators.recommend.candidates.together import CoPurchase, Reach
from tests.estimators.recommend import shop
from tests.estimators.recommend.candidates.contract import SourceContract
from tests.estimators.recommend.candidates.tiny import Row, Tiny, baskets

HOW = Reach()
Within = Literal["customer", "order"]
PLANTED = [row for n in range(3) for row in [*baskets(f"A{n}", "b", "c"), *baskets(f"B{n}", "x", "y")]]
"""Whoever buys b buys c, another day; whoever buys x buys y."""


class TestByCustomer(SourceContract):
    make = CoPurchase
    how = HOW


class TestByOrder(SourceContract):
    make = CoPurchase
    how = Reach(within="order", n_neighbours=5)


def offers(rows: list[Row], asked: list[Row], how: Reach = HOW) -> dict[str, float]:
    tiny = Tiny.of(rows)
    return tiny.said(CoPurchase.fit(tiny.past, how).generate(tiny.asked(asked), tiny.shelf))


def test_planted_co_purchases() -> None:
    assert offers(PLANTED, baskets("new", "b")) == pytest.approx({"c": 1.0})
    assert offers(PLANTED, baskets("new", "bx")) == pytest.approx({"c": 0.5, "y": 0.5})
    assert offers(PLANTED, baskets("new", "q")) == {}


def test_cosine_by_hand() -> None:
    """Four customers hold b, two hold c, one both, in several orders: 1 / sqrt(4 x 2)."""
    rows = [
        *baskets("A", "b", "bc", "bc"),
        *baskets("B", "b"),
        *baskets("C", "b"),
        *baskets("D", "b"),
        *baskets("E", "c"),
    ]
    assert offers(rows, baskets("new", "b")) == pytest.approx({"c": 8**-0.5})
    by_order = replace(HOW, within="order")
    assert offers(rows, baskets("new", "b"), by_order) == pytest.approx({"c": 2 / (6 * 3) ** 0.5})


def test_within_an_order_or_a_customer() -> None:
    assert offers(PLANTED, baskets("new", "b"), replace(HOW, within="order")) == {}
    held = [row for n in range(3) for row in baskets(f"A{n}", "bc", "x")]
    assert offers(held, baskets("new", "b"), replace(HOW, within="order")) == pytest.approx({"c": 1.0})
    assert set(offers(held, baskets("new", "b"))) == {"c", "x"}


def test_lookback() -> None:
    rows = [*baskets("A", "bc", last=31), *baskets("B", "bx", last=30)]
    assert set(offers(rows, baskets("new", "b"), replace(HOW, lookback_days=30))) == {"x"}
    assert set(offers(rows, baskets("new", "b"), replace(HOW, lookback_days=31))) == {"c", "x"}
    assert offers(rows, baskets("new", "b"), replace(HOW, lookback_days=29)) == {}


def test_latest_items_count_more() -> None:
    found = offers(PLANTED, baskets("new", "b", "x"), replace(HOW, half_orders=1.0))
    assert found == pytest.approx({"c": 1 / 3, "y": 2 / 3})


@pytest.mark.parametrize("within", ["customer", "order"])
@pytest.mark.parametrize("n", [1, 3, 8])
def test_neighbours_are_limited_and_others(within: Within, n: int) -> None:
    """Even where everything is bought together, and ever so many are equally near."""
    alike = Tiny.of([row for n in range(4) for row in baskets(f"A{n}", "abcdefghij")])
    habits = Tiny.of(shop.transactions())
    for tiny in (alike, habits):
        found = CoPurchase.fit(tiny.past, Reach(within=within, n_neighbours=n)).similarity
        assert np.diff(found.indptr).max() == n
        assert not found.diagonal().any()
        assert 0 < found.data.min() <= found.data.max() <= 1 + 1e-6


def test_both_kinds_fit_into_one_folder(tmp_path: Path) -> None:
    tiny = Tiny.of(PLANTED)
    kinds = [Reach(within="customer"), Reach(within="order")]
    for how in kinds:
        CoPurchase.fit(tiny.past, how).save(tmp_path)
    loaded = [CoPurchase.load(tmp_path, how).similarity.nnz for how in kinds]
    assert loaded == [4, 0]


def test_what_too_few_bought_has_no_neighbours() -> None:
    """b and c share three customers, x and y as many; q and r one, who makes them look inseparable."""
    rows = [*PLANTED, *baskets("Z", "qr")]
    assert set(offers(rows, baskets("new", "q"))) == {"r"}
    few = replace(HOW, min_customers=2)
    assert offers(rows, baskets("new", "q"), few) == {}
    assert offers(rows, baskets("new", "b"), few) == pytest.approx({"c": 1.0})
