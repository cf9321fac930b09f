"""Spark on this machine: the same rows to the bit, one sentence where it fails, and silence."""

import gc
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import batch, scale
from regulars.errors import ConfigError, DataError, MissingError
from regulars.estimators.recommend import OwnTop
from regulars.ledger import Ledger
from regulars.scale import session
from regulars.scoring import Champions
from regulars.windows import Snapshot
from tests import shops
from tests.conventions.project import ROOT
from tests.scale import jobs
from tests.test_scoring import CUT, PAIRS, champions, fitted

pytestmark = [
    pytest.mark.spark,
    # pyspark's worker pool ends with its process; what it leaves open is not ours to close.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]
SPARK = scale.Spark("local[2]")
SNAPSHOTS = [Snapshot(CUT), Snapshot(CUT.replace(month=7))]


@pytest.fixture(autouse=True, scope="module")
def _workers_see_the_tests() -> Iterator[None]:
    """Let Spark's workers import the jobs of this folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        yield


@pytest.mark.parametrize("buckets", [1, 16])
def test_features_are_the_same(small_ledger: Ledger, tmp_path: Path, buckets: int) -> None:
    book = shops.ledger(shops.simulate(), tmp_path / "ledger", buckets)
    found = scale.feature_table(book, SNAPSHOTS, engine=SPARK)
    assert found.height > 200
    assert_frame_equal(found, scale.feature_table(small_ledger, SNAPSHOTS), check_exact=True)


def test_parts_are_the_same(small_ledger: Ledger, tmp_path: Path) -> None:
    written = [
        scale.feature_files(small_ledger, SNAPSHOTS, tmp_path / name, engine)
        for name, engine in {"here": scale.HERE, "spark": SPARK}.items()
    ]
    assert written[0].rows == written[1].rows
    for number in range(4):
        files = [tmp_path / name / f"part-{number:05}.parquet" for name in ("here", "spark")]
        assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("pair", PAIRS)
def test_scores_are_the_same(small_ledger: Ledger, pair: str) -> None:
    crowned = champions(*PAIRS[pair])
    found = batch.score(small_ledger, crowned, CUT, curve=True, engine=SPARK)
    assert found.height > 100
    assert_frame_equal(found, batch.score(small_ledger, crowned, CUT, curve=True), check_exact=True)


def test_recommendations_are_the_same(small_ledger: Ledger) -> None:
    lines = small_ledger.transactions(before=CUT).collect()
    crowned = Champions({"recommend": fitted("recommend", OwnTop().fit(lines, small_ledger.items(), CUT))})
    found = batch.recommend(small_ledger, crowned, CUT, 5, "next_basket", engine=SPARK)
    assert_frame_equal(found, batch.recommend(small_ledger, crowned, CUT, 5, "next_basket"), check_exact=True)


def test_progress_counts_the_buckets(small_ledger: Ledger) -> None:
    seen: list[str] = []

    def track(items: Iterator[scale.Result], what: str, total: int) -> Iterator[scale.Result]:
        for item in items:
            seen.append(f"{what} {total}")
            yield item

    scale.feature_table(small_ledger, SNAPSHOTS, track, engine=SPARK)
    assert seen == ["features 4"] * 4


def test_the_error_of_a_worker_is_that_of_this_process(small_ledger: Ledger) -> None:
    with pytest.raises(ConfigError, match=r"^cannot be done with 4 buckets; use more$"):
        scale.rows(small_ledger, jobs.Refusing(), SPARK)


def test_a_bug_in_a_worker_is_one_sentence(small_ledger: Ledger) -> None:
    with pytest.raises(DataError, match=r"^Spark failed: a bug$"):
        scale.rows(small_ledger, jobs.Faulty(), SPARK)


def test_a_worker_without_the_code_is_told() -> None:
    from pyspark.errors import PythonException

    with pytest.raises(DataError, match="install the same version of it on every machine"), session.failures():
        raise PythonException("ModuleNotFoundError: No module named 'regulars'")


def test_a_master_that_is_none(small_ledger: Ledger) -> None:
    from pyspark import SparkContext

    SparkContext._ensure_initialized()  # its launcher refuses in other words, and leaves a pipe open
    with pytest.raises(ConfigError, match=r"^Spark does not start on locla \(.*locla.*\); check --master and Java$"):
        scale.feature_table(small_ledger, SNAPSHOTS, engine=scale.Spark("locla"))


def test_without_java(small_ledger: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pyspark import SparkContext

    monkeypatch.setattr(SparkContext, "_gateway", None)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(MissingError) as error:
        scale.feature_table(small_ledger, SNAPSHOTS, engine=SPARK)
    assert str(error.value) == session.NEEDS_JAVA


def test_java_that_is_too_old(small_ledger: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pyspark import SparkContext

    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    told = "java.lang.UnsupportedClassVersionError: class file version 61.0"
    java.write_text(f"#!/bin/sh\necho 'Exception in thread \"main\" {told}' >&2\nexit 1\n", encoding="utf-8")
    java.chmod(0o755)
    monkeypatch.setattr(SparkContext, "_gateway", None)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    sentence = r"^Spark does not start on local\[2\] \(class file version 61.0\); check --master and Java$"
    with pytest.raises(ConfigError, match=sentence):
        scale.feature_table(small_ledger, SNAPSHOTS, engine=SPARK)
    gc.collect()  # pyspark leaves a pipe to the process open that did not start


def test_a_session_that_runs_is_used_and_left_running(small_ledger: Ledger) -> None:
    from pyspark import SparkContext

    with session.of("local[1]") as mine:
        found = scale.rows(small_ledger, jobs.Job(), SPARK)
        assert mine.range(3).count() == 3
        assert mine.conf.get("spark.driver.bindAddress") == "127.0.0.1"
    assert SparkContext._active_spark_context is None
    assert_frame_equal(found, scale.rows(small_ledger, jobs.Job()))


def test_spark_says_nothing(small_ledger: Ledger, capfd: pytest.CaptureFixture[str]) -> None:
    assert isinstance(scale.rows(small_ledger, jobs.Job(), SPARK), pl.DataFrame)
    assert capfd.readouterr() == ("", "")
