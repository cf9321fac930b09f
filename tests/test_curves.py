import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from regulars import curves
from regulars.errors import ConfigError, DataError

HAZARDS = npst.arrays(
    np.float64,
    st.tuples(st.integers(1, 8), st.integers(1, 12)),
    elements=st.floats(0.0, 1.0),
)


def survival_of(hazards: np.ndarray) -> np.ndarray:
    return np.cumprod(1.0 - hazards, axis=1)


@pytest.mark.parametrize(
    ("curve", "q", "day"),
    [
        pytest.param([0.9, 0.5, 0.2], 0.5, 2, id="reached exactly"),
        pytest.param([0.9, 0.6, 0.4], 0.5, 3, id="first day past it"),
        pytest.param([0.4, 0.3, 0.2], 0.5, 1, id="on the day of as_of"),
        pytest.param([0.9, 0.8, 0.7], 0.5, 4, id="beyond the horizon is H + 1"),
        pytest.param([0.9, 0.5, 0.1], 0.1, 1, id="1 - 0.9 is below 0.1 in floats"),
        pytest.param([0.9, 0.5, 0.1], 0.9, 3, id="1 - 0.1 against 0.9"),
        pytest.param([1.0, 0.0, 0.0], 0.999, 2, id="certain day"),
    ],
)
def test_quantile_days(curve: list[float], q: float, day: int) -> None:
    assert curves.quantile_days([curve], q).tolist() == [day]


def test_probability_within_reads_the_named_day() -> None:
    survival = [[0.75, 0.5, 0.25], [1.0, 1.0, 0.0]]
    assert curves.probability_within(survival, 1).tolist() == [0.25, 0.0]
    assert curves.probability_within(survival, 3).tolist() == [0.75, 1.0]


def test_expected_days_of_certain_curves() -> None:
    """A purchase certain on day t has mean t; one certain not to come counts as H + 1."""
    survival = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    assert curves.expected_days(survival).tolist() == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("survival", "message"),
    [
        pytest.param([0.9, 0.8], "shape", id="one-dimensional"),
        pytest.param(np.empty((2, 0)), "shape", id="no day"),
        pytest.param([[1.1, 0.9]], r"\[0, 1\]", id="above one"),
        pytest.param([[0.5, -0.1]], r"\[0, 1\]", id="below zero"),
        pytest.param([[0.5, np.nan]], "missing", id="missing value"),
        pytest.param([[0.5, 0.6]], "rise", id="rising"),
    ],
)
def test_what_is_no_survival_curve(survival: list[list[float]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        curves.validated(survival)


@pytest.mark.parametrize("q", [0.0, 1.0, -0.1, float("nan")])
def test_quantile_outside_of_zero_and_one(q: float) -> None:
    with pytest.raises(ConfigError, match="quantile"):
        curves.quantile_days([[0.5]], q)


@pytest.mark.parametrize("days", [0, -1, 3])
def test_probability_beyond_the_curve(days: int) -> None:
    with pytest.raises(ConfigError, match=r"1\.\.2 days"):
        curves.probability_within([[0.5, 0.4]], days)


def test_reconcile_scales_the_hazard() -> None:
    """S = .9, .72 has cumulative hazards -log .9 and -log .72; the end .72 ** 2 doubles both."""
    assert curves.reconcile([[0.9, 0.72]], [0.72**2]) == pytest.approx(np.array([[0.81, 0.5184]]))


@pytest.mark.parametrize(
    ("curve", "end", "expected"),
    [
        pytest.param([1.0, 1.0], 0.25, [0.5, 0.25], id="no shape: spread evenly"),
        pytest.param([1.0, 1.0], 1.0, [1.0, 1.0], id="nothing to change"),
        pytest.param([0.5, 0.25], 1.0, [1.0, 1.0], id="surely gone"),
        pytest.param([0.5, 0.25], 0.0, [1e-6, 1e-12], id="surely back, kept off zero"),
        pytest.param([1.0, 0.0], 0.5, [1.0, 0.5], id="the curve ends at zero"),
    ],
)
def test_reconcile_at_the_edges(curve: list[float], end: float, expected: list[float]) -> None:
    assert curves.reconcile([curve], [end])[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("end", [[0.5, 0.5], [1.5], [np.nan], 0.5])
def test_reconcile_needs_one_probability_per_curve(end: object) -> None:
    with pytest.raises(DataError, match="one probability"):
        curves.reconcile([[0.9, 0.8]], end)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(hazards=HAZARDS, data=st.data())
def test_reconciled_curves_are_curves_that_end_where_told(hazards: np.ndarray, data: st.DataObject) -> None:
    survival = survival_of(hazards)
    end = data.draw(npst.arrays(np.float64, len(survival), elements=st.floats(1e-9, 1.0)))
    before = survival.copy()
    result = curves.reconcile(survival, end)
    assert result[:, -1] == pytest.approx(end)
    assert np.all(np.diff(result, axis=1) <= 0.0)
    assert np.all((result >= 0.0) & (result <= 1.0))
    assert np.array_equal(survival, before), "the caller's curves were changed"


@settings(max_examples=60, deadline=None)
@given(hazards=HAZARDS)
def test_quantiles_are_ordered_and_agree_with_the_curve(hazards: np.ndarray) -> None:
    survival = survival_of(hazards)
    low, middle, high = (curves.quantile_days(survival, q) for q in (0.1, 0.5, 0.9))
    assert np.all((low >= 1) & (low <= middle) & (middle <= high) & (high <= survival.shape[1] + 1))
    for row, day in enumerate(middle):
        assert np.all(survival[row, : day - 1] > 0.5)
