import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import ConfigError, DataError
from regulars.evaluation import classification
from regulars.evaluation.intervals import (
    FloatArray,
    Interval,
    Metric,
    bootstrap,
    mean_of,
    mean_over,
    of_draws,
    over_snapshots,
    paired_difference,
    resamples,
    spread,
)

VALUES = st.lists(st.floats(-100.0, 100.0), min_size=1, max_size=40)


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_rows_of_a_customer_are_drawn_together() -> None:
    customers = ["C1", "C2", "C3", "C1", "C2", "C3", "C1"]
    for weights in resamples(customers, 20, rng()):
        assert weights[0] == weights[3] == weights[6]
        assert weights[1] == weights[4]
        assert weights[:3].sum() == 3.0, "as many customers are drawn as there are"


def test_clusters_widen_the_interval() -> None:
    """Four copies of each customer's row hold no more evidence than one."""
    values, customers = rng(1).normal(size=50), np.arange(50)
    once = bootstrap(mean_of(values), customers, rng())
    copied = bootstrap(mean_of(np.tile(values, 4)), np.tile(customers, 4), rng())
    assert copied.low == pytest.approx(once.low)
    assert copied.high == pytest.approx(once.high)


def test_interval_of_a_mean_is_the_textbook_one() -> None:
    values = rng(2).normal(loc=3.0, scale=2.0, size=400)
    interval = bootstrap(mean_of(values), np.arange(400), rng(), n_resamples=2000)
    half = 1.96 * values.std() / math.sqrt(400)
    assert interval.value == pytest.approx(values.mean())
    assert interval.low == pytest.approx(values.mean() - half, abs=0.15 * half)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.15 * half)


def test_pairing_removes_what_both_share() -> None:
    """Customers differ a lot, the candidates by a constant: the difference is certain."""
    values = rng(3).normal(scale=50.0, size=30)
    interval = paired_difference(mean_of(values + 0.5), mean_of(values), np.arange(30), rng())
    assert (interval.value, interval.low, interval.high) == pytest.approx((0.5, 0.5, 0.5))
    assert interval.excludes_zero


@pytest.mark.parametrize(
    ("low", "high", "clear"), [(0.1, 0.2, True), (-0.2, -0.1, True), (-0.1, 0.1, False), (0.0, 0.1, False)]
)
def test_excludes_zero(low: float, high: float, clear: bool) -> None:
    assert Interval(0.05, low, high).excludes_zero is clear


def test_an_undefined_interval_excludes_nothing() -> None:
    interval = bootstrap(mean_of([math.nan, math.nan]), ["C1", "C2"], rng(), n_resamples=5)
    assert [math.isnan(bound) for bound in (interval.value, interval.low, interval.high)] == [True] * 3
    assert not interval.excludes_zero


def test_resamples_without_a_value_do_not_count() -> None:
    """The AUC of two customers exists only where both were drawn."""
    interval = bootstrap(lambda weights: classification.auc([True, False], [0.9, 0.1], weights), ["C1", "C2"], rng())
    assert interval == Interval(1.0, 1.0, 1.0)


def test_mean_of_leaves_out_rows_without_a_value() -> None:
    metric = mean_of([1.0, math.nan, 4.0])
    assert metric(np.array([1.0, 5.0, 2.0])) == pytest.approx(3.0)
    assert math.isnan(metric(np.array([0.0, 1.0, 0.0])))


def test_mean_over_groups_gives_each_snapshot_the_same_say() -> None:
    values = np.array([1.0, 1.0, 1.0, 5.0, math.nan])
    metric = mean_over(
        ["2017-07-01"] * 3 + ["2017-08-01", "2017-09-01"],
        lambda rows, weights: mean_of(values[rows])(weights),
    )
    assert metric(np.ones(5)) == pytest.approx(3.0)
    assert metric(np.array([1.0, 0.0, 0.0, 0.0, 1.0])) == pytest.approx(1.0)
    assert math.isnan(metric(np.zeros(5)))


