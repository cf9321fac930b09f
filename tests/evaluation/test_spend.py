import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from regulars.errors import ConfigError, DataError
from regulars.evaluation import spend

AMOUNTS = st.integers(-500, 5000)
FORECASTS = st.lists(st.tuples(AMOUNTS, st.integers(0, 5000), st.integers(0, 3)), min_size=2, max_size=40)
METRICS = (spend.spearman, spend.gini, spend.capture, spend.aggregate_error, spend.mean_absolute_error)


@pytest.mark.parametrize(
    ("metric", "actual", "expected", "value"),
    [
        pytest.param("spearman", [0, 10, 20], [1, 2, 3], 1.0, id="spearman"),
        pytest.param("spearman", [0, 10, 20], [3, 2, 1], -1.0, id="spearman, upside down"),
        # Ranks 1.5, 1.5, 3 and 1, 2, 3: covariance 1.5 over sqrt(1.5 * 2).
        pytest.param("spearman", [0, 0, 20], [1, 2, 3], 1.5 / math.sqrt(3), id="spearman, tie"),
        # Points (0, 0), (1/4, 3/4), (1/2, 1), ...: 3/32 + 7/32 + 1/4 + 1/4 - 1/2 = 5/16 is the best there is;
        # the other way round for the first two: 1/32 + 5/32 + 1/2 - 1/2 = 3/16.
        pytest.param("gini", [30, 10, 0, 0], [9, 8, 2, 1], 1.0, id="gini"),
        pytest.param("gini", [30, 10, 0, 0], [8, 9, 2, 1], 3 / 5, id="gini, two swapped"),
        pytest.param("gini", [30, 10, 0, 0], [8, 8, 2, 1], 4 / 5, id="gini, tie is half of both"),
        pytest.param("gini", [30, 10, 0, 0], [5, 5, 5, 5], 0.0, id="gini, all alike"),
        pytest.param("gini", [30, 10, 0, 0], [1, 2, 8, 9], -1.0, id="gini, upside down"),
        pytest.param("capture", [60] + [0] * 9 + [20] * 2 + [0] * 8, list(range(20, 0, -1)), 0.6, id="capture"),
        # A tenth of five is half a customer, the one who tops the list.
        pytest.param("capture", [40, 30, 30, 0, 0], [9, 8, 7, 6, 5], 0.2, id="capture, part of a customer"),
        pytest.param("capture", [40, 0] + [5] * 8, [9, 9] + [1] * 8, 0.25, id="capture, tie at the edge"),
        pytest.param("aggregate_error", [100, 0], [90, 60], 0.5, id="half too much"),
        pytest.param("aggregate_error", [150, -50], [50, 0], -0.5, id="returns count against"),
        pytest.param("mean_absolute_error", [100, -20], [90, 10], 20.0, id="mae"),
    ],
)
def test_value_worked_out_by_hand(metric: str, actual: list[int], expected: list[int], value: float) -> None:
    assert getattr(spend, metric)(actual, expected) == pytest.approx(value)


def test_an_interval_that_holds_all_zeros_covers_its_share_of_them() -> None:
    actual, zero = [0, 0, 0, 0, 30], np.zeros(5)
    assert spend.coverage(actual, zero, zero) == pytest.approx(0.8)
    assert spend.coverage(actual, zero, zero, [0.8] * 5) == pytest.approx(0.8 * 0.7 / 0.8)
    assert spend.coverage(actual, zero, zero + 40, [0.8] * 5) == pytest.approx(0.8 * 0.7 / 0.8 + 0.2)
    # Who was all but sure to spend lies in the lowest tenth when nothing is spent.
    assert spend.coverage(actual, zero, zero + 40, [0.05] * 5) == pytest.approx(0.2)
    assert spend.coverage(actual, zero, zero + 40, [0.0] * 5) == pytest.approx(0.2)


def test_a_calibrated_forecast_covers_its_level() -> None:
    rng = np.random.default_rng(5)
    chance = rng.uniform(0, 1, 20_000)
    spent = np.where(rng.random(20_000) < chance, 0.0, rng.exponential(100, 20_000))

    def quantile(share: float) -> np.ndarray:
        beyond = np.maximum(share - chance, 0) / (1 - chance)
        return -100 * np.log1p(-beyond)

    for level in (0.5, 0.8):
        low, high = quantile((1 - level) / 2), quantile((1 + level) / 2)
        assert spend.coverage(spent, low, high, chance, level=level) == pytest.approx(level, abs=0.01)


