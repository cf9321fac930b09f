"""The same function over the buckets: the same rows whatever the buckets, their order and the ledger's place."""

import datetime as dt
import sys
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import batch, features, scale
from regulars.errors import ConfigError, DataError, MissingError
from regulars.ledger import Ledger
from regulars.scale import job, session
from regulars.scale.job import Task
from regulars.scale.tables import FeatureJob
from regulars.windows import Snapshot
from tests import shops
from tests.scale import jobs
from tests.test_scoring import CUT, PAIRS, champions

SNAPSHOTS = [Snapshot(dt.date(2023, 6, 1)), Snapshot(CUT)]


class Backwards:
    """An engine that works as another machine would: from the last bucket on, with a disk of its own."""

    shares_disk = False

    def run(self, ledger: Ledger, task: Task, track: scale.Track[Any]) -> Generator[scale.Result, None, None]:
        work = job.opened(task.packed())
        yield from track(((bucket, work(bucket)) for bucket in reversed(ledger.buckets)), task.job.what, 1)


@pytest.mark.parametrize("buckets", [1, 7, 16])
def test_the_number_of_buckets_and_their_order_change_nothing(
    buckets: int, small_ledger: Ledger, tmp_path: Path
) -> None:
    other = shops.ledger(shops.simulate(), tmp_path / "ledger", buckets)
    expected = scale.feature_table(small_ledger, SNAPSHOTS)
    assert_frame_equal(scale.feature_table(other, SNAPSHOTS), expected, check_exact=True)
    assert_frame_equal(scale.feature_table(other, SNAPSHOTS, engine=Backwards()), expected, check_exact=True)


def test_parts_hold_the_table(small_ledger: Ledger, tmp_path: Path) -> None:
    expected = scale.feature_table(small_ledger, SNAPSHOTS)
    for name, engine in {"here": scale.HERE, "there": Backwards()}.items():
        written = scale.feature_files(small_ledger, SNAPSHOTS, tmp_path / name, engine)
        files = sorted(file.name for file in (tmp_path / name).iterdir())
        assert files == ["part-00000.parquet", "part-00001.parquet", "part-00002.parquet", "part-00003.parquet"]
        assert (written.parts, written.rows) == (4, expected.height)
        found = pl.concat([pl.read_parquet(tmp_path / name / file) for file in files])
        assert_frame_equal(found.sort("as_of", "customer_id"), expected, check_exact=True)
    assert {path.name for path in tmp_path.iterdir()} == {"here", "there"}


def test_scores_in_parts_are_those_of_the_table(small_ledger: Ledger, tmp_path: Path) -> None:
    asked = batch.score_job(champions(*PAIRS["models"]), CUT, curve=True)
    scale.files(small_ledger, asked, tmp_path / "scores", Backwards())
    found = pl.read_parquet(tmp_path / "scores").sort("customer_id")
    assert_frame_equal(found, scale.rows(small_ledger, asked), check_exact=True)


def test_an_earlier_run_is_replaced_and_nothing_else(small_ledger: Ledger, tmp_path: Path) -> None:
    out = tmp_path / "parts"
    scale.feature_files(small_ledger, SNAPSHOTS, out)
    scale.feature_files(small_ledger, SNAPSHOTS[:1], out)
    assert pl.read_parquet(out)["as_of"].unique().to_list() == [SNAPSHOTS[0].as_of]
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    pl.DataFrame({"a": [1]}).write_parquet(foreign / "part-00000.parquet")
    for taken in (out, foreign, foreign / "part-00000.parquet"):
        with pytest.raises(DataError, match="holds something else than the parts of an earlier run; name a new folder"):
            scale.feature_files(small_ledger, SNAPSHOTS, taken)
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert pl.read_parquet(foreign / "part-00000.parquet").columns == ["a"]


def test_a_run_that_fails_leaves_what_was_there(small_ledger: Ledger, tmp_path: Path) -> None:
    scale.files(small_ledger, jobs.Job(), tmp_path / "parts")
    before = pl.read_parquet(tmp_path / "parts")
    with pytest.raises(ConfigError, match="cannot be done"):
        scale.files(small_ledger, jobs.Refusing(), tmp_path / "parts")
    assert_frame_equal(pl.read_parquet(tmp_path / "parts"), before)
    assert [path.name for path in tmp_path.iterdir()] == ["parts"]


