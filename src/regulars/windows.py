"""All date arithmetic: half-open windows and the snapshots that cut history from future."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from regulars.errors import ConfigError

_EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, order=True)
class Window:
    """The days ``[start, end)``.

    >>> Window(dt.date(2017, 1, 1), dt.date(2017, 1, 31)).days
    30
    """

    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        """Number of days in the window."""
        return (self.end - self.start).days


@dataclass(frozen=True, order=True)
class Snapshot:
    """An instant that cuts history from future, and how far the labels look.

    >>> Snapshot(dt.date(2017, 7, 1), 30).future
    Window(start=datetime.date(2017, 7, 1), end=datetime.date(2017, 7, 31))
    """

    as_of: dt.date
    """The first day that is not known: rows before it are history."""
    horizon_days: int = 90
    """Length of the label window."""

    def __post_init__(self) -> None:
        if self.horizon_days < 1:
            raise ConfigError(f"the horizon must be at least one day, not {self.horizon_days}")

    @property
    def future(self) -> Window:
        """The label window ``[as_of, as_of + horizon)``."""
        return Window(self.as_of, self.as_of + dt.timedelta(days=self.horizon_days))

    def past(self, days: int) -> Window:
        """Return the history window ``[as_of - days, as_of)``."""
        return Window(self.as_of - dt.timedelta(days=days), self.as_of)

    def moved(self, days: int) -> "Snapshot":
        """Return the snapshot ``days`` later (earlier where negative), with the same horizon."""
        return Snapshot(self.as_of + dt.timedelta(days=days), self.horizon_days)


def rolling(last: Snapshot, n: int, step_days: int) -> list[Snapshot]:
    """Return ``n`` snapshots, ``step_days`` apart, ending with ``last``, earliest first.

    >>> [s.as_of.day for s in rolling(Snapshot(dt.date(2017, 7, 31)), n=3, step_days=7)]
    [17, 24, 31]
    """
    if n < 1 or step_days < 1:
        raise ConfigError(f"rolling snapshots need n >= 1 and step_days >= 1, not {n} and {step_days}")
    return [last.moved(-step_days * back) for back in range(n - 1, -1, -1)]


def last_complete(data_through: dt.date, horizon_days: int) -> Snapshot:
    """Return the latest snapshot whose whole label window lies in the data.

    >>> last_complete(dt.date(2017, 12, 31), 90).as_of
    datetime.date(2017, 10, 3)
    """
    return Snapshot(data_through, horizon_days).moved(1 - horizon_days)


def after(data_through: dt.date) -> dt.date:
    """Return the first day after the data: the ``as_of`` that knows everything."""
    return data_through + dt.timedelta(days=1)


def frame(snapshots: Sequence[Snapshot]) -> pl.DataFrame:
    """Return ``as_of`` (Date) and ``horizon_days`` (Int64) of the snapshots, one row each.

    Raises:
        ConfigError: two snapshots share their as_of.
    """
    if len({snapshot.as_of for snapshot in snapshots}) < len(snapshots):
        raise ConfigError("two snapshots share their as_of; give each instant once")
    return pl.DataFrame(
        {"as_of": [s.as_of for s in snapshots], "horizon_days": [s.horizon_days for s in snapshots]},
        schema={"as_of": pl.Date, "horizon_days": pl.Int64},
    )


def day_number(day: dt.date) -> int:
    """Return the days since 1970-01-01.

    >>> day_number(dt.date(1970, 1, 31))
    30
    """
    return day.toordinal() - _EPOCH


def day_of(number: int) -> dt.date:
    """Return the day that is ``number`` days after 1970-01-01.

    >>> day_of(30)
    datetime.date(1970, 1, 31)
    """
    return dt.date.fromordinal(number + _EPOCH)


def parse_day(text: str) -> dt.date:
    """Read an ISO day such as 2017-10-03.

    Raises:
        ConfigError: it is none.
    """
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise ConfigError(f"{text!r} is no date; write it as YYYY-MM-DD, e.g. 2017-10-03") from error


def latest(snapshots: Iterable[Snapshot]) -> Snapshot:
    """Return the snapshot with the latest as_of."""
    return max(snapshots, key=lambda snapshot: snapshot.as_of)
