"""How much customers will spend: the rule, the probability models, the trees, and their mean."""

import datetime as dt
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import features
from regulars.errors import ConfigError, DataError, NotFittedError
from regulars.estimators.spend import BlendSpend, GammaGammaSpend, PaceSpend, TweedieSpend
from regulars.estimators.spend.purchases import Purchases
from regulars.evaluation import spend as metrics
from regulars.labels import spends
from regulars.windows import Snapshot
from tests import shops

HORIZON = 30
CUT = dt.date(2023, 8, 1)


class Rows(NamedTuple):
    """What a model is fitted on, the customers it is asked about, and what they then spent."""

    features: pl.DataFrame
    spent: npt.NDArray[np.int64]
    watched: npt.NDArray[np.int64]
    asked: pl.DataFrame
    later: npt.NDArray[np.int64]


@functools.cache
def rows() -> Rows:
    """Return whole and unfinished windows of a simulated shop, and its customers at the training cut."""
    shop = shops.simulate()
    snapshots = [Snapshot(CUT, HORIZON).moved(-15 * back) for back in range(6)]
    table = features.table(shop.transactions, features.Side(shop.items), snapshots)
    truth = spends.spend(shop.transactions, snapshots, observed_until=CUT)
    assert_frame_equal(table.select(features.KEYS), truth.select(features.KEYS))
    later = spends.spend(shop.transactions, [Snapshot(CUT, HORIZON)])
    return Rows(
        table,
        truth["spend_ahead"].to_numpy(),
        truth["days_watched"].to_numpy(),
        table.filter(pl.col("as_of") == CUT),
        later["spend_ahead"].to_numpy(),
    )


