import numpy as np
import pytest

from regulars.errors import DataError
from regulars.evaluation import pit, survival

CURVE = [0.75, 0.5, 0.25]


def test_a_forecast_that_is_right_is_flat() -> None:
    """Of four, one comes on each day and one never, as the curve says."""
    low, high = pit.stretch([1, 2, 3, 3], [True, True, True, False], [CURVE] * 4)
    assert pit.shares(low, high, bins=4) == pytest.approx(np.full(4, 0.25))
    assert pit.shares(low, high, bins=10) == pytest.approx(np.full(10, 0.1))


def test_the_middle_four_fifths_are_the_coverage() -> None:
    duration, observed = np.array([1, 3, 3, 2]), np.array([True, True, False, True])
    found = pit.shares(*pit.stretch(duration, observed, [CURVE] * 4))
    assert found[1:9].sum() == pytest.approx(survival.coverage(duration, observed, [CURVE] * 4))
    assert found.sum() == pytest.approx(1.0)


def test_a_day_that_had_no_chance_counts_where_it_lies() -> None:
    low, high = pit.stretch([2], [True], [[0.25, 0.25]])
    assert pit.shares(low, high, bins=4).tolist() == [0.0, 0.0, 0.0, 1.0]
    low, high = pit.stretch([1], [True], [[1.0, 0.5]])
    assert pit.shares(low, high, bins=4).tolist() == [1.0, 0.0, 0.0, 0.0]


def test_what_is_no_outcome_is_refused() -> None:
    with pytest.raises(DataError, match=r"1\.\.3"):
        pit.stretch([4], [True], [CURVE])
    with pytest.raises(DataError, match="give one each"):
        pit.stretch([1, 2], [True], [CURVE])
    with pytest.raises(DataError, match="one stretch a customer"):
        pit.shares([], [])
