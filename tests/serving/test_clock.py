"""The shop's day comes from one place."""

import datetime as dt

import pytest

from regulars.errors import ConfigError
from serving.clock import clock
from serving.store import Header, Store


@pytest.fixture
def header(store: Store) -> Header:
    """What a store says of a shop whose data end on the last day of February."""
    return store.header.model_copy(update={"data_through": dt.date(2024, 2, 29)})


@pytest.mark.parametrize(("setting", "day"), [("data", dt.date(2024, 3, 1)), ("2024-01-15", dt.date(2024, 1, 15))])
def test_pinned(setting: str, day: dt.date, header: Header) -> None:
    assert clock(setting)(header) == day


@pytest.mark.parametrize("setting", [None, ""])
def test_the_shops_calendar_by_default(setting: str | None, header: Header) -> None:
    """Of two zones 25 hours apart one is always a day or two ahead, wherever this machine stands."""
    west, east = (
        clock(setting)(header.model_copy(update={"time_zone": zone}))
        for zone in ("Pacific/Pago_Pago", "Pacific/Kiritimati")
    )
    assert dt.date(2025, 1, 1) < west < east
    assert (east - west).days in (1, 2)


def test_nonsense() -> None:
    with pytest.raises(ConfigError, match="write it as YYYY-MM-DD"):
        clock("yesterday")
