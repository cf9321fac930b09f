import datetime as dt

import numpy as np
import polars as pl
import pytest

from regulars import schema
from regulars.estimators.recommend import CoPurchase, neighbours
from regulars.features.purchases import Catalogue, purchases
from tests.estimators.recommend import shop
from tests.estimators.recommend.contract import RecommendContract, lines

__all__ = ["lines"]

AS_OF = dt.date(2024, 6, 1)


class TestCoPurchase(RecommendContract):
    make = CoPurchase
    follows = False  # it has no neighbours yet, and the others have many


def similarity(log: pl.DataFrame, reach: neighbours.Reach) -> np.ndarray:
    catalogue = Catalogue.of(schema.ITEMS.empty(), log)
    bought = purchases(log, catalogue).before(AS_OF)
    return neighbours.similar_items(bought, catalogue.n_items, AS_OF, reach).toarray()


def test_similarity_is_the_cosine(lines: pl.DataFrame) -> None:
    got = similarity(lines, neighbours.Reach(lookback_days=60, n_neighbours=40, min_customers=1))
    known = lines.filter(pl.col("purchased_at").is_between(dt.date(2024, 4, 2), AS_OF, closed="left"))
    owned = known.select("customer_id", "item_id").unique().with_columns(n=1.0)
    wide = owned.pivot("item_id", index="customer_id", values="n").fill_null(0.0)
    matrix = wide.select(sorted(wide.columns[1:])).to_numpy()
    expected = (matrix.T @ matrix) / np.sqrt(np.outer(matrix.sum(0), matrix.sum(0)))
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_names_of_customers_do_not_move_a_digit(lines: pl.DataFrame) -> None:
    reach = neighbours.Reach(lookback_days=60, n_neighbours=5, min_customers=3)
    number = pl.col("customer_id").str.slice(1).cast(pl.Int64)
    renamed = lines.with_columns(customer_id=(number * 37 % 61).cast(pl.String))
    assert (similarity(lines, reach) == similarity(renamed, reach)).all()


def test_neighbours_are_few_and_have_customers(lines: pl.DataFrame) -> None:
    few = similarity(lines, neighbours.Reach(lookback_days=200, n_neighbours=3, min_customers=1))
    assert (few > 0).sum(axis=1).max() <= 3
    nobody = similarity(lines, neighbours.Reach(lookback_days=200, n_neighbours=3, min_customers=61))
    assert not nobody.any()


def test_scores_by_hand() -> None:
    """Of three customers two bought bread and butter, one only bread; the cosine is 2 / sqrt(3 x 2)."""
    day = dt.datetime(2024, 5, 20)
    rows = [(c, f"{c}1", item, day) for c, item in (("A", "bread"), ("B", "bread"), ("C", "bread"))]
    rows += [("A", "A1", "butter", day), ("B", "B1", "butter", day), ("C", "C2", "bread", day)]
    log = shop.lines(rows)
    answer = CoPurchase(min_customers=1).fit(log, schema.ITEMS.empty(), AS_OF).recommend(log, AS_OF, 5)
    mine = answer.filter(pl.col("customer_id") == "C")
    assert mine.select("item_id", "source").rows() == [("bread", "history"), ("butter", "co_purchase")]
    assert mine["score"].to_list() == pytest.approx([1.0, 2 / np.sqrt(6)])
