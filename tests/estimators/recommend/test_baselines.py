import datetime as dt

import polars as pl
import pytest

from regulars import schema
from regulars.estimators.recommend import GlobalTop, OwnTop
from tests.estimators.recommend import shop
from tests.estimators.recommend.contract import RecommendContract, lines

__all__ = ["lines"]

AS_OF = dt.date(2024, 6, 1)


class TestGlobalTop(RecommendContract):
    make = GlobalTop
    follows = False


class TestOwnTop(RecommendContract):
    make = OwnTop


@pytest.fixture(scope="module")
def log() -> pl.DataFrame:
    """Tea is bought by two customers lately, oil by one in three orders, jam by three customers in January."""
    jan, may = dt.datetime(2024, 1, 5), dt.datetime(2024, 5, 20)
    rows = [("A", "A1", "jam", jan), ("B", "B1", "jam", jan), ("C", "C1", "jam", jan)]
    rows += [("A", "A2", "tea", may), ("B", "B2", "tea", may), ("A", "A2", "egg", may)]
    rows += [("C", f"C{n}", "oil", may + dt.timedelta(days=n)) for n in (2, 3, 4)]
    future = [("D", f"D{n}", "rum", dt.datetime(2024, 6, 1)) for n in range(9)]
    return shop.lines(rows + future)


def test_best_sellers_by_hand(log: pl.DataFrame) -> None:
    best = GlobalTop().fit(log, schema.ITEMS.empty(), AS_OF).popular(9)
    assert best["item_id"].to_list() == ["tea", "oil", "egg", "jam"]
    assert best["score"].to_list() == [2 / 3, 1 / 3, 1 / 3, 0.0]


def test_favourites_by_hand(log: pl.DataFrame) -> None:
    answer = OwnTop().fit(log, schema.ITEMS.empty(), AS_OF).recommend(log, AS_OF, 4)
    mine = {
        str(customer): rows.select("item_id", "source").rows()
        for (customer,), rows in answer.group_by("customer_id", maintain_order=True)
    }
    # One order each: the later first, then by name.
    assert mine["A"] == [("egg", "history"), ("tea", "history"), ("jam", "history"), ("oil", "popular")]
    assert mine["C"] == [("oil", "history"), ("jam", "history"), ("tea", "popular"), ("egg", "popular")]
    assert "D" not in mine
    scores = answer.filter(pl.col("customer_id") == "C")["score"].to_list()
    assert scores == pytest.approx([3 / 4, 1 / 4, 2 / 3 - 1, 1 / 3 - 1])


def test_returns_are_no_purchases(log: pl.DataFrame) -> None:
    returned = log.with_columns(quantity=pl.when(pl.col("item_id") == "oil").then(-1.0).otherwise("quantity"))
    best = GlobalTop().fit(returned, schema.ITEMS.empty(), AS_OF).popular(9)
    assert best["item_id"].to_list() == ["tea", "egg", "jam"]