class Elsewhere(Backwards):
    """An engine whose workers have a disk of their own, and do not know it."""

    shares_disk = True

    def run(self, ledger: Ledger, task: Task, track: scale.Track[Any]) -> Generator[scale.Result, None, None]:
        assert task.folder is not None
        there = task.folder.parent / "there"
        there.mkdir()
        yield from super().run(ledger, replace(task, folder=there), track)


def test_parts_that_went_elsewhere_are_missed(small_ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the workers wrote to a disk that is not ours"):
        scale.feature_files(small_ledger, SNAPSHOTS, tmp_path / "parts", Elsewhere())
    assert list(tmp_path.iterdir()) == []


def test_parts_need_a_place_on_a_disk(small_ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="name a folder in one that exists"):
        scale.feature_files(small_ledger, SNAPSHOTS, tmp_path / "no" / "parts")
    with pytest.raises(DataError, match="name a folder of this machine, and copy it from there"):
        scale.feature_files(small_ledger, SNAPSHOTS, Path("s3://bucket/parts"))


def test_a_worker_wants_the_same_ledger(small_ledger: Ledger, tmp_path: Path) -> None:
    book = shops.ledger(shops.simulate(20, 100), tmp_path / "ledger")
    task = Task.of(book, FeatureJob(tuple(SNAPSHOTS)))
    with book.writer() as writer:
        writer.add_transactions(shops.simulate(21, 100, seed=8).transactions)
        writer.commit(())
    with pytest.raises(DataError, match=rf"another ledger at .* \({book.fingerprint}, not {task.fingerprint}\)"):
        job.opened(task)
    with pytest.raises(DataError, match=r"a worker finds no ledger at .*nowhere; put it where every worker reaches it"):
        job.opened(Task(str(tmp_path / "nowhere"), small_ledger.fingerprint, task.job))


def test_progress_counts_the_buckets(small_ledger: Ledger) -> None:
    seen: list[tuple[str, int]] = []

    def track(items: Iterable[Any], what: str, total: int) -> Iterator[Any]:
        for item in items:
            seen.append((what, total))
            yield item

    scale.feature_table(small_ledger, SNAPSHOTS, track)
    assert seen == [("features", 4)] * 4


def test_a_ledger_at_a_url_is_read_like_one_on_a_disk(small_ledger: Ledger) -> None:
    there = Ledger.open(f"file://{small_ledger.path.absolute()}")
    assert there.fingerprint == small_ledger.fingerprint
    assert there.address == Ledger.open(there.path).address == f"file://{small_ledger.path.absolute()}"
    found = scale.feature_table(there, SNAPSHOTS, engine=Backwards())
    assert_frame_equal(found, scale.feature_table(small_ledger, SNAPSHOTS), check_exact=True)
    customer = found["customer_id"][0]
    assert_frame_equal(there.customer(customer), small_ledger.customer(customer))


def test_a_ledger_at_a_url_is_not_written(small_ledger: Ledger, tmp_path: Path) -> None:
    url = f"file://{small_ledger.path.absolute()}"
    with pytest.raises(DataError, match="write the ledger on a disk and copy its folder there"):
        Ledger.open_or_create(url, "EUR")
    with pytest.raises(DataError, match="cannot write to file:///"), Ledger.open(url).writer():
        pass
    with pytest.raises(MissingError, match=r"no ledger at file:///.*; copy the folder of one there"):
        Ledger.open(f"file://{tmp_path}/none")
    with pytest.raises(DataError, match=r"cannot read ftp3://shop .*check the address"):
        Ledger.open("ftp3://shop")
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="damaged or from another version"):
        Ledger.open(f"file://{tmp_path}")


def test_spark_that_is_not_installed(small_ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(MissingError) as error:
        scale.feature_table(small_ledger, SNAPSHOTS, engine=scale.Spark())
    assert str(error.value) == session.NEEDS_PYSPARK
    assert "make spark, or pip install '.[spark]'" in session.NEEDS_PYSPARK


def test_the_feature_table_has_its_columns_where_nobody_is_known(small_ledger: Ledger) -> None:
    nobody = scale.feature_table(small_ledger, [Snapshot(dt.date(2020, 1, 1))])
    assert nobody.is_empty()
    assert tuple(nobody.columns) == (*features.KEYS, *features.NAMES)