def test_difference_of_aucs_of_several_snapshots() -> None:
    """A forecast that knows more is clearly better; against itself there is no difference."""
    source = rng(4)
    customers, as_of = np.tile(np.arange(150), 3), np.repeat([0, 1, 2], 150)
    churned = source.random(450) < 0.4
    good, poor = (np.clip(share * churned + 0.5 * source.random(450), 0, 1) for share in (0.4, 0.1))

    def auc_of(probability: FloatArray) -> Metric:
        return mean_over(as_of, lambda rows, w: classification.auc(churned[rows], probability[rows], w))

    first, second = auc_of(good), auc_of(poor)
    better = paired_difference(first, second, customers, rng(), n_resamples=60)
    assert better.low > 0.05
    assert better.low <= better.value <= better.high
    same = paired_difference(first, first, customers, rng(), n_resamples=10)
    assert same == Interval(0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([1.0, 2.0, 3.0], (2.0, 1.0, 1.0, 3.0), id="three snapshots"),
        pytest.param([0.5], (0.5, math.nan, 0.5, 0.5), id="one snapshot has no spread"),
        pytest.param([1.0, math.nan, 3.0], (2.0, math.sqrt(2.0), 1.0, 3.0), id="one undefined"),
        pytest.param([], (math.nan,) * 4, id="none"),
        pytest.param([math.nan], (math.nan,) * 4, id="none defined"),
    ],
)
def test_spread(values: list[float], expected: tuple[float, ...]) -> None:
    result = spread(values)
    assert (result.mean, result.sd, result.min, result.max) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("n_resamples", "level", "message"), [(0, 0.95, "resample"), (10, 95, "level"), (10, 0.0, "level")]
)
def test_options_out_of_range(n_resamples: int, level: float, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        bootstrap(mean_of([1.0]), ["C1"], rng(), n_resamples=n_resamples, level=level)


def test_nobody_to_resample() -> None:
    with pytest.raises(DataError, match="no customer"):
        bootstrap(mean_of([]), [], rng())


@settings(max_examples=40, deadline=None)
@given(values=VALUES, seed=st.integers(0, 99))
def test_bounds_lie_within_the_values_and_repeat(values: list[float], seed: int) -> None:
    customers = np.arange(len(values))
    interval = bootstrap(mean_of(values), customers, rng(seed), n_resamples=30)
    assert min(values) - 1e-9 <= interval.low <= interval.high <= max(values) + 1e-9
    assert interval == bootstrap(mean_of(values), customers, rng(seed), n_resamples=30)


def test_over_snapshots_needs_three_and_leaves_out_what_has_no_value() -> None:
    two = over_snapshots([1.0, 3.0, math.nan])
    assert (two.value, math.isnan(two.low), math.isnan(two.high)) == (2.0, True, True)
    three = over_snapshots([1.0, 2.0, math.nan, 3.0])
    assert three == over_snapshots([1.0, 2.0, 3.0])
    # t(0.975, 2 degrees of freedom) = 4.3027, a standard error of 1 / sqrt(3).
    assert three.high - three.value == pytest.approx(4.3027 / math.sqrt(3.0), abs=1e-4)
    assert over_snapshots([1.0, 2.0, 3.0], level=0.5).high < three.high
    assert math.isnan(over_snapshots([]).value)


def test_draws_without_value_do_not_count() -> None:
    assert of_draws(1.0, np.array([math.nan, 0.0, 2.0]), level=0.5) == Interval(1.0, 0.5, 1.5)
    assert math.isnan(of_draws(1.0, np.array([math.nan])).low)
    for call in (lambda: of_draws(1.0, np.zeros(2), level=1.0), lambda: over_snapshots([1.0], level=0.0)):
        with pytest.raises(ConfigError, match="inside"):
            call()
