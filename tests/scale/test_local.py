"""A pool of processes: the same rows, and nothing left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import psutil
import pytest
from polars.testing import assert_frame_equal

from regulars import batch, features, scale
from regulars.errors import ConfigError, DataError
from regulars.features import Columns, Past
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from tests import shops
from tests.scale import jobs
from tests.scale.families import spell
from tests.test_scoring import CUT, PAIRS, champions

POOL = scale.Local(2)


def test_a_pool_gives_the_same_features(small_ledger: Ledger, tmp_path: Path) -> None:
    snapshots = [Snapshot(CUT), Snapshot(CUT.replace(month=7))]
    alone = scale.feature_table(small_ledger, snapshots)
    assert alone.height > 200
    assert_frame_equal(scale.feature_table(small_ledger, snapshots, engine=POOL), alone, check_exact=True)
    written = scale.feature_files(small_ledger, snapshots, tmp_path / "parts", POOL)
    found = pl.read_parquet(tmp_path / "parts").sort("as_of", "customer_id")
    assert_frame_equal(found, alone, check_exact=True)
    empty = tuple(name for name in alone.columns if alone[name].is_null().all())
    assert "web_share" in empty
    assert written == scale.Written(tmp_path / "parts", 4, alone.height, empty)


def test_a_pool_gives_the_same_scores(small_ledger: Ledger) -> None:
    crowned = champions(*PAIRS["curve"])
    alone = batch.score(small_ledger, crowned, CUT, curve=True)
    pooled = batch.score(small_ledger, crowned, CUT, curve=True, engine=POOL)
    assert_frame_equal(pooled, alone, check_exact=True)


def test_the_error_of_a_worker_is_that_of_this_process(small_ledger: Ledger) -> None:
    for engine in (scale.HERE, POOL):
        with pytest.raises(ConfigError, match=r"^cannot be done with 4 buckets; use more$"):
            scale.rows(small_ledger, jobs.Refusing(), engine)


def test_a_worker_that_is_killed_is_missed(small_ledger: Ledger) -> None:
    before = dict(os.environ)
    with pytest.raises(DataError, match=r"a worker process was killed.*use fewer --workers"):
        scale.rows(small_ledger, jobs.Dying(), POOL)
    assert dict(os.environ) == before


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_an_interruption(small_ledger: Ledger, tmp_path: Path, how: signal.Signals) -> None:
    """Ctrl-C reaches the whole group, kill -9 only the parent; Ctrl-C also leaves no half of a table."""
    pids, place = tmp_path / "pids", tmp_path / "place"
    hold = tmp_path / "hold"
    pids.mkdir()
    place.mkdir()
    hold.touch()
    words = [str(small_ledger.path), str(place / "out"), str(pids)]
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.scale.patient", *words], stderr=subprocess.DEVNULL, start_new_session=True
    )
    until(lambda: len(list(pids.iterdir())) == 2)
    if how == signal.SIGINT:
        os.killpg(parent.pid, how)
    else:
        parent.kill()
    hold.unlink()
    assert parent.wait(30) != 0
    workers = [int(file.name) for file in pids.iterdir()]
    until(lambda: not any(runs(pid) for pid in workers))
    assert how == signal.SIGKILL or list(place.iterdir()) == []


def runs(pid: int) -> bool:
    """Tell whether a process is there; one that has ended and that nobody asked about is not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def test_ctrl_c_is_answered_in_one_line(small_ledger: Ledger, tmp_path: Path) -> None:
    """Even where the workers have only begun, and would say much of their own."""
    pids, place = tmp_path / "pids", tmp_path / "place"
    pids.mkdir()
    place.mkdir()
    words = ["features", "--ledger", str(small_ledger.path), "--as-of", str(CUT), "--out", str(place / "out")]
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.scale.beginning", *words, "--workers", "2"],
        env=os.environ | {"PIDS": str(pids)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until(lambda: len(list(pids.iterdir())) == 2)
    os.killpg(parent.pid, signal.SIGINT)
    assert parent.communicate(timeout=30) == ("", "stopped; nothing was written\n")
    assert parent.returncode == 130
    assert list(place.iterdir()) == []


def test_an_own_family_bucket_by_bucket(small_ledger: Ledger, tmp_path: Path) -> None:
    snapshots, own = [Snapshot(CUT)], (*features.FAMILIES[:1], spell)
    alone = scale.feature_table(small_ledger, snapshots, families=own)
    assert alone.columns == [*features.KEYS, *features.names(own)]
    assert (alone["spell"] > 0).any()
    assert_frame_equal(scale.feature_table(small_ledger, snapshots, families=own, engine=POOL), alone, check_exact=True)
    scale.feature_files(small_ledger, snapshots, tmp_path / "parts", POOL, families=own)
    assert_frame_equal(pl.read_parquet(tmp_path / "parts").sort("customer_id"), alone, check_exact=True)


def test_a_family_without_a_name_stays_in_this_process(small_ledger: Ledger) -> None:
    def nameless(past: Past) -> Columns:
        return spell(past)

    found = scale.feature_table(small_ledger, [Snapshot(CUT)], families=(nameless,))
    assert found.columns == [*features.KEYS, "spell"]
    with pytest.raises(ConfigError, match=r"^the family .*nameless cannot go to another process; put it at the top"):
        scale.feature_table(small_ledger, [Snapshot(CUT)], families=(nameless,), engine=POOL)


def test_at_least_one_snapshot(small_ledger: Ledger) -> None:
    with pytest.raises(ConfigError, match=r"^features of no day; give at least one snapshot$"):
        scale.feature_table(small_ledger, [])


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that takes a moment; fail if it does not come."""
    end = time.perf_counter() + 60
    while not holds():
        assert time.perf_counter() < end
        time.sleep(0.05)


def test_at_least_one_worker() -> None:
    with pytest.raises(ConfigError, match="--workers 0: name at least one"):
        scale.Local(0)


def test_workers_share_the_cores(small_ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    found = scale.rows(small_ledger, jobs.Threads(), POOL)
    assert set(found.select("polars", "omp").rows()) == {("4", "3")}


def test_more_workers_than_buckets(tmp_path: Path) -> None:
    book = shops.ledger(shops.simulate(20, 100), tmp_path / "ledger", buckets=1)
    found = scale.rows(book, jobs.Job(), scale.Local(8))
    assert_frame_equal(found, scale.rows(book, jobs.Job()))
