"""The shop's day comes from one place."""

import datetime as dt

import pytest

from regulars.errors import ConfigError
from serving.clock import clock

THROUGH = dt.date(2024, 2, 29)


@pytest.mark.parametrize(("setting", "day"), [("data", dt.date(2024, 3, 1)), ("2024-01-15", dt.date(2024, 1, 15))])
def test_pinned(setting: str, day: dt.date) -> None:
    assert clock(setting)(THROUGH) == day


@pytest.mark.parametrize("setting", [None, ""])
def test_machine_by_default(setting: str | None) -> None:
    assert clock(setting)(THROUGH) > dt.date(2025, 1, 1)


def test_nonsense() -> None:
    with pytest.raises(ConfigError, match="write it as YYYY-MM-DD"):
        clock("yesterday")
