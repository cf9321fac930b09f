"""What every estimator promises; a test class inherits a contract and says how to make its estimator."""

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

from regulars import features, labels
from regulars.errors import DataError, NotFittedError
from regulars.windows import Snapshot
from tests import shops

HORIZON = 30
TEXT = {".json", ".txt"}
"""What a customer model may be stored as."""


class Rows(NamedTuple):
    """What a model is fitted on, and the customers it is asked about."""

    features: pl.DataFrame
    duration: npt.NDArray[np.int64]
    observed: npt.NDArray[np.bool_]
    asked: pl.DataFrame


@functools.cache
def rows() -> Rows:
    """Return complete windows of a simulated shop, and its customers a while later."""
    shop = shops.simulate()
    last = Snapshot(dt.date(2023, 8, 1), HORIZON)
    snapshots = [last.moved(-20 * back) for back in range(4)]
    table = features.table(shop.transactions, features.Side(shop.items), snapshots)
    truth = labels.next_purchase(shop.transactions, snapshots)
    assert_frame_equal(table.select(features.KEYS), truth.select(features.KEYS))
    asked = features.table(shop.transactions, features.Side(shop.items), [last.moved(60)])
    return Rows(table, truth["duration"].to_numpy(), truth["observed"].to_numpy(), asked)


class Contract:
    """What holds for churn and timing alike."""

    make: Callable[[], Any]
    """Makes an unfitted estimator."""

    def answer(self, fitted: Any, asked: pl.DataFrame) -> npt.NDArray[np.float64]:
        raise NotImplementedError

    def fitted(self) -> Any:
        known = rows()
        return type(self).make().fit(known.features, known.duration, known.observed)

    def test_fit_returns_itself(self) -> None:
        known, estimator = rows(), type(self).make()
        assert estimator.fit(known.features, known.duration, known.observed) is estimator

    def test_it_says_what_it_is(self) -> None:
        assert type(self).make().source in ("model", "baseline")
        assert type(self).make().learns_from in ("complete", "censored")

    def test_inputs_stay_as_they_were(self) -> None:
        known, estimator = rows(), type(self).make()
        table, duration, observed = known.features.clone(), known.duration.copy(), known.observed.copy()
        self.answer(estimator.fit(known.features, known.duration, known.observed), known.asked)
        assert_frame_equal(known.features, table)
        np.testing.assert_array_equal(known.duration, duration)
        np.testing.assert_array_equal(known.observed, observed)

    def test_the_order_of_the_asked_does_not_matter(self) -> None:
        fitted, asked = self.fitted(), rows().asked
        order = np.random.default_rng(3).permutation(asked.height)
        np.testing.assert_array_equal(self.answer(fitted, asked[order]), self.answer(fitted, asked)[order])

    def test_no_answer_depends_on_who_else_is_asked(self) -> None:
        fitted, asked = self.fitted(), rows().asked
        alone = [self.answer(fitted, asked[[number]]) for number in range(5)]
        np.testing.assert_array_equal(np.concatenate(alone), self.answer(fitted, asked[:5]))

    def test_nobody_asked_nothing_answered(self) -> None:
        assert len(self.answer(self.fitted(), rows().asked.clear())) == 0

    def test_refitting_agrees_to_the_bit(self) -> None:
        one, other, asked = self.fitted(), self.fitted(), rows().asked
        np.testing.assert_array_equal(self.answer(one, asked), self.answer(other, asked))

    def test_saved_and_loaded_it_answers_the_same(self, tmp_path: Path) -> None:
        fitted, asked = self.fitted(), rows().asked
        fitted.save(tmp_path)
        loaded = type(fitted).load(tmp_path)
        np.testing.assert_array_equal(self.answer(loaded, asked), self.answer(fitted, asked))
        assert {file.suffix for file in tmp_path.iterdir()} <= TEXT
        for file in tmp_path.iterdir():
            assert file.read_text(encoding="utf-8").isprintable() or "\n" in file.read_text(encoding="utf-8")

    def test_it_must_be_fitted_first(self, tmp_path: Path) -> None:
        with pytest.raises(NotFittedError, match="has not been fitted; call fit first"):
            self.answer(type(self).make(), rows().asked)
        with pytest.raises(NotFittedError):
            type(self).make().save(tmp_path)

    def test_nothing_to_learn_from(self) -> None:
        known = rows()
        with pytest.raises(DataError, match="no train customers"):
            type(self).make().fit(known.features.clear(), known.duration[:0], known.observed[:0])
        with pytest.raises(DataError, match="durations"):
            type(self).make().fit(known.features, known.duration[1:], known.observed[1:])


class ChurnContract(Contract):
    """P(no purchase in the horizon), one a row."""

    def answer(self, fitted: Any, asked: pl.DataFrame) -> npt.NDArray[np.float64]:
        found: npt.NDArray[np.float64] = fitted.predict(asked)
        return found

    def test_one_probability_a_row(self) -> None:
        found = self.answer(self.fitted(), rows().asked)
        assert found.shape == (rows().asked.height,)
        assert found.dtype == np.float64
        assert np.all((found >= 0) & (found <= 1))

    def test_higher_is_more_at_risk(self) -> None:
        known = rows()
        found = self.answer(self.fitted(), known.features)
        assert found[~known.observed].mean() > found[known.observed].mean() + 0.1


class TimingContract(Contract):
    """A survival curve over the horizon, one a row."""

    def answer(self, fitted: Any, asked: pl.DataFrame) -> npt.NDArray[np.float64]:
        found: npt.NDArray[np.float64] = fitted.survival(asked)
        return found

    def test_one_curve_a_row_that_never_rises(self) -> None:
        found = self.answer(self.fitted(), rows().asked)
        assert found.shape == (rows().asked.height, HORIZON)
        assert found.dtype == np.float64
        assert np.all((found >= 0) & (found <= 1))
        assert np.all(np.diff(found, axis=1) <= 0)