def thin_shops() -> dict[str, tuple[pl.DataFrame, npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Return train sets that hold next to nothing."""
    known = rows()
    ids = known.features["customer_id"]
    one, two = ((ids.is_in(ids.unique().sort()[:n].implode())).to_numpy() for n in (1, 2))
    once = known.features.with_columns(frequency=pl.lit(0.0), recency=pl.col("tenure"))
    return {
        "one customer": (known.features.filter(one), known.spent[one], known.watched[one]),
        "two customers": (known.features.filter(two), known.spent[two], known.watched[two]),
        "one-time buyers": (once, known.spent, known.watched),
        "only returns ahead": (known.features, -np.abs(known.spent), known.watched),
    }


class SpendContract:
    """What every spend estimator promises."""

    make: Callable[[], Any]
    """Makes an unfitted estimator."""

    def fitted(self) -> Any:
        known = rows()
        return type(self).make().fit(known.features, known.spent, known.watched)

    def answers(self, fitted: Any, asked: pl.DataFrame) -> npt.NDArray[np.float64]:
        """Return all that it says of each row: expected, low, high, nothing."""
        columns = [fitted.predict(asked), *fitted.interval(asked), fitted.nothing(asked)]
        found: npt.NDArray[np.float64] = np.column_stack(columns)
        return found

    def test_fit_returns_itself(self) -> None:
        known, estimator = rows(), type(self).make()
        assert estimator.fit(known.features, known.spent, known.watched) is estimator

    def test_it_says_what_it_is(self) -> None:
        assert type(self).make().source in ("model", "baseline")
        assert type(self).make().learns_from in ("complete", "censored")

    def test_one_answer_a_row(self) -> None:
        found = self.answers(self.fitted(), rows().asked)
        assert found.shape == (rows().asked.height, 4)
        assert found.dtype == np.float64
        assert np.isfinite(found).all()
        expected, low, high, nothing = found.T
        assert (expected >= 0).all()
        assert (low <= high).all()
        assert ((nothing >= 0) & (nothing <= 1)).all()

    def test_inputs_stay_as_they_were(self) -> None:
        known = rows()
        table, spent, watched = known.features.clone(), known.spent.copy(), known.watched.copy()
        self.answers(self.fitted(), known.asked)
        assert_frame_equal(known.features, table)
        np.testing.assert_array_equal(known.spent, spent)
        np.testing.assert_array_equal(known.watched, watched)

    def test_the_order_of_the_asked_does_not_matter(self) -> None:
        fitted, asked = self.fitted(), rows().asked
        order = np.random.default_rng(3).permutation(asked.height)
        np.testing.assert_array_equal(self.answers(fitted, asked[order]), self.answers(fitted, asked)[order])

    def test_no_answer_depends_on_who_else_is_asked(self) -> None:
        fitted, known = self.fitted(), rows()
        asked = pl.concat([known.features[:3], known.asked[:3]])
        alone = np.vstack([self.answers(fitted, asked[[number]]) for number in range(6)])
        np.testing.assert_allclose(alone, self.answers(fitted, asked), rtol=1e-12)

    def test_nobody_asked_nothing_answered(self) -> None:
        assert self.answers(self.fitted(), rows().asked.clear()).shape == (0, 4)

    def test_refitting_agrees_to_the_bit(self) -> None:
        one, other, asked = self.fitted(), self.fitted(), rows().asked
        np.testing.assert_array_equal(self.answers(one, asked), self.answers(other, asked))

    def test_saved_and_loaded_it_answers_the_same(self, tmp_path: Path) -> None:
        fitted, asked = self.fitted(), rows().asked
        fitted.save(tmp_path)
        loaded = type(fitted).load(tmp_path)
        np.testing.assert_array_equal(self.answers(loaded, asked), self.answers(fitted, asked))
        assert {file.suffix for file in tmp_path.iterdir()} <= {".json", ".txt"}

    def test_it_must_be_fitted_first(self, tmp_path: Path) -> None:
        for ask in ("predict", "interval", "nothing"):
            with pytest.raises(NotFittedError, match="has not been fitted; call fit first"):
                getattr(type(self).make(), ask)(rows().asked)
        with pytest.raises(NotFittedError):
            type(self).make().save(tmp_path)

    def test_nothing_to_learn_from(self) -> None:
        known, make = rows(), type(self).make
        with pytest.raises(DataError, match="no train customers"):
            make().fit(known.features.clear(), known.spent[:0], known.watched[:0])
        with pytest.raises(DataError, match="amounts"):
            make().fit(known.features, known.spent[1:], known.watched[1:])
        with pytest.raises(DataError, match="watched for 30 days"):
            make().fit(known.features, known.spent, np.minimum(known.watched, 29))
        with pytest.raises(DataError, match="watched for 30 days"):
            make().fit(known.asked, np.zeros(known.asked.height, np.int64), np.zeros(known.asked.height, np.int64))

    def test_a_wider_interval_holds_a_narrower_one(self) -> None:
        fitted, asked = self.fitted(), rows().asked
        (low, high), (lower, higher) = fitted.interval(asked, 0.5), fitted.interval(asked, 0.9)
        assert (lower <= low).all()
        assert (high <= higher).all()
        assert (higher - lower > high - low).any()
        for level in (0.0, 0.01, 1.0, float("nan")):
            with pytest.raises(ConfigError, match="level of an interval"):
                fitted.interval(asked, level)

    def test_who_spends_more_was_expected_to(self) -> None:
        known = rows()
        found = metrics.spend_metrics(known.later, *self.answers(self.fitted(), known.asked).T)
        assert found["spearman"] > 0.4
        assert found["gini"] > 0.4
        assert abs(found["aggregate_error"]) < 0.35
        assert 0.73 < found["coverage_80"] < 0.87

    @pytest.mark.parametrize("thin", ["one customer", "two customers", "one-time buyers", "only returns ahead"])
    def test_a_thin_shop_gets_an_honest_answer_or_a_clear_error(self, thin: str) -> None:
        table, spent, watched = thin_shops()[thin]
        estimator = type(self).make()
        try:
            estimator.fit(table, spent, watched)
        except DataError:
            return
        found = self.answers(estimator, rows().asked)
        assert np.isfinite(found).all()
        assert (found[:, 0] >= 0).all()


class TestPaceSpend(SpendContract):
    @staticmethod
    def make() -> PaceSpend:
        return PaceSpend(horizon_days=HORIZON)

    def test_a_day_of_the_last_year_times_the_horizon(self) -> None:
        train = pl.DataFrame({"spend_365": [3650.0, 600.0, 300.0, -20.0], "tenure": [500.0, 60.0, 3.0, 9.0]})
        # 10, 10 and 10 a day (the third over a horizon), and nothing for who brought back more than they bought.
        rule = self.make().fit(train, np.array([150, 450, 0, 0]), np.full(4, HORIZON))
        np.testing.assert_allclose(rule.predict(train), [200, 200, 200, 0])  # two thirds of the pace came

    def test_the_fall_back_answers_for_any_shop(self) -> None:
        for thin in thin_shops().values():
            assert np.isfinite(self.answers(self.make().fit(*thin), rows().asked)).all()

    def test_nobody_spent_anything(self) -> None:
        known = rows()
        rule = self.make().fit(known.features, np.zeros_like(known.spent), known.watched)
        assert not self.answers(rule, known.asked)[:, :3].any()
        assert (rule.nothing(known.asked) == 1).all()


class TestGammaGammaSpend(SpendContract):
    @staticmethod
    def make() -> GammaGammaSpend:
        return GammaGammaSpend(horizon_days=HORIZON)

    @pytest.mark.parametrize("repeat", ["BGNBD", "MBGNBD"])
    def test_another_count_of_purchases_says_much_the_same(self, repeat: Any, tmp_path: Path) -> None:
        known = rows()
        other = GammaGammaSpend(HORIZON, repeat).fit(known.features, known.spent, known.watched)
        assert np.corrcoef(other.predict(known.asked), self.fitted().predict(known.asked))[0, 1] > 0.9
        other.save(tmp_path)
        assert GammaGammaSpend.load(tmp_path).repeat == repeat

    def test_only_one_time_buyers(self) -> None:
        known = rows()
        once = known.features.with_columns(frequency=pl.lit(0.0), recency=pl.col("tenure"))
        with pytest.raises(DataError):
            self.make().fit(once, known.spent, known.watched)

    def test_what_was_brought_back_is_not_expected_again(self) -> None:
        fitted, asked = self.fitted(), rows().asked
        kept, returned = (asked.with_columns(refund_share=pl.lit(share)) for share in (0.0, 0.5))
        assert (fitted.predict(returned) < fitted.predict(kept)).all()
        assert np.isfinite(fitted.predict(asked.with_columns(refund_share=pl.lit(3.0)))).all()

    def test_forecasts_that_fell_short_before_are_raised(self) -> None:
        known = rows()
        double = self.make().fit(known.features, known.spent * 2, known.watched)
        ratio = double.predict(known.asked) / self.fitted().predict(known.asked)
        assert (ratio > 1.1).all()
        assert (ratio < 2).all()

    @pytest.mark.parametrize("times", [0.6, 1.0, 1.7])
    def test_the_tails_are_even_where_forecasts_are_off_for_good(self, times: float) -> None:
        """Everybody spends about ``times`` the forecast: the level knows that, and the interval must not once more."""
        known, rng = rows(), np.random.default_rng(11)
        spent = np.zeros(known.features.height)
        as_of = known.features["as_of"]
        for day in as_of.unique():
            then = known.features.filter(as_of == day)
            forecast = Purchases.fit(then, "ParetoNBD").expected(then, HORIZON)
            spent[(as_of == day).to_numpy()] = times * forecast * rng.gamma(8, 1 / 8, then.height)
        fitted = self.make().fit(known.features, spent.astype(np.int64), known.watched)
        now = (as_of == CUT).to_numpy()
        low, high = fitted.interval(known.asked)
        forecast = Purchases.fit(known.asked, "ParetoNBD").expected(known.asked, HORIZON)
        later = times * forecast * rng.gamma(8, 1 / 8, (200, now.sum()))
        assert np.mean(later < low) == pytest.approx(0.1, abs=0.025)
        assert np.mean(later > high) == pytest.approx(0.1, abs=0.025)


class TestTweedieSpend(SpendContract):
    @staticmethod
    def make() -> TweedieSpend:
        return TweedieSpend(horizon_days=HORIZON, rounds=40)

    def test_it_stands_on_the_level_of_the_probability_models(self) -> None:
        known = rows()
        plain = GammaGammaSpend(HORIZON).fit(known.features, known.spent, known.watched)
        assert self.fitted().predict(known.asked).sum() == pytest.approx(plain.predict(known.asked).sum())

    def test_nobody_spent_anything(self) -> None:
        known = rows()
        with pytest.raises(DataError, match="no train customer spent anything"):
            self.make().fit(known.features, np.zeros_like(known.spent), known.watched)


class TestBlendSpend(SpendContract):
    @staticmethod
    def make() -> BlendSpend:
        return BlendSpend(horizon_days=HORIZON, rounds=40)

    def test_it_is_the_weighted_mean_of_both(self) -> None:
        known = rows()
        plain, trees = (
            made.fit(known.features, known.spent, known.watched).predict(known.asked)
            for made in (GammaGammaSpend(HORIZON), TestTweedieSpend.make())
        )
        np.testing.assert_allclose(self.fitted().predict(known.asked), 0.7 * trees + 0.3 * plain)

    def test_the_interval_is_that_of_customers_it_never_saw(self) -> None:
        """The trees fit their own customers better than others: from what they missed there it would be too narrow."""
        known = rows()
        fitted = BlendSpend(HORIZON).fit(known.features, known.spent, known.watched)
        found = metrics.spend_metrics(known.later, *self.answers(fitted, known.asked).T)
        assert 0.74 < found["coverage_80"] < 0.86

    def test_where_half_of_the_customers_teach_nothing_the_probability_models_say_how_far_off_it_is(self) -> None:
        known = rows()
        few = np.zeros_like(known.watched)
        few[np.flatnonzero(known.watched == HORIZON)[-120:]] = HORIZON  # 60 a half
        trees, plain = (made.fit(known.features, known.spent, few) for made in (self.make(), GammaGammaSpend(HORIZON)))
        assert trees.spread_ is not None
        assert plain.spread_ is not None
        np.testing.assert_allclose(trees.spread_.quantiles, plain.spread_.quantiles)

    def test_a_sample_of_the_customers_is_enough(self) -> None:
        known = rows()
        found = BlendSpend(HORIZON, rounds=40, max_rows=300).fit(known.features, known.spent, known.watched)
        assert (found.predict(known.asked) != self.fitted().predict(known.asked)).any()
        assert np.corrcoef(found.predict(known.asked), self.fitted().predict(known.asked))[0, 1] > 0.9