def test_returns_may_leave_less_than_nothing() -> None:
    assert spend.coverage([-20, -5], [-10, -10], [0, 0], [0.5, 0.5]) == 0.5
    assert spend.coverage([-20], [-30], [-10]) == 1.0


@pytest.mark.parametrize(
    ("actual", "undefined"),
    [
        pytest.param([0, 0, 0], {"spearman", "gini", "capture_at_10", "aggregate_error"}, id="nobody spent"),
        pytest.param([-5, 0, 3], {"gini", "capture_at_10", "aggregate_error"}, id="more came back than was sold"),
        pytest.param([4, 4, 4], {"spearman", "gini"}, id="all the same"),
        pytest.param([4], {"spearman", "gini"}, id="one customer"),
    ],
)
def test_what_cannot_be_said_is_nan(actual: list[int], undefined: set[str]) -> None:
    n = len(actual)
    result = spend.spend_metrics(actual, [1, 2, 3][:n], [0] * n, [9] * n, [0.5] * n)
    assert {name for name, value in result.items() if math.isnan(value)} == undefined


@pytest.mark.parametrize(
    ("actual", "expected", "message"),
    [
        pytest.param([], [], "no customer to evaluate", id="empty"),
        pytest.param([1, 2], [1], "of one length", id="lengths"),
        pytest.param([[1]], [[1]], "one-dimensional", id="shape"),
        pytest.param([1, float("nan")], [1, 2], "actual must be a number", id="nan actual"),
        pytest.param([1, 2], [1, float("inf")], "expected must be a number", id="infinite forecast"),
        pytest.param([1, 2], [1, -1], "must not be negative", id="negative forecast"),
    ],
)
def test_what_is_no_forecast_is_refused(actual: list[float], expected: list[float], message: str) -> None:
    for metric in METRICS:
        with pytest.raises(DataError, match=message):
            metric(actual, expected)


def test_what_is_no_interval_is_refused() -> None:
    with pytest.raises(DataError, match="low"):
        spend.coverage([1, 2], [0], [3, 3])
    with pytest.raises(DataError, match="nothing must lie in"):
        spend.coverage([1], [0], [3], [1.5])
    with pytest.raises(ConfigError, match="level"):
        spend.coverage([1], [0], [3], level=1.0)


@given(FORECASTS)
@settings(max_examples=60)
def test_a_weight_is_so_many_rows(rows: list[tuple[int, int, int]]) -> None:
    actual, expected, weight = (np.array(column) for column in zip(*rows, strict=True))
    if not weight.any():
        weight = weight + 1
    many = np.repeat(np.arange(len(rows)), weight)
    low, high, nothing = expected * 0.5, expected * 2.0, 1 / (1.0 + expected)
    for metric in METRICS:
        alone = metric(actual[many], expected[many])
        assert metric(actual, expected, weight) == pytest.approx(alone, nan_ok=True)
    alone = spend.coverage(actual[many], low[many], high[many], nothing[many])
    assert spend.coverage(actual, low, high, nothing, weight) == pytest.approx(alone)


@given(FORECASTS)
@settings(max_examples=60)
def test_spearman_is_that_of_scipy(rows: list[tuple[int, int, int]]) -> None:
    actual, expected, _ = (np.array(column) for column in zip(*rows, strict=True))
    if np.ptp(actual) > 0 and np.ptp(expected) > 0:
        assert spend.spearman(actual, expected) == pytest.approx(stats.spearmanr(actual, expected).statistic)
    else:
        assert math.isnan(spend.spearman(actual, expected))


@given(FORECASTS, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_row_order_changes_nothing(rows: list[tuple[int, int, int]], rng: object) -> None:
    mixed = list(rows)
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    for metric in METRICS:
        first, second = (metric(*list(zip(*each, strict=True))[:2]) for each in (rows, mixed))
        assert first == pytest.approx(second, nan_ok=True)
