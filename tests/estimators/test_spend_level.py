"""What the level corrects for, and how far customers lie from what is expected of them."""

import math

import numpy as np
import pytest

from regulars.estimators.spend.level import DOUBT, YEAR, Level
from regulars.estimators.spend.spread import Spread

NOW = 20_000


def level(*missed: tuple[int, float], history: int = 180) -> Level:
    """Return a level that saw (days ago, spent over forecast)."""
    return Level.seen(90, [(NOW - ago, history, math.log(ratio)) for ago, ratio in missed])


def factor(*missed: tuple[int, float], history: int = 180) -> float:
    return float(level(*missed, history=history).factor(np.array([NOW]))[0])


def test_without_evidence_nothing_is_corrected() -> None:
    assert factor() == 1.0
    assert factor((89, 3.0)) == 1.0  # not over yet
    assert factor((YEAR + 91, 3.0)) == 1.0  # too long ago


def test_a_lasting_miss_is_believed_the_longer_it_lasts() -> None:
    assert factor((90, 1.5)) == pytest.approx(1.5 ** (1 / (1 + DOUBT)))
    assert factor((90, 1.5), (270, 1.5)) == pytest.approx(1.5 ** (3 / (3 + DOUBT)))


def test_one_wild_window_moves_little() -> None:
    assert factor((90, 1.0), (120, 10.0), (150, 1.0)) == 1.0


def test_the_season_of_a_year_ago_comes_back() -> None:
    calm = [(90 + 20 * step, 1.0) for step in range(13)]
    assert factor(*calm, (YEAR, 1.4)) == pytest.approx(1.4 ** (1 / 2))
    assert factor(*calm, (YEAR - 20, 1.4), (YEAR + 20, 1.0)) == pytest.approx(1.4 ** (1 / 4))
    assert factor(*calm, (YEAR - 21, 1.4)) == 1.0


def test_a_season_seen_by_a_young_shop_is_believed_less() -> None:
    calm = [(90 + 20 * step, 1.0) for step in range(13)]
    assert factor(*calm, (YEAR, 1.4), history=90) == pytest.approx(1.4 ** (1 / 3))
    assert factor(*calm, (YEAR, 1.4), history=720) == pytest.approx(1.4 ** (4 / 5))


def test_a_season_is_not_taken_for_a_lasting_miss() -> None:
    """The shop is old enough to look a year back, and the train windows do not."""
    assert factor((90, 1.5), (270, 1.5), history=YEAR) == 1.0
    assert factor((90, 1.5), (270, 1.5), history=YEAR - 270) > 1.0


def test_the_lasting_part_is_the_factor_without_the_season() -> None:
    calm = [(90 + 20 * step, 1.2) for step in range(13)]
    assert level(*calm).lasting(NOW) == pytest.approx(factor(*calm))
    found = level(*calm, (YEAR, 1.8))
    horizons = 1 + (YEAR - 90) / 90
    assert found.lasting(NOW) == pytest.approx(1.2 ** (horizons / (horizons + DOUBT)))
    assert factor(*calm, (YEAR, 1.8)) == pytest.approx(found.lasting(NOW) * (1.8 / 1.2) ** (1 / 2))
    assert level().lasting(NOW) == 1.0
    assert level((90, 1.5), (270, 1.5), history=YEAR).lasting(NOW) == 1.0


def test_each_row_gets_the_level_of_its_own_day() -> None:
    found = level((90, 1.5), (270, 1.5)).factor(np.array([NOW, NOW - 181, NOW]))
    assert found[0] == found[2] > 1
    assert found[1] == 1.0
    assert len(level().factor(np.array([], np.int64))) == 0


def test_a_level_is_kept_as_it_is() -> None:
    known = level((90, 1.5), (270, 0.5))
    assert Level.of(known.state()) == known


def test_quantiles_of_the_ratio() -> None:
    expected = np.full(1000, 200.0)
    spread = Spread.fit(expected, np.arange(1000) * 1.0)
    low, high = spread.interval(np.array([200.0, 400.0]), 0.8)
    np.testing.assert_allclose([low, high], [[99, 198], [899, 1798]])
    assert spread.nothing.tolist() == [0.001]


def test_groups_are_cut_by_what_is_expected() -> None:
    expected = np.repeat([0.0, 100.0], 1000)
    actual = np.where(expected > 0, np.tile([50.0, 150.0], 1000), 0.0)
    spread = Spread.fit(expected, actual)
    low, high = spread.interval(np.array([0.0, 50.0, 100.0, 1000.0]), 0.8)
    assert low[0] == high[0] == 0
    np.testing.assert_allclose([low[1:], high[1:]], [[25, 50, 500], [75, 150, 1500]])
    assert spread.nothing[spread.group(np.array([0.0, 50.0, 100.0]))].tolist() == [1, 0, 0]


def test_a_few_rows_are_one_group() -> None:
    spread = Spread.fit(np.array([1.0, 500.0]), np.array([0.0, 500.0]))
    assert len(spread.edges) == 0
    assert spread.quantiles.shape == (1, 99)


def test_it_covers_what_it_says_of_new_customers() -> None:
    rng = np.random.default_rng(1)
    expected = rng.lognormal(5, 1, 40_000)
    actual = np.where(rng.random(40_000) < 0.3, 0.0, expected * rng.gamma(2, 1 / 1.4, 40_000))
    spread = Spread.fit(expected[:20_000], actual[:20_000])
    low, high = spread.interval(expected[20_000:], 0.5)  # from a quarter, where it is 0, to three quarters
    assert (low == 0).all()
    assert np.mean(actual[20_000:] <= high) == pytest.approx(0.75, abs=0.01)
