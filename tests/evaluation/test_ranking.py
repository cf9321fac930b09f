import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from regulars.errors import ConfigError, DataError
from regulars.evaluation.ranking import ranking_metrics, ranking_values

Baskets = dict[str, list[str]]
ITEMS = [f"i{number}" for number in range(8)]
BASKETS = st.dictionaries(
    st.sampled_from("abcd"), st.lists(st.sampled_from(ITEMS), min_size=1, unique=True), min_size=1
)
METRICS = ["recall", "ndcg", "hit", "recall_repeat", "recall_new"]


def lists(items: Baskets) -> pl.DataFrame:
    """Return recommendations, best first."""
    rows = [(customer, rank, item) for customer, row in items.items() for rank, item in enumerate(row, 1)]
    schema = {"customer_id": pl.String, "rank": pl.Int64, "item_id": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def baskets(items: Baskets) -> pl.DataFrame:
    return pl.DataFrame(
        {"customer_id": list(items), "item_ids": list(items.values())},
        schema={"customer_id": pl.String, "item_ids": pl.List(pl.String)},
    )


def owned(items: Baskets) -> pl.DataFrame:
    return lists(items).drop("rank")


LISTS = lists(
    {
        "a": ["x2", "x9", "x3", "x8", "x1"],
        "b": ["x1", "x2", "x4"],
        "c": ["x6", "x5", "x0", "x4"],
        "nobody": ["x1"],
    }
)
TRUTH = baskets({"a": ["x1", "x2", "x3"], "b": ["x4"], "c": [f"x{number}" for number in range(1, 7)]})


@pytest.mark.parametrize(
    ("k", "recall", "ndcg", "hit"),
    [
        (1, [1 / 3, 0.0, 1 / 6], [1.0, 0.0, 1.0], [1.0, 0.0, 1.0]),
        (3, [2 / 3, 1.0, 1 / 3], [0.7039180890341347, 0.5, 0.7653606369886217], [1.0, 1.0, 1.0]),
        (4, [2 / 3, 1.0, 0.5], [0.7039180890341347, 0.5, 0.8048099750039491], [1.0, 1.0, 1.0]),
    ],
)
def test_values_of_ranx(k: int, recall: list[float], ndcg: list[float], hit: list[float]) -> None:
    """Reference values: ranx 0.3.21, ``recall@k``, ``ndcg@k`` and ``hit_rate@k`` of these lists."""
    values = ranking_values(LISTS, TRUTH, k=k)
    assert values["customer_id"].to_list() == ["a", "b", "c"]
    for name, expected in {"recall": recall, "ndcg": ndcg, "hit": hit}.items():
        assert values[name].to_list() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("denominator", "recall"), [("bought", [1 / 3, 0.0, 1 / 3]), ("reachable", [0.5, 0.0, 1.0])])
def test_both_conventions_of_recall(denominator: str, recall: list[float]) -> None:
    values = ranking_values(LISTS, TRUTH, k=2, denominator=denominator)  # type: ignore[arg-type]
    assert values["recall"].to_list() == pytest.approx(recall)


def test_repeat_and_new_items_apart() -> None:
    """Customer a owned x1 and x2, and finds x2 of them and the new x3 in the top 3; b owned nothing."""
    values = ranking_values(LISTS, TRUTH, owned({"a": ["x1", "x2", "x2", "x7"], "c": ["x6", "x5"]}), k=3)
    assert values["recall_repeat"].to_list() == [0.5, None, 1.0]
    assert values["recall_new"].to_list() == [1.0, 1.0, 0.0]
    metrics = ranking_metrics(LISTS, TRUTH, owned({"a": ["x1", "x2"], "c": ["x6", "x5"]}), k=3)
    assert metrics["recall_repeat_at_3"] == pytest.approx(0.75)
    assert metrics["recall_new_at_3"] == pytest.approx(2 / 3)


