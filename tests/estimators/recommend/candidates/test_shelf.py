import numpy as np
import polars as pl
import pytest

from regulars.estimators.recommend.candidates import Shelf
from regulars.estimators.recommend.candidates.past import NEW_DAYS
from tests.estimators.recommend import shop
from tests.estimators.recommend.candidates.tiny import AS_OF, Tiny, baskets, transactions

OLD = 200


def test_what_enough_customers_bought_lately_or_is_new() -> None:
    rows = [
        *[("A", f"A{age}", "beloved", age) for age in (OLD, 60, 50, 40)],
        *[(name, f"{name}1", "liked", age) for name, age in (("A", OLD), ("B", 120), ("C", 1))],
        *[(name, f"{name}2", "gone", age) for name, age in (("A", OLD), ("B", 121), ("C", 1))],
        ("A", "A9", "new", NEW_DAYS),
        ("A", "A9", "older", NEW_DAYS + 1),
    ]
    assert Tiny.of(rows, days=120, fewest=2).on_shelf() == ["liked", "new"]
    assert Tiny.of(rows, days=121, fewest=2).on_shelf() == ["gone", "liked", "new"]
    assert Tiny.of(rows, days=120, fewest=1).on_shelf() == ["beloved", "gone", "liked", "new", "older"]


def test_places() -> None:
    shelf = Shelf.on(np.array([1, 4]), 5)
    assert shelf.n == 2
    assert shelf.columns(np.array([0, 1, 2, 3, 4, 5, 6, 999])).tolist() == [-1, 0, -1, -1, 1, -1, -1, -1]


def test_vectors_add_up_the_lines_of_an_item() -> None:
    tiny = Tiny.of([*baskets("A", "xy", "x", "xz"), *baskets("B", "z")])
    gone = [("B", "B0", "unheard-of", 9), *baskets("B", "z")]
    asked = tiny.asked([*baskets("A", "xy", "x", "xz"), *gone])
    vectors = tiny.shelf.vectors(asked, np.ones(len(asked.row)))
    assert [tiny.said(vectors, row) for row in (0, 1)] == [{"x": 3.0, "y": 1.0, "z": 1.0}, {"z": 1.0}]
    assert tiny.said(tiny.shelf.vectors(asked, asked.ago.astype(float))) == {"x": 3.0, "y": 2.0}


@pytest.mark.parametrize("fewest", [1, 5, 1000])
def test_the_future_adds_nothing(fewest: int) -> None:
    lines = shop.transactions()
    past = lines.filter(pl.col("purchased_at") < AS_OF)
    whole, cut = Tiny.of(lines, fewest=fewest), Tiny.of(past, fewest=fewest)
    assert whole.on_shelf() == cut.on_shelf()
    assert (len(cut.on_shelf()) > 0) == (fewest < 1000)
    assert whole.past.lines.height == cut.past.lines.height < whole.log.lines.height


def test_an_empty_shop() -> None:
    shelf = Shelf.of(Tiny.of(transactions([])).past.lines, 0, AS_OF, 120, 1)
    assert shelf.n == 0
    assert shelf.columns(np.array([0, 3])).tolist() == [-1, -1]


def test_customers_by_what_they_bought_whoever_they_are() -> None:
    """Names decide no order: the histories that are learned from are the same under any names."""
    lines = shop.transactions()
    one = Tiny.of(lines).past.histories
    swapped = pl.col("customer_id").str.slice(1).cast(pl.Int64) * 7 % 60
    other = Tiny.of(lines.with_columns(customer_id=pl.format("E{}", swapped))).past.histories
    for name in ("customers", "row", "item", "group", "ago", "age", "off"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (np.diff(np.bincount(one.row)) >= 0).all()
