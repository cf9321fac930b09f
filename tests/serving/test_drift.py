"""Drift: the index as defined, and the release that tells it."""

import datetime as dt
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from starlette.testclient import TestClient

from regulars import features
from regulars.errors import DataError
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from serving import drift
from serving.drift import Drift, Gathered, psi
from serving.release import DRIFT, Release
from tests.serving.conftest import CUT

NAN = float("nan")


def test_by_hand() -> None:
    """Half the rows moved from 0 to 1: shares of .5 and .5 become .25 and .75, each bin with half a row more."""
    then, now = np.repeat([0.0, 1.0], 500), np.repeat([0.0, 1.0], [250, 750])
    expected = (0.25 - 0.5) * math.log(0.25 / 0.5) + (0.75 - 0.5) * math.log(0.75 / 0.5)
    assert expected == pytest.approx(0.2746530722)
    assert psi(then, now) == pytest.approx(expected, abs=2e-3)


def test_nothing_changed() -> None:
    values = np.random.default_rng(0).normal(size=999)
    assert psi(values, values) == 0
    assert psi(values, np.random.default_rng(1).permutation(values)) == 0


def test_by_chance_it_is_small() -> None:
    """Yurdakul & Naranjo: about (1/n + 1/m) times a chi-square of nine degrees of freedom, whose mean is nine."""
    rng = np.random.default_rng(2)
    found = [psi(rng.normal(size=500), rng.normal(size=500)) for _ in range(200)]
    assert np.mean(found) == pytest.approx(9 * 2 / 500, rel=0.15)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ([1.0] * 95 + [0.0] * 5, [1.0] * 50 + [0.0] * 50),  # most are 1
        ([0.0] * 95 + [1.0] * 5, [0.0] * 50 + [1.0] * 50),  # most are 0
        ([3.0] * 100, [4.0] * 100),  # constant
        ([3.0] * 100, [2.0] * 100),
        ([3.0] * 100, [3.0] * 50 + [NAN] * 50),  # null is a bin of its own
        ([NAN] * 100, [NAN] * 50 + [1.0] * 50),
        (list(range(100)), list(range(50, 150))),
    ],
)
def test_a_large_change_is_seen(then: list[float], now: list[float]) -> None:
    assert psi(np.array(then, np.float64), np.array(now, np.float64)) > 0.25


def test_what_is_told(release_path: Path, ledger: Ledger) -> None:
    """The release compares the rows of the day to those of the training cut, as recomputed from the ledger."""
    told = Release.read(release_path).drift
    assert told is not None
    side, days = features.Side(ledger.items()), (CUT, told.as_of)
    then, now = (
        features.table(ledger.transactions(before=day).collect(), side, [Snapshot(day)]).sort("customer_id")
        for day in days
    )
    assert (told.since, told.n_then, told.n_now) == (CUT, then.height, now.height)
    assert set(features.NAMES) - set(told.psi) == {"as_of_weekday", "year_sin", "year_cos"}
    for name in ("recency", "n_orders", "gap_median"):
        columns = (table.select(pl.col(name).cast(pl.Float64).fill_null(NAN))[name].to_numpy() for table in (then, now))
        assert told.psi[name] == pytest.approx(psi(*columns), abs=1e-12)
    assert told.highest == max(told.psi.values()) > 0
    assert [value for _, value in told.largest(3)] == sorted(told.psi.values(), reverse=True)[:3]


def test_models_tell_it(client: TestClient) -> None:
    told = client.get("/v1/models").json()["drift"]
    assert told["since"] == CUT.isoformat()
    assert len(told["largest"]) == drift.TOLD
    assert told["largest"][0]["psi"] == told["highest"]


def test_the_calendar_is_no_drift() -> None:
    then = table(2, CUT, 1.0)
    later = CUT + dt.timedelta(days=1)
    gathered = Gathered(CUT, later)
    gathered.add(then, CUT)
    now = then.with_columns(pl.lit(later).alias("as_of"), *(pl.lit(9.0).alias(name) for name in drift.CALENDAR))
    gathered.add(now, later)
    found = gathered.drift()
    assert found is not None
    assert found.highest == 0


def table(n: int, day: dt.date, value: float) -> pl.DataFrame:
    """Rows that are alike."""
    return pl.DataFrame({"as_of": [day] * n} | {name: [value] * n for name in features.NAMES})


def test_no_more_rows_than_are_compared() -> None:
    now = CUT + dt.timedelta(days=9)
    gathered = Gathered(CUT, now, rows=5)
    assert gathered.drift() is None
    for _ in range(2):
        gathered.add(table(4, CUT, 1.0), CUT)
    assert not gathered.wants(CUT)
    assert gathered.drift() is None
    gathered.add(table(3, now, 1.0), now)
    assert gathered.wants(now)
    found = gathered.drift()
    assert found is not None
    assert (found.n_then, found.n_now) == (5, 3)


def test_files(tmp_path: Path) -> None:
    path, said = tmp_path / DRIFT, Drift(since=CUT, as_of=CUT, n_then=1, n_now=1, psi={"recency": 0.5})
    assert drift.read(path) is None
    for content in (said, None):
        drift.write(path, content)
        assert drift.read(path) == content
    path.write_text("{}")
    with pytest.raises(DataError, match="regulars refresh"):
        drift.read(path)