def test_means_are_named_by_k_and_unknown_is_nan() -> None:
    metrics = ranking_metrics(LISTS, TRUTH)
    assert list(metrics) == [f"{name}_at_10" for name in METRICS]
    assert metrics["recall_at_10"] == pytest.approx((1.0 + 1.0 + 0.5) / 3)
    assert math.isnan(metrics["recall_repeat_at_10"])
    assert math.isnan(metrics["recall_new_at_10"])


@pytest.mark.parametrize(
    ("recommended", "bought", "n", "recall"),
    [
        pytest.param({}, {"a": ["x1"]}, 1, 0.0, id="nothing recommended"),
        pytest.param({"a": ["x1"]}, {"a": []}, 0, math.nan, id="empty basket"),
        pytest.param({"a": ["x1"]}, {}, 0, math.nan, id="nobody bought"),
        pytest.param({"b": ["x1"]}, {"a": ["x1"]}, 1, 0.0, id="another customer's list"),
        pytest.param({"a": ["x1"]}, {"a": ["x1", "x1", "x2"]}, 1, 0.5, id="bought twice counts once"),
    ],
)
def test_empty_and_odd_cases(recommended: Baskets, bought: Baskets, n: int, recall: float) -> None:
    assert ranking_values(lists(recommended), baskets(bought)).height == n
    metrics = ranking_metrics(lists(recommended), baskets(bought))
    assert metrics["recall_at_10"] == pytest.approx(recall, nan_ok=True)


@pytest.mark.parametrize(
    ("recommendations", "truth", "message"),
    [
        pytest.param(LISTS.drop("rank"), TRUTH, "recommendations: no column 'rank'", id="no rank"),
        pytest.param(LISTS, TRUTH.drop("item_ids"), "truth: no column 'item_ids'", id="no baskets"),
        pytest.param(LISTS, pl.concat([TRUTH, TRUTH]), "truth: .* repeats", id="two baskets"),
        pytest.param(lists({"a": ["x1", "x1"]}), TRUTH, "item_id.* repeats", id="item listed twice"),
        pytest.param(LISTS.with_columns(rank=1), TRUTH, "rank.* repeats", id="shared rank"),
    ],
)
def test_what_cannot_be_evaluated(recommendations: pl.DataFrame, truth: pl.DataFrame, message: str) -> None:
    with pytest.raises(DataError, match=message):
        ranking_values(recommendations, truth)


def test_a_list_holds_an_item() -> None:
    with pytest.raises(ConfigError, match="at least one"):
        ranking_values(LISTS, TRUTH, k=0)


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(ITEMS), bought=BASKETS, known=BASKETS, k=st.integers(1, len(ITEMS)))
def test_ndcg_of_sklearn_and_bounds(order: list[str], bought: Baskets, known: Baskets, k: int) -> None:
    values = ranking_values(lists(dict.fromkeys(bought, order)), baskets(bought), owned(known), k=k)
    assert values["customer_id"].to_list() == sorted(bought)
    for row in values.iter_rows(named=True):
        assert all(row[name] is None or 0.0 <= row[name] <= 1.0 + 1e-12 for name in METRICS)
        gains = [[item in bought[row["customer_id"]] for item in order]]
        assert row["ndcg"] == pytest.approx(ndcg_score(gains, [range(len(order), 0, -1)], k=k))


@settings(max_examples=40, deadline=None)
@given(bought=BASKETS, seed=st.integers(0, 9))
def test_perfect_lists_and_row_order(bought: Baskets, seed: int) -> None:
    metrics = ranking_metrics(lists(bought), baskets(bought), k=len(ITEMS))
    assert [metrics[f"{name}_at_8"] for name in METRICS[:3]] == pytest.approx([1.0] * 3)
    shuffled = lists(bought).sample(fraction=1.0, shuffle=True, seed=seed)
    assert ranking_values(shuffled, baskets(bought), k=3).equals(ranking_values(lists(bought), baskets(bought), k=3))
