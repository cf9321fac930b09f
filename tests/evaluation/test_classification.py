import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import DataError
from regulars.evaluation import classification

FORECASTS = st.lists(st.tuples(st.booleans(), st.floats(0.0, 1.0)), min_size=1, max_size=40)
BOUNDED = ("auc", "average_precision", "brier", "ece", "base_rate")


@pytest.mark.parametrize(
    ("metric", "churned", "probability", "value"),
    [
        # Pairs (churned, not): .9 beats .8 and .1, .3 beats .1 only: 3 of 4.
        pytest.param("auc", [1, 1, 0, 0], [0.9, 0.3, 0.8, 0.1], 0.75, id="auc"),
        pytest.param("auc", [1, 0], [0.4, 0.4], 0.5, id="auc, tie"),
        pytest.param("auc", [1, 0], [0.1, 0.9], 0.0, id="auc, upside down"),
        # Churners at ranks 1 and 3: mean of 1/1 and 2/3.
        pytest.param("average_precision", [1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], 5 / 6, id="ap"),
        pytest.param("average_precision", [1, 1], [0.9, 0.1], 1.0, id="ap, all churned"),
        pytest.param("brier", [1, 0], [0.8, 0.4], 0.1, id="brier"),
        pytest.param("brier", [0, 0], [0.5, 0.1], 0.13, id="brier, nobody churned"),
        pytest.param("brier", [1, 1], [0.5, 0.9], 0.13, id="brier, all churned"),
        pytest.param("log_loss", [1, 0], [0.8, 0.4], -(math.log(0.8) + math.log(0.6)) / 2, id="log loss"),
        pytest.param("log_loss", [1], [0.0], -math.log(np.finfo(float).eps), id="certain and wrong"),
        # Bins .6 (one of two churned, forecast .65) and .9 (both churned, forecast .95).
        pytest.param("ece", [1, 0, 1, 1], [0.65, 0.65, 0.95, 0.95], 0.1, id="ece"),
        # .3 belongs to [.3, .4): its bin holds .3 and .38, mean .34, rate .5; [.2, .3) holds .28, rate 0.
        pytest.param("ece", [1, 0, 0], [0.3, 0.38, 0.28], (2 * 0.16 + 0.28) / 3, id="ece, bin edges"),
        pytest.param("ece", [1, 0], [1.0, 0.0], 0.0, id="ece, 1 is in the last bin"),
        # Twenty customers, base rate .2; both of the top two churned.
        pytest.param("lift", [1] * 4 + [0] * 16, list(np.linspace(1, 0, 20)), 5.0, id="lift"),
        # One place, two customers tie for it and one of them churned: half a catch at base rate .1.
        pytest.param("lift", [1] + [0] * 9, [0.9, 0.9] + [0.1] * 8, 5.0, id="lift, tie at the edge"),
        pytest.param("lift", [1, 0, 0], [0.5, 0.5, 0.5], 1.0, id="lift, all alike"),
    ],
)
def test_value_worked_out_by_hand(metric: str, churned: list[int], probability: list[float], value: float) -> None:
    assert getattr(classification, metric)(churned, probability) == pytest.approx(value)


@pytest.mark.parametrize(
    ("churned", "undefined"),
    [
        pytest.param([False] * 3, {"auc", "average_precision", "lift_at_10"}, id="nobody churned"),
        pytest.param([True] * 3, {"auc"}, id="all churned"),
        pytest.param([True], {"auc"}, id="one customer"),
    ],
)
def test_one_class_has_no_auc_and_no_crash(churned: list[bool], undefined: set[str]) -> None:
    result = classification.churn_metrics(churned, [0.2, 0.5, 0.9][: len(churned)])
    assert {name for name, value in result.items() if math.isnan(value)} == undefined


@pytest.mark.parametrize(
    ("churned", "probability", "message"),
    [
        pytest.param([], [], "no customer", id="no rows"),
        pytest.param([True, False], [0.5], "one length", id="lengths differ"),
        pytest.param([[True]], [[0.5]], "one-dimensional", id="two dimensions"),
        pytest.param([True, False], [0.5, 1.2], r"\[0, 1\]", id="above one"),
        pytest.param([True, False], [0.5, float("nan")], "missing", id="missing probability"),
        pytest.param([1.0, float("nan")], [0.5, 0.5], "churned", id="missing outcome"),
        pytest.param([1, 2], [0.5, 0.5], "churned", id="no outcome"),
    ],
)
def test_what_cannot_be_evaluated(churned: list[object], probability: list[float], message: str) -> None:
    with pytest.raises(DataError, match=message):
        classification.churn_metrics(churned, probability)  # type: ignore[arg-type]


def test_calibration_table_leaves_out_empty_bins() -> None:
    table = classification.calibration_table([1, 0, 1], [0.62, 0.68, 1.0])
    assert table["mean_probability"].to_list() == pytest.approx([0.65, 1.0])
    assert table["churn_rate"].to_list() == [0.5, 1.0]
    assert table["n"].to_list() == [2.0, 1.0]


def test_a_perfect_forecast() -> None:
    result = classification.churn_metrics([1, 0, 0, 0], [1.0, 0.0, 0.0, 0.0])
    expected = {"auc": 1, "average_precision": 1, "brier": 0, "log_loss": 0, "ece": 0}
    assert result == pytest.approx({**expected, "base_rate": 0.25, "lift_at_10": 4.0})


@settings(max_examples=60, deadline=None)
@given(rows=FORECASTS, seed=st.integers(0, 9))
def test_bounds_and_row_order(rows: list[tuple[bool, float]], seed: int) -> None:
    churned, probability = (np.array(column) for column in zip(*rows, strict=True))
    result = classification.churn_metrics(churned, probability)
    assert all(math.isnan(result[name]) or 0.0 <= result[name] <= 1.0 + 1e-12 for name in BOUNDED)
    assert result["log_loss"] >= 0.0
    order = np.random.default_rng(seed).permutation(len(rows))
    shuffled = classification.churn_metrics(churned[order], probability[order])
    assert shuffled == pytest.approx(result, nan_ok=True)


@pytest.mark.parametrize("metric", ["auc", "average_precision", "brier", "log_loss", "ece"])
@settings(max_examples=20, deadline=None)
@given(rows=FORECASTS, data=st.data())
def test_a_weight_counts_a_row_that_often(metric: str, rows: list[tuple[bool, float]], data: st.DataObject) -> None:
    """What the bootstrap relies on: weights and repeated rows are the same thing."""
    churned, probability = (np.array(column) for column in zip(*rows, strict=True))
    times = st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)).filter(any)
    weights = np.array(data.draw(times))
    compute = getattr(classification, metric)
    repeated = compute(np.repeat(churned, weights), np.repeat(probability, weights))
    assert compute(churned, probability, weights) == pytest.approx(repeated, nan_ok=True)
