"""When customers will be back: the rule that shops use, and the hazard model."""

import numpy as np
import polars as pl
import pytest

from regulars.errors import DataError
from regulars.estimators.timing import LightGBMHazard, MedianGap
from tests.contracts import HORIZON, TimingContract, rows


class TestMedianGap(TimingContract):
    @staticmethod
    def make() -> MedianGap:
        return MedianGap(horizon_days=HORIZON)

    def test_one_median_gap_after_the_last_purchase(self) -> None:
        rule = MedianGap(horizon_days=5)
        train = pl.DataFrame({"gap_median": [2.0, 4.0, None], "recency": [1.0, 1.0, 1.0]})
        rule.fit(train, np.ones(3, np.int64), np.ones(3, np.bool_))
        asked = pl.DataFrame({"gap_median": [4.0, 4.0, 99.0, None], "recency": [2.0, 30.0, 1.0, 1.0]})
        # Bought two days before as_of, every four days: back two days after as_of, which is day 3.
        assert rule.survival(asked).tolist() == [
            [1, 1, 0, 0, 0],
            [0, 0, 0, 0, 0],
            [1, 1, 1, 1, 1],
            [1, 1, 0, 0, 0],
        ]

    def test_without_any_gap_nobody_is_expected(self) -> None:
        train = pl.DataFrame({"gap_median": [None], "recency": [1.0]}, schema_overrides={"gap_median": pl.Float64})
        rule = MedianGap(horizon_days=5).fit(train, np.ones(1, np.int64), np.ones(1, np.bool_))
        assert rule.survival(train).tolist() == [[1, 1, 1, 1, 0]]  # on the last day, at the latest


class TestLightGBMHazard(TimingContract):
    @staticmethod
    def make() -> LightGBMHazard:
        return LightGBMHazard(horizon_days=HORIZON, daily_days=14, rounds=30, threads=1)

    def test_it_is_never_sure(self) -> None:
        curves = self.fitted().survival(rows().asked)
        assert np.all(curves > 0)
        assert np.all(curves[:, 0] < 1)

    def test_those_who_came_soon_were_expected_sooner(self) -> None:
        known = rows()
        within_a_week = 1 - self.fitted().survival(known.features)[:, 6]
        soon = known.observed & (known.duration <= 7)
        assert within_a_week[soon].mean() > within_a_week[~soon].mean() + 0.05

    def test_what_it_is_told_to_leave_out_moves_nothing(self) -> None:
        """Neither the forecast nor the season; what it is asked about is another matter."""
        known = rows()
        blind = LightGBMHazard(horizon_days=HORIZON, daily_days=14, rounds=30, threads=1, forecast=False, season=False)
        blind.fit(known.features, known.duration, known.observed)
        gain = blind.importance()
        assert {name for name in gain if name.startswith("btyd")}
        assert not any(share for name, share in gain.items() if name.startswith("btyd"))
        assert any(share for name, share in self.fitted().importance().items() if name.startswith("btyd"))
        assert not blind.season_

    def test_nobody_came_back(self) -> None:
        known = rows()
        with pytest.raises(DataError, match="no train customer came back"):
            self.make().fit(known.features, known.duration, np.zeros(len(known.observed), np.bool_))

    def test_it_learns_from_windows_that_are_not_over(self) -> None:
        known = rows()
        seen = np.minimum(known.duration, 10)
        observed = known.observed & (known.duration <= 10)
        curves = self.make().fit(known.features, seen, observed).survival(known.features)
        came = np.mean(known.observed & (known.duration <= 10))
        assert 1 - curves[:, 9].mean() == pytest.approx(came, abs=0.03)

    def test_it_is_calibrated_on_what_it_learned(self) -> None:
        known, model = rows(), LightGBMHazard(horizon_days=HORIZON, rounds=150)
        curves = model.fit(known.features, known.duration, known.observed).survival(known.features)
        for day in (1, 7, 14, 30):
            stayed = np.mean(known.duration > day) if day < HORIZON else np.mean(~known.observed)
            assert curves[:, day - 1].mean() == pytest.approx(stayed, abs=0.04)

    def test_a_large_shop_is_sampled(self) -> None:
        known = rows()
        small = LightGBMHazard(horizon_days=HORIZON, rounds=5, max_rows=500)
        curves = small.fit(known.features, known.duration, known.observed).survival(known.asked)
        assert curves.shape == (known.asked.height, HORIZON)
