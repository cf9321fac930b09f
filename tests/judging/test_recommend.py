"""The verdict on a recommender, with metrics that not every customer has: recall of new items for who bought none."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from regulars import judging
from regulars.artefact import Fitted, Meta
from regulars.judging import HIGHER_IS_BETTER, Exam, Verdict, key_metrics, statistic
from regulars.windows import Snapshot

AS_OF = dt.date(2024, 3, 1)
LINES = pl.DataFrame(
    [("a", "tea", 1), ("a", "jam", 1), ("b", "tea", 2), ("b", "oil", -1), ("c", "oil", 1)],
    schema=["customer_id", "item_id", "quantity"],
    orient="row",
)
"""b brought oil back and never bought it."""
BASKETS = pl.DataFrame({"customer_id": ["a", "b", "c"], "item_ids": [["jam", "rice"], ["oil"], ["oil"]]})


class Fixed:
    """Offers everybody tea, oil and rice."""

    def recommend(self, lines: pl.DataFrame, _as_of: dt.date, k: int, **_: Any) -> pl.DataFrame:
        items = pl.DataFrame({"rank": [1, 2, 3], "item_id": ["tea", "oil", "rice"]})
        return lines.select(pl.col("customer_id").unique()).join(items, how="cross").filter(pl.col("rank") <= k)


@pytest.fixture
def exam() -> Exam:
    asked = BASKETS.select("customer_id")
    return Exam(Snapshot(AS_OF, 30), asked, np.array([0, 0, 1]), lines=LINES, baskets=BASKETS)


@pytest.fixture
def verdict(exam: Exam) -> Verdict:
    meta = Meta(
        task="recommend", model="fixed", kind="Fixed", source="baseline", horizon_days=30, as_of=AS_OF,
        fingerprint="", seed=0,
    )  # fmt: skip
    return judging.judge(Fitted(meta, Fixed()), exam)


def test_key_metrics_have_a_value_a_row_and_point_upwards(exam: Exam, verdict: Verdict) -> None:
    keys = key_metrics("recommend", 30)
    assert {"ndcg_at_10", "mrr_at_10", "recall_repeat_at_10", "recall_new_at_10"} <= set(keys)
    assert all(HIGHER_IS_BETTER[name] for name in keys)
    assert all(verdict.values[name].shape == exam.customers.shape for name in keys)


def test_repeat_and_new_by_customer(verdict: Verdict) -> None:
    """a buys the jam owned and rice; b's oil is new, for it was only brought back; c's oil is owned."""
    assert verdict.values["recall_repeat_at_10"] == pytest.approx([0.0, np.nan, 1.0], nan_ok=True)
    assert verdict.values["recall_new_at_10"] == pytest.approx([1.0, 1.0, np.nan], nan_ok=True)
    assert verdict.values["mrr_at_10"] == pytest.approx([1 / 3, 1 / 2, 1 / 2])


def test_the_verdict_says_what_the_lists_are_like(verdict: Verdict) -> None:
    """Tea and oil of the three items sold are offered, tea owned by two customers of three and oil by one."""
    assert verdict.metrics["catalogue_coverage_at_10"] == pytest.approx(2 / 3)
    assert verdict.metrics["repeat_share_at_10"] == pytest.approx(1 / 3)
    assert verdict.metrics["popularity_bias_at_10"] == pytest.approx((2 + 1 + 0) / 3 / ((1 / 2 + 1 + 1) / 3))


def test_rows_without_a_value_do_not_count(exam: Exam, verdict: Verdict) -> None:
    for name in key_metrics("recommend", 30):
        weigh = statistic(name, [exam], [verdict])
        assert weigh(np.ones(3)) == pytest.approx(verdict.metrics[name])
    new = statistic("recall_repeat_at_10", [exam], [verdict])
    assert new(np.array([3.0, 5.0, 1.0])) == pytest.approx(0.25)
    assert np.isnan(new(np.array([0.0, 2.0, 0.0])))
