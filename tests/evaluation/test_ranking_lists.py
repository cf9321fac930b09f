import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import ConfigError, DataError
from regulars.evaluation.ranking import list_metrics

Rows = dict[str, list[str]]
NAMES = ["catalogue_coverage", "exposure_gini", "novelty", "popularity_bias", "popularity_lift", "repeat_share"]
ROWS = st.dictionaries(
    st.sampled_from("abcd"), st.lists(st.sampled_from([f"i{n}" for n in range(6)]), unique=True, max_size=6)
)

OWNED = {"a": ["tea", "jam"], "b": ["tea", "oil"], "c": ["tea"], "d": ["tea", "jam"]}
"""Four customers, all of whom own tea, two jam and one oil."""
NOTHING: Rows = {}


def pairs(rows: Rows) -> pl.DataFrame:
    found = [(customer, rank, item) for customer, items in rows.items() for rank, item in enumerate(items, 1)]
    return pl.DataFrame(found, {"customer_id": pl.String, "rank": pl.Int64, "item_id": pl.String}, orient="row")


def measured(lists: Rows, baskets: Rows, owned: Rows, k: int = 2) -> dict[str, float]:
    truth = pl.DataFrame(
        {"customer_id": list(baskets), "item_ids": list(baskets.values())},
        {"customer_id": pl.String, "item_ids": pl.List(pl.String)},
    )
    found = list_metrics(pairs(lists), truth, pairs(owned).drop("rank"), k=k)
    assert list(found) == [f"{name}_at_{k}" for name in NAMES]
    return {name: found[f"{name}_at_{k}"] for name in NAMES}


def test_values_by_hand() -> None:
    """Tea (popularity 1) is offered twice, jam (1/2) once and oil (1/4) only beyond k = 2."""
    found = measured({"a": ["tea"], "b": ["tea", "jam", "oil"]}, {"a": ["jam"], "b": ["oil", "tea"]}, OWNED)
    assert found["catalogue_coverage"] == pytest.approx(2 / 3)
    # Exposures 0, 1, 2 of three items: the mean absolute difference over twice the mean, scaled to end at 1.
    assert found["exposure_gini"] == pytest.approx(2 / 3)
    assert found["novelty"] == pytest.approx((0.0 + (0.0 + 1.0) / 2) / 2)
    offered, bought, own = (
        (1 + (1 + 1 / 2) / 2) / 2,
        (1 / 2 + (1 / 4 + 1) / 2) / 2,
        ((1 + 1 / 2) / 2 + (1 + 1 / 4) / 2) / 2,
    )
    assert found["popularity_bias"] == pytest.approx(offered / bought)
    assert found["popularity_lift"] == pytest.approx(offered / own - 1)
    assert found["repeat_share"] == pytest.approx((1 + 1 / 2) / 2)


def test_an_item_that_nobody_owns() -> None:
    """It is no part of what is sold, has no popularity, and is as novel as one that a single customer owns."""
    found = measured({"a": ["new"]}, {"a": ["tea"]}, OWNED)
    assert found["catalogue_coverage"] == found["popularity_bias"] == found["repeat_share"] == 0.0
    assert found["novelty"] == pytest.approx(2.0)
    assert found["popularity_lift"] == -1.0
    assert math.isnan(found["exposure_gini"])


@pytest.mark.parametrize(
    ("lists", "gini"),
    [
        pytest.param({"a": ["tea"], "b": ["jam"], "c": ["oil"]}, 0.0, id="all alike"),
        pytest.param({"a": ["tea"], "b": ["tea"], "c": ["tea"]}, 1.0, id="one item only"),
    ],
)
def test_the_ends_of_the_exposure(lists: Rows, gini: float) -> None:
    assert measured(lists, NOTHING, OWNED)["exposure_gini"] == pytest.approx(gini)


def test_offering_what_they_own_is_no_lift() -> None:
    found = measured(OWNED, OWNED, OWNED)
    assert (found["popularity_bias"], found["popularity_lift"], found["repeat_share"]) == (1.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("lists", "baskets", "owned", "unknown"),
    [
        pytest.param(NOTHING, NOTHING, NOTHING, set(NAMES), id="nothing at all"),
        pytest.param(NOTHING, {"a": ["tea"]}, OWNED, set(NAMES) - {"catalogue_coverage"}, id="nothing offered"),
        pytest.param({"a": ["tea"]}, NOTHING, OWNED, {"popularity_bias"}, id="nothing bought"),
        pytest.param({"a": ["tea"]}, {"a": []}, OWNED, {"popularity_bias"}, id="empty basket"),
        pytest.param({"a": ["tea"]}, {"a": ["tea"]}, NOTHING, set(NAMES) - {"repeat_share"}, id="nothing sold"),
        pytest.param({"a": ["tea"]}, {"a": ["tea"]}, {"a": ["tea"]}, {"exposure_gini"}, id="one item sold"),
        pytest.param({"x": ["tea"]}, {"a": ["tea"]}, OWNED, {"popularity_lift"}, id="only a stranger"),
    ],
)
def test_what_has_no_value_is_nan(lists: Rows, baskets: Rows, owned: Rows, unknown: set[str]) -> None:
    assert {name for name, value in measured(lists, baskets, owned).items() if math.isnan(value)} == unknown


@settings(max_examples=60, deadline=None)
@given(lists=ROWS, baskets=ROWS, owned=ROWS, k=st.integers(1, 6))
def test_bounds(lists: Rows, baskets: Rows, owned: Rows, k: int) -> None:
    found = measured(lists, baskets, owned, k)
    most = math.log2(max(len(owned), 1))
    bounds = dict.fromkeys(NAMES, (0.0, 1.0)) | {
        "novelty": (0.0, most), "popularity_bias": (0.0, math.inf), "popularity_lift": (-1.0, math.inf),
    }  # fmt: skip
    for name, value in found.items():
        assert math.isnan(value) or bounds[name][0] - 1e-12 <= value <= bounds[name][1] + 1e-12, name


def test_the_order_of_rows_is_irrelevant() -> None:
    lists, owned = pairs(OWNED), pairs(OWNED).drop("rank")
    truth = pl.DataFrame({"customer_id": ["a", "b"], "item_ids": [["oil", "tea"], ["tea"]]})
    turned = list_metrics(lists.reverse(), truth.reverse(), pl.concat([owned.reverse(), owned]))
    assert turned == list_metrics(lists, truth, owned)


def test_what_cannot_be_measured() -> None:
    lists, owned = pairs(OWNED), pairs(OWNED).drop("rank")
    truth = pl.DataFrame({"customer_id": ["a"], "item_ids": [["tea"]]})
    with pytest.raises(ConfigError, match="at least one"):
        list_metrics(lists, truth, owned, k=0)
    with pytest.raises(DataError, match="owned: no column 'item_id'"):
        list_metrics(lists, truth, owned.drop("item_id"))
