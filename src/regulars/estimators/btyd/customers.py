"""What a buy-till-you-die model knows of a customer: three numbers."""

from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars.errors import DataError
from regulars.estimators.base import Floats, Ints

Days = TypeVar("Days", int, float)
_COLUMNS = ("frequency", "recency", "tenure")


@dataclass(frozen=True, eq=False)
class Customers:
    """Frequency, recency and tenure of customers as of one instant, each float64 (n,).

    Any unit of time will do, days or weeks; a model fitted on these answers in the same unit.

    >>> Customers([2], [5], [30]).span
    array([25.])

    Raises:
        DataError: a value is missing or infinite, or contradicts the others.
    """

    frequency: Floats
    """Purchase days after the first, >= 0; the literature's x."""
    recency: Floats
    """Time since the last purchase day, >= 0 and at most the tenure."""
    tenure: Floats
    """Time since the first purchase day, > 0; the literature's T."""

    def __post_init__(self) -> None:
        for name in _COLUMNS:
            object.__setattr__(self, name, _column(name, getattr(self, name)))
        if not len(self.frequency) == len(self.recency) == len(self.tenure):
            sizes = f"{len(self.frequency)}, {len(self.recency)} and {len(self.tenure)}"
            raise DataError(f"frequency, recency and tenure have {sizes} values; give one of each a customer")
        _refuse(self.tenure <= 0, "a tenure of 0 or less; leave out who first bought at or after as_of")
        _refuse((self.recency < 0) | (self.recency > self.tenure), "a recency below 0 or above the tenure")
        _refuse(self.frequency < 0, "a frequency below 0; it counts the purchase days after the first")
        contradiction = (self.frequency == 0) & (self.recency != self.tenure)
        _refuse(contradiction, "a frequency of 0 though recency and tenure differ; a repeat purchase is missing")

    @classmethod
    def of(cls, features: pl.DataFrame) -> Self:
        """Read the columns frequency, recency and tenure of a feature table, in days.

        Raises:
            DataError: a column is absent, holds a null, or values contradict each other.
        """
        if absent := [name for name in _COLUMNS if name not in features.columns]:
            raise DataError(f"features: no column {absent[0]!r}; buy-till-you-die models need {', '.join(_COLUMNS)}")
        return cls(*(features[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in _COLUMNS))

    def __len__(self) -> int:
        return len(self.frequency)

    @property
    def span(self) -> Floats:
        """Time from the first to the last purchase day, (n,); the literature's t_x."""
        return self.tenure - self.recency

    def typical_gap(self) -> float:
        """Return the time of all customers together over their repeat purchases, where searches start.

        Raises:
            DataError: nobody bought on a second day.
        """
        if not self.frequency.any():
            raise DataError(
                "no customer bought on a second day, so nothing is known of when they return; use a longer history"
            )
        return float(self.tenure.sum() / self.frequency.sum())

    def __getitem__(self, rows: slice | npt.NDArray[np.integer]) -> Self:
        """Return some of the customers."""
        return type(self)(self.frequency[rows], self.recency[rows], self.tenure[rows])

    def distinct(self) -> tuple[Self, Ints, Ints]:
        """Return the different customers, how often each occurs, and for each row (n,) which of them it is."""
        rows = np.column_stack([self.frequency, self.recency, self.tenure])
        kept, place, count = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
        return type(self)(*np.ascontiguousarray(kept.T)), count.astype(np.int64), place.astype(np.int64)


def checked_days(days: Days) -> Days:
    """Return ``days`` unless it is 0 or less.

    Raises:
        DataError: it is.
    """
    if not days > 0:
        raise DataError(f"a look {days} days ahead says nothing; give more than 0")
    return days


def _column(name: str, values: npt.ArrayLike) -> Floats:
    column = np.array(values, dtype=np.float64)
    if column.ndim != 1:
        raise DataError(f"{name} has {column.ndim} dimensions; give one value a customer")
    _refuse(~np.isfinite(column), f"a {name} that is missing or infinite")
    column.setflags(write=False)
    return column


def _refuse(wrong: npt.NDArray[np.bool_], what: str) -> None:
    if wrong.any():
        raise DataError(f"{int(wrong.sum())} of {len(wrong)} customers have {what} (the first is row {wrong.argmax()})")
