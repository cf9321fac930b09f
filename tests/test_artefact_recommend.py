"""A fitted ranker as files: plain arrays that are mapped, wherever they are carried."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import artefact
from regulars.artefact import Fitted, Meta
from regulars.batch import Packed
from regulars.estimators.recommend import LightGBMRanker
from regulars.home import Home
from regulars.scoring import Champions
from regulars.tracking import Registry
from tests.estimators.recommend import shop
from tests.estimators.recommend.candidates.contract import mapped
from tests.test_tracking import CODE

META = Meta(
    task="recommend", model="recommend_lightgbm", kind="LightGBMRanker", source="model", horizon_days=30,
    as_of=shop.AS_OF, fingerprint="0" * 32, seed=0,
)  # fmt: skip


@pytest.fixture(scope="module")
def lines() -> pl.DataFrame:
    return shop.transactions()


@pytest.fixture(scope="module")
def fitted(lines: pl.DataFrame) -> Fitted:
    return Fitted(META, LightGBMRanker(rounds=5, n_snapshots=1).fit(lines, shop.items(), shop.AS_OF))


def answer(found: Fitted, lines: pl.DataFrame) -> pl.DataFrame:
    answered: pl.DataFrame = found.estimator.recommend(lines, shop.AS_OF + dt.timedelta(days=3), 10)
    return answered


def test_files_are_plain_and_compact(fitted: Fitted, tmp_path: Path) -> None:
    artefact.write(tmp_path / "model", fitted)
    files = [file for file in (tmp_path / "model").rglob("*") if file.is_file()]
    assert {file.suffix for file in files} == {".json", ".txt", ".parquet", ".npy"}
    for file in files:
        assert not file.read_bytes().startswith(CODE), file
        if file.suffix == ".npy":
            assert not np.load(file, allow_pickle=False).dtype.hasobject
    # 60 x 40: a number a customer, item and source at most, and what LightGBM writes of five trees
    assert sum(file.stat().st_size for file in files) < 200_000


def test_it_answers_the_same_from_the_registry(
    fitted: Fitted, lines: pl.DataFrame, new_home: Callable[[Path], Home], tmp_path: Path
) -> None:
    artefact.write(tmp_path / "model", fitted)
    registry = Registry(new_home(tmp_path / "home"))
    registry.register(tmp_path / "model", META, {})
    shutil.rmtree(tmp_path / "model")
    found = artefact.read(registry.champion("recommend").folder)
    assert found.meta == META
    assert_frame_equal(answer(found, lines), answer(fitted, lines), check_exact=True)


def test_it_answers_the_same_in_another_process(fitted: Fitted, lines: pl.DataFrame) -> None:
    """Its files are packed up and unpacked where they are deleted again: what is mapped stays."""
    champions = Packed.of(Champions({"recommend": fitted})).champions()
    found = Fitted(META, champions["recommend"].estimator)
    assert mapped(found.estimator.view_.stats)
    assert_frame_equal(answer(found, lines), answer(fitted, lines), check_exact=True)
