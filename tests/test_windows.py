"""Date arithmetic at its edges."""

import datetime as dt

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given

from regulars import windows
from regulars.errors import ConfigError
from regulars.windows import Snapshot, Window

JULY = Snapshot(dt.date(2017, 7, 1), 30)
days = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))


@given(days, st.integers(1, 400), st.integers(0, 400))
def test_past_and_future_meet_at_as_of(as_of: dt.date, horizon: int, lookback: int) -> None:
    snapshot = Snapshot(as_of, horizon)
    assert snapshot.past(lookback).end == as_of == snapshot.future.start
    assert (snapshot.past(lookback).days, snapshot.future.days) == (lookback, horizon)
    assert snapshot.moved(horizon).moved(-horizon) == snapshot


@given(days, st.integers(1, 400))
def test_the_last_complete_snapshot_ends_with_the_data(data_through: dt.date, horizon: int) -> None:
    snapshot = windows.last_complete(data_through, horizon)
    assert snapshot.future.end == windows.after(data_through)


def test_a_horizon_is_at_least_a_day() -> None:
    with pytest.raises(ConfigError, match="at least one day, not 0"):
        Snapshot(JULY.as_of, 0)


def test_rolling_snapshots_end_with_the_last() -> None:
    assert windows.rolling(JULY, 1, 7) == [JULY]
    assert windows.rolling(JULY, 3, 30)[0] == Snapshot(dt.date(2017, 5, 2), 30)
    assert windows.latest(windows.rolling(JULY, 3, 30)) == JULY
    for n, step in ((0, 7), (3, 0)):
        with pytest.raises(ConfigError, match="n >= 1 and step_days >= 1"):
            windows.rolling(JULY, n, step)


def test_snapshots_become_a_frame() -> None:
    table = windows.frame(windows.rolling(JULY, 2, 30))
    assert table.schema == {"as_of": pl.Date, "horizon_days": pl.Int64}
    assert table.rows() == [(dt.date(2017, 6, 1), 30), (dt.date(2017, 7, 1), 30)]
    with pytest.raises(ConfigError, match="share their as_of"):
        windows.frame([JULY, Snapshot(JULY.as_of, 60)])


def test_days_are_read_as_iso() -> None:
    assert windows.parse_day(" 2017-07-01 ") == JULY.as_of
    with pytest.raises(ConfigError, match=r"'1\.7\.2017' is no date; write it as YYYY-MM-DD"):
        windows.parse_day("1.7.2017")


def test_windows_are_half_open_days() -> None:
    assert Window(JULY.as_of, JULY.as_of).days == 0
