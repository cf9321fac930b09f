import datetime as dt
from collections import Counter

import numpy as np
import polars as pl
import pytest

from regulars import schema
from regulars.estimators.recommend import CoPurchase
from regulars.estimators.recommend.candidates.together import Reach
from tests.estimators.recommend import shop
from tests.estimators.recommend.contract import RecommendContract, lines

__all__ = ["lines"]

AS_OF = dt.date(2024, 6, 1)


class TestCoPurchase(RecommendContract):
    make = CoPurchase
    follows = False  # it has no neighbours yet, and the others have many


def test_similarity_looks_as_far_and_as_wide_as_asked(lines: pl.DataFrame) -> None:
    """The relations are those of the candidates' source; the parameters are this estimator's."""
    fitted = CoPurchase(lookback_days=60, n_neighbours=3).fit(lines, schema.ITEMS.empty(), AS_OF)
    kin = fitted.kin_
    assert kin is not None
    assert kin.by_customer.how == Reach(lookback_days=60, n_neighbours=3, min_customers=5)
    old = pl.col("purchased_at") < dt.datetime(2024, 4, 2)
    cut = CoPurchase(lookback_days=60, n_neighbours=3).fit(lines.filter(~old), schema.ITEMS.empty(), AS_OF)
    assert cut.kin_ is not None
    mine, recent = _by_name(fitted), _by_name(cut)
    assert mine == recent
    assert max(Counter(item for item, _ in mine).values()) == 3


def _by_name(fitted: CoPurchase) -> dict[tuple[str, str], float]:
    kin, assortment = fitted.kin_, fitted.assortment_
    assert kin is not None
    assert assortment is not None
    ids = assortment.catalogue.item_ids.gather(kin.shelf.items).to_list()
    near = kin.by_customer.similarity.tocoo()
    places = zip(near.row, near.col, near.data, strict=True)
    return {(ids[row], ids[column]): float(value) for row, column, value in places}


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
