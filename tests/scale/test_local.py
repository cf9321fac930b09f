"""A pool of processes: the same rows, and nothing left behind."""

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

from regulars import batch, scale
from regulars.errors import ConfigError, DataError
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from tests import shops
from tests.scale import jobs
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
    assert written == scale.Written(tmp_path / "parts", 4, alone.height)


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
    pids.mkdir()
    place.mkdir()
    words = [str(small_ledger.path), str(place / "out"), str(pids)]
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.scale.patient", *words], stderr=subprocess.DEVNULL, start_new_session=True
    )
    until(lambda: len(list(pids.iterdir())) == 2)
    if how == signal.SIGINT:
        os.killpg(parent.pid, how)
    else:
        parent.kill()
    assert parent.wait(30) != 0
    workers = [int(file.name) for file in pids.iterdir()]
    until(lambda: not any(psutil.pid_exists(pid) for pid in workers))
    assert how == signal.SIGKILL or list(place.iterdir()) == []


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
