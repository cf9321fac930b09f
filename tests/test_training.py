"""What models learn from: windows that are over, windows that run, and the customers as they are now."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import config, labels, scale, training
from regulars.ledger import Ledger
from regulars.training import TrainSet
from regulars.windows import Snapshot

AS_OF = dt.date(2023, 9, 1)
PLAN = config.Training(horizon_days=30, n_snapshots=4)


@pytest.fixture(scope="module")
def learned(small_ledger: Ledger) -> TrainSet:
    return training.train_set(small_ledger, AS_OF, PLAN)


def test_the_customers_as_they_are_now_are_among_the_rows(learned: TrainSet, small_ledger: Ledger) -> None:
    until = training.known_until(small_ledger, AS_OF)
    assert learned.features["as_of"].max() == until <= AS_OF
    now = (learned.features["as_of"] == until).to_numpy()
    expected = scale.feature_table(small_ledger, [Snapshot(until, 30)])
    assert_frame_equal(learned.features.filter(pl.Series(now)), expected)
    assert set(learned.duration[now]) == set(learned.days_watched[now]) == set(learned.spend_ahead[now]) == {0}
    assert not learned.observed[now].any()
    assert not learned.complete[now].any()
    assert (learned.duration[~now] >= 1).all()
    assert (learned.days_watched[~now] >= 1).all()


def test_no_row_was_watched_past_the_cut(learned: TrainSet, small_ledger: Ledger) -> None:
    until = training.known_until(small_ledger, AS_OF)
    watched_to = learned.features["as_of"] + pl.Series(learned.days_watched) * pl.duration(days=1)
    assert (learned.features.select(end=watched_to)["end"] <= until).all()
    assert (learned.duration <= learned.days_watched).all()
    over = learned.days_watched == PLAN.horizon_days
    assert over[learned.complete].all()


def test_spend_is_that_of_the_days_watched(learned: TrainSet, small_ledger: Ledger) -> None:
    until = training.known_until(small_ledger, AS_OF)
    day = learned.features["as_of"].unique().sort()[-2]
    rows = (learned.features["as_of"] == day).to_numpy()
    lines = small_ledger.transactions(before=until)
    truth = labels.spend(lines, [Snapshot(day, 30)], observed_until=until)
    assert truth["customer_id"].to_list() == learned.features.filter(pl.Series(rows))["customer_id"].to_list()
    np.testing.assert_array_equal(learned.spend_ahead[rows], truth["spend_ahead"].to_numpy())
    assert learned.spend_ahead[rows].any()


def test_each_task_is_fitted_on_what_it_needs(learned: TrainSet, small_ledger: Ledger) -> None:
    found = {}
    for name in ("churn_recency", "timing_btyd", "spend_pace", "replenish_own_gap"):
        spec = config.read_model(name)
        fitted = training.fit(spec, small_ledger, AS_OF, PLAN, 0, learned)
        found[fitted.meta.task] = fitted.meta.horizon_days
    # A pair's curve has a length of its own; what the customer models say reaches as far as they were asked to.
    assert found == {"churn": 30, "timing": 30, "spend": 30, "replenish": 42}
