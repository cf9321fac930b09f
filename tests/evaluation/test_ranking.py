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
ALL = ["recall", "ndcg", "ndcg_bought", "hit", "mrr"]
METRICS = [f"{name}{kind}" for kind in ("", "_repeat", "_new") for name in ALL]


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
    ("k", "recall", "ndcg", "hit", "mrr"),
    [
        (1, [1 / 3, 0.0, 1 / 6], [1.0, 0.0, 1.0], [1.0, 0.0, 1.0], [1.0, 0.0, 1.0]),
        (3, [2 / 3, 1.0, 1 / 3], [0.7039180890341347, 0.5, 0.7653606369886217], [1.0, 1.0, 1.0], [1.0, 1 / 3, 1.0]),
        (4, [2 / 3, 1.0, 0.5], [0.7039180890341347, 0.5, 0.8048099750039491], [1.0, 1.0, 1.0], [1.0, 1 / 3, 1.0]),
    ],
)
def test_values_by_hand(k: int, recall: list[float], ndcg: list[float], hit: list[float], mrr: list[float]) -> None:
    """Customer a has hits at ranks 1 and 3 of three bought, b one at rank 3 of one, c at 1, 2 and 4 of six."""
    values = ranking_values(LISTS, TRUTH, k=k)
    assert values["customer_id"].to_list() == ["a", "b", "c"]
    for name, expected in {"recall": recall, "ndcg": ndcg, "hit": hit, "mrr": mrr}.items():
        assert values[name].to_list() == pytest.approx(expected, rel=1e-12)


def test_both_conventions_of_ndcg() -> None:
    """Of c's six items a list of two can hold two: cut at k they are all, of the bought they are two of six."""
    values = ranking_values(LISTS, TRUTH, k=2)
    two, six = (sum(1 / math.log2(rank + 1) for rank in range(1, n + 1)) for n in (2, 6))
    assert values["ndcg"].to_list()[2] == pytest.approx(1.0)
    assert values["ndcg_bought"].to_list()[2] == pytest.approx(two / six)
    assert values["ndcg_bought"].to_list()[1] == values["ndcg"].to_list()[1] == 0.0


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


def test_the_list_is_not_filtered_for_new_items() -> None:
    """x3 is the only new item that a bought. It stands at rank 3, and repeat items before it do not move it up."""
    values = ranking_values(LISTS, TRUTH, owned({"a": ["x1", "x2"], "b": ["x4"], "c": ["x6"]}), k=3)
    assert values["mrr_new"].to_list() == [1 / 3, None, 0.5]
    assert values["hit_new"].to_list() == [1.0, None, 1.0]
    assert values["ndcg_new"].to_list()[0] == pytest.approx(0.5)
    assert values["mrr_repeat"].to_list() == [1.0, 1 / 3, 1.0]


def test_means_are_named_by_k_and_unknown_is_nan() -> None:
    metrics = ranking_metrics(LISTS, TRUTH)
    assert list(metrics) == [f"{name}_at_10" for name in METRICS]
    assert metrics["recall_at_10"] == pytest.approx((1.0 + 1.0 + 0.5) / 3)
    assert all(math.isnan(metrics[f"{name}_at_10"]) for name in METRICS if name.endswith(("_repeat", "_new")))


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
        assert row["ndcg_bought"] <= row["ndcg"] + 1e-12


@settings(max_examples=40, deadline=None)
@given(bought=BASKETS, seed=st.integers(0, 9))
def test_perfect_lists_and_row_order(bought: Baskets, seed: int) -> None:
    metrics = ranking_metrics(lists(bought), baskets(bought), k=len(ITEMS))
    assert [metrics[f"{name}_at_8"] for name in ALL] == pytest.approx([1.0] * len(ALL))
    shuffled = lists(bought).sample(fraction=1.0, shuffle=True, seed=seed)
    assert ranking_values(shuffled, baskets(bought), k=3).equals(ranking_values(lists(bought), baskets(bought), k=3))
