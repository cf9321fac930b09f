"""What the hazard learns from: which days, which periods, and nothing that only early buyers can be seen in."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from regulars.estimators.periods import Grid
from regulars.estimators.replenishment import training
from regulars.estimators.replenishment.spans import NAMES, Pairs
from regulars.features import repurchase
from regulars.features.repurchase import Population, Units
from tests.estimators.replenishment import shop

GRID = Grid.build(42, 14, 7)


def plan(**changed: int) -> training.Plan:
    numbers = {"horizon_days": 42, "min_purchases": 2, "n_snapshots": 3, "step_days": 9, "max_pairs": 10_000}
    return training.Plan(**numbers | changed, negatives=1.0, fit_pairs=1000, grid=GRID)


def test_days_are_recent_and_have_a_history() -> None:
    found = training.snapshots(dt.date(2024, 1, 1), dt.date(2024, 2, 1), plan(n_snapshots=9))
    assert [day.as_of for day in found] == [dt.date(2024, 1, day) for day in (14, 23)]


def test_days_of_last_year_surround_the_same_date() -> None:
    found = [day.as_of for day in training.snapshots(dt.date(2023, 1, 1), dt.date(2024, 6, 1), plan())]
    same = dt.date(2023, 6, 2)
    around = [same + dt.timedelta(days=9 * step) for step in range(-2, 4)]
    assert found == [*around, dt.date(2024, 5, 5), dt.date(2024, 5, 14), dt.date(2024, 5, 23)]


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    """Two pairs of one customer as of 2024-06-01, a Saturday."""
    lines = shop.lines([("anna", day, item, 1.0) for day in (100, 120, 140) for item in ("tea", "rope")])
    log = repurchase.build(lines, Units.of(None))
    population = Population.of(log, shop.AS_OF)
    rows = repurchase.table(log, population, shop.AS_OF)
    prior = np.exp(-0.1 * np.arange(1, 43))[None, :].repeat(2, axis=0)
    return Pairs.of(rows, population, prior, GRID, None)


def expanded(pairs: Pairs, duration: list[int], observed: list[bool], watched: int) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    rows, bought, weight = pairs.expand(np.array(duration), np.array(observed), watched, 1.0, rng)
    assert weight.tolist() == [1.0] * len(rows)
    return pl.DataFrame(rows, schema=list(NAMES)).with_columns(bought=pl.Series(bought))


def test_a_pair_is_a_row_a_period_until_it_is_bought(pairs: Pairs) -> None:
    found = expanded(pairs, [3, 20], [True, True], 42)
    assert found["day"].to_list() == [1, 2, 3, *range(1, 15), 15]
    assert found["width"].to_list() == [1] * 17 + [7]
    assert found["bought"].to_list() == [0, 0, 1, *[0] * 14, 1]
    assert found["elapsed"].to_list()[:3] == [12, 13, 14]  # day 140 is twelve days before day 152
    assert found["weekday"].to_list()[:3] == [6, 7, 1]
    assert found["weekday"].to_list()[-1] == 0
    np.testing.assert_allclose(found["prior_hazard"].to_numpy(), 1 - np.exp(-0.1), rtol=1e-5)
    assert found["season_sin"].is_nan().all()


def test_a_week_that_was_not_watched_to_its_end_counts_for_nobody(pairs: Pairs) -> None:
    # Who bought on day 16 would be in it, who did not by day 18 would not: the hazard would be one.
    found = expanded(pairs, [16, 18], [True, False], 18)
    assert found["day"].max() == 14
    assert found["bought"].sum() == 0


def test_a_censored_wait_counts_as_far_as_it_was_seen(pairs: Pairs) -> None:
    found = expanded(pairs, [5, 21], [False, False], 21)
    assert found.height == 5 + 15
    assert found["bought"].sum() == 0


def test_fewer_negatives_weigh_more(pairs: Pairs) -> None:
    rng = np.random.default_rng(0)
    wait, never = np.array([42, 42]), np.array([False, False])
    _, bought, weight = pairs.expand(wait, never, 42, 0.25, rng)
    assert set(weight) == {4.0}
    assert 0 < len(bought) < 2 * GRID.n
    assert bought.sum() == 0


def test_customers_are_sampled_down_to_the_pairs_asked_for() -> None:
    lines = shop.transactions().filter(pl.col("purchased_at") < shop.AS_OF)
    units = Units.of(shop.items())
    log = repurchase.build(lines, units)
    few = training.train_set(lines, log, units, shop.AS_OF, plan(max_pairs=60), 0)
    many = training.train_set(lines, log, units, shop.AS_OF, plan(), 0)
    assert few is not None
    assert many is not None
    assert 0 < len(few.rows) < len(many.rows) / 2
    assert not many.season
