"""A forecast of train customers that never saw them."""

import datetime as dt
import json

import numpy as np
import polars as pl

from regulars.estimators.crossfit import N_FOLDS, CrossFit, fold_of
from tests.contracts import HORIZON, rows


def _now() -> pl.DataFrame:
    table = rows().features
    return table.filter(pl.col("as_of") == table["as_of"].max())


def test_all_rows_of_a_customer_are_in_one_fold_and_folds_are_alike_in_size() -> None:
    ids = pl.Series([f"C{number % 1000}" for number in range(3000)])
    fold = fold_of(ids, 5)
    assert fold[:1000].tolist() == fold[1000:2000].tolist() == fold[2000:].tolist()
    assert np.bincount(fold[:1000], minlength=5).min() > 150
    assert (fold_of(ids, 5, "other") != fold).any()


def test_what_a_customer_does_later_does_not_change_their_own_curve() -> None:
    now = _now()
    forecast = CrossFit.fit(now)
    moved = now.with_columns(frequency=pl.col("frequency") * 3)
    fold = pl.Series(fold_of(now["customer_id"], N_FOLDS))
    for number in range(N_FOLDS):
        # As if the customers of one fold had bought three times as often: only the others' curves may notice.
        other = CrossFit.fit(pl.concat([now.filter(fold != number), moved.filter(fold == number)]))
        inside, outside = now.filter(fold == number), now.filter(fold != number)
        np.testing.assert_array_equal(other.out_of_fold(inside, HORIZON), forecast.out_of_fold(inside, HORIZON))
        assert (other.out_of_fold(outside, HORIZON) != forecast.out_of_fold(outside, HORIZON)).any()


def test_it_is_fitted_on_the_latest_rows_alone() -> None:
    table, now = rows().features, _now()
    assert CrossFit.fit(table) == CrossFit.fit(now)
    later = now.with_columns(as_of=pl.lit(dt.date(2030, 1, 1)), frequency=pl.col("frequency") * 2)
    assert CrossFit.fit(pl.concat([table, later])) == CrossFit.fit(later)


def test_it_is_kept_as_text() -> None:
    forecast, asked = CrossFit.fit(_now()), rows().asked
    kept = CrossFit.of_state(json.loads(json.dumps(forecast.state())))
    np.testing.assert_array_equal(kept.survival(asked, HORIZON), forecast.survival(asked, HORIZON))


def test_a_shop_without_repeat_buyers_has_no_forecast() -> None:
    once = _now().with_columns(frequency=pl.lit(0.0), recency=pl.col("tenure"))
    forecast = CrossFit.fit(once)
    assert forecast.state() is None
    assert CrossFit.of_state(None).whole is None
    assert np.isnan(forecast.survival(once, HORIZON)).all()
    assert np.isnan(forecast.out_of_fold(once, HORIZON)).all()
