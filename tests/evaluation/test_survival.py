import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from regulars.errors import ConfigError, DataError
from regulars.evaluation import survival

HORIZON = 6
METRICS = ("crps", "c_index", "coverage", "mae_days")


@st.composite
def outcomes(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw duration, observed and survival of a complete window."""
    n = draw(st.integers(1, 12))
    day = draw(npst.arrays(np.int64, n, elements=st.integers(1, HORIZON + 3)))
    hazards = draw(npst.arrays(np.float64, (n, HORIZON), elements=st.floats(0.0, 1.0)))
    return np.minimum(day, HORIZON), day <= HORIZON, np.cumprod(1.0 - hazards, axis=1)


def certain(duration: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return the curves that put all probability on what happened."""
    day = np.where(observed, duration, HORIZON + 1)
    return (day[:, None] > np.arange(1, HORIZON + 1)).astype(np.float64)


@pytest.mark.parametrize(
    ("duration", "observed", "curve", "value"),
    [
        pytest.param(2, True, [1.0, 0.0, 0.0], 0.0, id="certain and right"),
        pytest.param(1, True, [1.0, 1.0, 0.0], 2.0, id="certain, two days late"),
        pytest.param(3, True, [0.0, 0.0, 0.0], 2.0, id="certain, two days early"),
        pytest.param(2, True, [0.8, 0.5, 0.1], 0.04 + 0.25 + 0.01, id="bought on day 2"),
        pytest.param(3, False, [0.8, 0.5, 0.1], 0.04 + 0.25 + 0.81, id="not bought by day 3"),
        pytest.param(3, True, [0.8, 0.5, 0.1], 0.04 + 0.25 + 0.01, id="bought on the last day"),
    ],
)
def test_crps_worked_out_by_hand(duration: int, observed: bool, curve: list[float], value: float) -> None:
    assert survival.crps([duration], [observed], [curve]) == pytest.approx(value)


@pytest.mark.parametrize(
    ("duration", "observed", "curve", "share"),
    [
        # F = .5, .75: u is uniform on [0, .5], of which [.1, .5] is inside.
        pytest.param(1, True, [0.5, 0.25], 0.8, id="first day"),
        pytest.param(2, True, [0.5, 0.25], 1.0, id="inside"),
        # u is uniform on [.75, 1]: .15 of .25 inside.
        pytest.param(2, False, [0.5, 0.25], 0.6, id="censored at the end"),
        pytest.param(1, False, [0.5, 0.25], 0.8, id="censored early: [.5, 1]"),
        pytest.param(1, True, [0.95, 0.95], 0.0, id="bought on a day thought unlikely"),
        pytest.param(2, False, [0.5, 0.05], 0.0, id="away though thought back"),
        pytest.param(1, True, [0.0, 0.0], 0.8, id="certain: the interval is all of [0, 1]"),
        pytest.param(2, True, [0.5, 0.5], 1.0, id="impossible day in the middle"),
        pytest.param(2, True, [0.0, 0.0], 0.0, id="impossible day at the end"),
    ],
)
def test_coverage_worked_out_by_hand(duration: int, observed: bool, curve: list[float], share: float) -> None:
    assert survival.coverage([duration], [observed], [curve]) == pytest.approx(share)


def test_coverage_of_the_true_distribution_is_the_level() -> None:
    """Sum over all outcomes, each with its probability: exactly the level, whatever the curve."""
    curve = np.array([0.83, 0.41, 0.41, 0.27, 0.05, 0.02])
    outcome = [(day, True) for day in range(1, 7)] + [(6, False)]
    weight = np.append(-np.diff(curve, prepend=1.0), curve[-1])
    for level in (0.5, 0.8, 0.95):
        shares = [survival.coverage([day], [seen], [curve], level) for day, seen in outcome]
        assert np.dot(weight, shares) == pytest.approx(level)


@pytest.mark.parametrize(
    ("duration", "observed", "first_survival", "value"),
    [
        pytest.param([1, 3], [True, True], [0.2, 0.6], 1.0, id="earlier buyer, more at once"),
        pytest.param([1, 3], [True, True], [0.6, 0.2], 0.0, id="upside down"),
        pytest.param([1, 3], [True, True], [0.5, 0.5], 0.5, id="tied forecasts"),
        pytest.param([2, 3], [True, False], [0.2, 0.6], 1.0, id="buyer and non-buyer"),
        pytest.param([3, 3], [True, False], [0.2, 0.6], 1.0, id="bought on the last day"),
        # Comparable: (1, 2), (1, 3), (2, 3); the forecasts .2, .6, .4 put the last two wrong way round.
        pytest.param([1, 2, 3], [True] * 3, [0.2, 0.6, 0.4], 2 / 3, id="one of three wrong"),
        pytest.param([3, 3], [False, False], [0.2, 0.6], math.nan, id="nobody bought"),
        pytest.param([2, 2], [True, True], [0.2, 0.6], math.nan, id="all on one day"),
        pytest.param([3, 1], [True, False], [0.2, 0.6], math.nan, id="censored before the only purchase"),
        pytest.param([2], [True], [0.2], math.nan, id="one customer"),
    ],
)
def test_c_index_worked_out_by_hand(
    duration: list[int], observed: list[bool], first_survival: list[float], value: float
) -> None:
    curves = np.outer(first_survival, [1.0, 0.9, 0.8])
    assert survival.c_index(duration, observed, curves) == pytest.approx(value, nan_ok=True)


def test_median_errors_are_restricted_to_the_horizon() -> None:
    curves = [[0.9, 0.4, 0.1], [0.9, 0.8, 0.7], [0.9, 0.8, 0.7], [0.4, 0.3, 0.2]]
    duration, observed = [3, 1, 3, 3], [True, True, False, False]
    # Medians 2, beyond (3), beyond (3), 1.
    assert survival.median_errors(duration, observed, curves).tolist() == [1.0, 2.0, 0.0, 2.0]
    assert survival.mae_days(duration, observed, curves) == 1.25
    assert survival.mae_days(duration, observed, curves, buyers_only=True) == 1.5
    assert math.isnan(survival.mae_days([3], [False], [[0.9, 0.8, 0.7]], buyers_only=True))


def test_no_purchase_within_counts_the_day_of_as_of_as_the_first() -> None:
    duration, observed = [1, 7, 8, 8], [True, True, True, False]
    assert survival.no_purchase_within(duration, observed, 7).tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("horizon", "days"),
    [(7, {7}), (30, {30}), (42, {30, 42}), (90, {30, 90})],
)
def test_names_of_the_timing_metrics(horizon: int, days: set[int]) -> None:
    curves = np.tile(np.linspace(0.9, 0.1, horizon), (2, 1))
    result = survival.timing_metrics([3, horizon], [True, False], curves)
    always = {"crps", "c_index", "coverage_80", "mae_median", "mae_median_buyers"}
    assert set(result) == always | {f"{name}_{day}" for name in ("auc", "brier") for day in days}


