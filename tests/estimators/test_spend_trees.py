"""What the trees of spend are trained on: whole customers, halves that never see each other, bounded memory."""

import numpy as np
import polars as pl
import pytest

from regulars.errors import DataError
from regulars.estimators.crossfit import N_FOLDS, fold_of
from regulars.estimators.spend import BlendSpend, trees
from tests.estimators.test_spend import HORIZON, rows

WIDTH = len(trees.NAMES)
TWEEDIE = {"objective": "tweedie", "num_threads": 1}


def customers(n: int, each: int = 4) -> pl.Series:
    return pl.Series([f"c{number}" for number in range(n)] * each)


def boosting(min_data_in_leaf: int = 5) -> trees.Boosting:
    return trees.Boosting(TWEEDIE, min_data_in_leaf, rounds=20, seed=0)


def test_a_sample_keeps_all_rows_of_a_customer_or_none() -> None:
    ids = customers(2000)
    kept = trees.sampled(ids, 2000, seed=0)
    assert kept.sum() == pytest.approx(2000, rel=0.15)
    shares = pl.DataFrame({"id": ids, "kept": kept}).group_by("id").agg(pl.col("kept").mean())["kept"]
    assert set(shares) == {0.0, 1.0}
    np.testing.assert_array_equal(kept, trees.sampled(ids, 2000, seed=0))
    assert (kept != trees.sampled(ids, 2000, seed=1)).any()
    assert trees.sampled(ids, len(ids), seed=0).all()


def test_no_customer_teaches_the_trees_that_judge_them() -> None:
    """What a half spent decides what the other half is expected to, and only that."""
    ids = customers(200)
    fold = fold_of(ids, N_FOLDS)
    rng = np.random.default_rng(2)
    rows, taken = rng.random((len(ids), WIDTH), np.float32), np.where(fold == 0, 100.0, 300.0)
    found = boosting().out_of_fold(rows, taken, ids)
    np.testing.assert_allclose(found, np.where(fold == 0, 300.0, 100.0), rtol=1e-6)


def test_halves_that_teach_nothing_say_nothing() -> None:
    ids = customers(20)
    rows, taken = np.zeros((len(ids), WIDTH), np.float32), np.ones(len(ids))
    assert np.isnan(boosting().out_of_fold(rows, taken, ids)).all()
    ids = customers(200)
    fold = fold_of(ids, N_FOLDS)
    rows, taken = np.zeros((len(ids), WIDTH), np.float32), np.where(fold == 0, 5.0, 0.0)
    np.testing.assert_array_equal(np.isnan(boosting().out_of_fold(rows, taken, ids)), fold == 0)


def test_trees_need_somebody_who_spent() -> None:
    for n in (0, 30):
        with pytest.raises(DataError, match="no train customer spent anything"):
            boosting().train(np.zeros((n, WIDTH), np.float32), np.zeros(n))


def test_many_rows_are_asked_in_parts_and_answered_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    known = rows()
    fitted = BlendSpend(HORIZON, rounds=40).fit(known.features, known.spent, known.watched)
    assert fitted.purchases_ is not None
    whole, table = fitted.predict(known.asked), trees.matrix(known.asked, fitted.purchases_, HORIZON, ("tenure",))
    assert table.dtype == np.float32
    assert np.isnan(table[:, trees.NAMES.index("tenure")]).all()
    monkeypatch.setattr(trees, "_CHUNK", 7)
    np.testing.assert_array_equal(fitted.predict(known.asked), whole)
    np.testing.assert_array_equal(trees.matrix(known.asked, fitted.purchases_, HORIZON, ("tenure",)), table)
