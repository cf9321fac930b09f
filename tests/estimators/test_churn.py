"""Who will not come back: the rule, the classifier, and the end of the hazard model's curve."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from regulars import features as ft
from regulars.errors import DataError
from regulars.estimators.churn import HazardChurn, LightGBMChurn, RecencyRate
from tests.contracts import HORIZON, ChurnContract, rows


class TestRecencyRate(ChurnContract):
    make = RecencyRate

    def test_the_rate_of_those_who_were_away_as_long(self) -> None:
        table = pl.DataFrame({"recency": [1.0, 1, 1, 1, 50, 50, 50, 50]})
        observed = np.array([True, True, True, False, False, False, False, True])
        rule = RecencyRate(n_bins=2).fit(table, np.full(8, 30), observed)
        # Four customers a group, and one more at the overall rate of one half.
        asked = pl.DataFrame({"recency": [1.0, 50.0, 400.0]})
        np.testing.assert_allclose(rule.predict(asked), [(1 + 0.5) / 5, (3 + 0.5) / 5, (3 + 0.5) / 5])

    def test_longer_away_is_never_less_at_risk(self) -> None:
        asked = pl.DataFrame({"recency": np.arange(1.0, 300.0)})
        assert np.all(np.diff(self.fitted().predict(asked)) >= 0)


class TestLightGBMChurn(ChurnContract):
    @staticmethod
    def make() -> LightGBMChurn:
        return LightGBMChurn(rounds=30, threads=1)

    def test_effects_add_up_to_the_log_odds(self) -> None:
        model, asked = self.fitted(), rows().asked
        effects = model.effects(asked)
        assert tuple(effects) == ft.NAMES
        probability = model.predict(asked)
        base = np.log(probability / (1 - probability)) - np.sum(list(effects.values()), axis=0)
        np.testing.assert_allclose(base, base[0], atol=1e-6)

    def test_the_season_is_left_out_without_a_year_to_learn_it(self) -> None:
        model, asked = self.fitted(), rows().asked
        moved = asked.with_columns(year_sin=-pl.col("year_sin"), year_cos=pl.lit(0.0))
        np.testing.assert_array_equal(model.predict(moved), model.predict(asked))
        assert np.all(model.effects(asked)["year_sin"] == 0)

    @pytest.mark.parametrize("back", [True, False])
    def test_everyone_the_same_teaches_nothing(self, back: bool) -> None:
        known = rows()
        with pytest.raises(DataError, match="every train customer has the same churn label"):
            self.make().fit(known.features, known.duration, np.full(len(known.observed), back))

    def test_a_model_of_other_features_is_refused(self, tmp_path: Any) -> None:
        self.fitted().save(tmp_path)
        text = (tmp_path / "booster.txt").read_text(encoding="utf-8")
        (tmp_path / "booster.txt").write_text(text.replace("tenure", "tenancy"), encoding="utf-8")
        with pytest.raises(DataError, match=r"only there: \['tenancy'\], only here: \['tenure'\]"):
            LightGBMChurn.load(tmp_path)

    def test_a_seed_decides(self) -> None:
        known = rows()
        other = LightGBMChurn(rounds=30, seed=1).fit(known.features, known.duration, known.observed)
        assert not np.array_equal(other.predict(known.asked), self.fitted().predict(known.asked))


class TestHazardChurn(ChurnContract):
    @staticmethod
    def make() -> HazardChurn:
        return HazardChurn(horizon_days=HORIZON, rounds=30, threads=1)

    def test_it_is_the_end_of_the_curve(self) -> None:
        model, asked = self.fitted(), rows().asked
        np.testing.assert_array_equal(model.predict(asked), model.survival(asked)[:, -1])

    def test_effects_are_of_the_customers_own_features(self) -> None:
        model, asked = self.fitted(), rows().asked
        effects = model.effects(asked)
        assert set(effects) <= set(ft.NAMES)
        assert {"recency", "overdue"} <= set(effects)
        assert all(effect.shape == (asked.height,) for effect in effects.values())
        together = np.sum(list(effects.values()), axis=0)
        assert np.corrcoef(together, model.predict(asked))[0, 1] > 0.7