def test_auc_and_brier_read_the_survival_of_their_day() -> None:
    curves = np.ones((2, 42))
    curves[0, 29:] = 0.25
    curves[1, 29:], curves[1, 41] = 0.75, 0.0
    result = survival.timing_metrics([10, 42], [True, False], curves)
    assert result["auc_30"] == 1.0
    assert result["brier_30"] == pytest.approx(0.0625)
    assert result["auc_42"] == 0.0
    assert result["brier_42"] == pytest.approx((0.0625 + 1.0) / 2)


@pytest.mark.parametrize(
    ("duration", "observed", "curves", "message"),
    [
        pytest.param([], [], np.empty((0, 3)), "no customer", id="no rows"),
        pytest.param([1, 2], [True], np.ones((2, 3)), "one length", id="lengths differ"),
        pytest.param([1, 2], [True, True], np.ones((1, 3)), "survival curves", id="a curve missing"),
        pytest.param([0], [True], np.ones((1, 3)), "day of as_of", id="day 0"),
        pytest.param([4], [True], np.ones((1, 3)), "beyond", id="after the horizon"),
        pytest.param([2], [False], np.ones((1, 3)), "censored before the end", id="censored early"),
        pytest.param([2], [True], [[0.5, 0.6, 0.4]], "rise", id="rising curve"),
    ],
)
def test_what_cannot_be_evaluated(duration: list[int], observed: list[bool], curves: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        survival.timing_metrics(duration, observed, curves)


def test_early_censoring_hides_what_happened() -> None:
    with pytest.raises(DataError, match="before day 3"):
        survival.no_purchase_within([2], [False], 3)
    with pytest.raises(DataError, match="censored before the end"):
        survival.median_errors([2], [False], np.ones((1, 3)))


def test_level_of_coverage_lies_inside_zero_and_one() -> None:
    with pytest.raises(ConfigError, match="level"):
        survival.coverage([1], [True], [[0.5]], level=80)


@settings(max_examples=60, deadline=None)
@given(case=outcomes(), seed=st.integers(0, 9))
def test_bounds_and_row_order(case: tuple[np.ndarray, np.ndarray, np.ndarray], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(case[0]))
    for name, most in zip(METRICS, (HORIZON, 1.0, 1.0, HORIZON - 1), strict=True):
        metric = getattr(survival, name)
        value = metric(*case)
        assert math.isnan(value) or 0.0 <= value <= most + 1e-9
        assert metric(*(array[order] for array in case)) == pytest.approx(value, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(case=outcomes())
def test_a_perfect_forecast(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    duration, observed, curves = case
    perfect = certain(duration, observed)
    assert survival.crps(duration, observed, perfect) == 0.0
    assert survival.mae_days(duration, observed, perfect) == 0.0
    concordance = survival.c_index(duration, observed, perfect)
    assert math.isnan(concordance) or concordance == 1.0
    assert survival.coverage(duration, observed, perfect) == pytest.approx(0.8)
    assert survival.crps(duration, observed, curves) >= 0.0
