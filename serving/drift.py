"""How far the customers of today are from those that the champion was trained on.

The population stability index of a feature is the sum over bins of (a - e) ln(a / e), where e and a are the shares of
the rows of then and of now in a bin. The bins are between the deciles of then; null is a bin of its own, and so is a
value that makes up a tenth of the rows or more. It is 0 where nothing changed, and has no upper bound; the custom of
credit scoring calls 0.1 noticeable and 0.25 large.

References: Siddiqi (2006), Credit Risk Scorecards, on system stability; Yurdakul & Naranjo (2020), Statistical
properties of the population stability index, Journal of Risk Model Validation 14(4), who show that without any change
it is about (1/n + 1/m) times a chi-square of as many degrees of freedom as bins less one: with 300 rows on either side
and ten bins, 0.1 comes about by chance once in ten features.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from regulars import features
from regulars.errors import DataError

Floats = npt.NDArray[np.float64]

CALENDAR = ("as_of_weekday", *features.YEAR)
"""Features that tell the day and nothing of customers: they differ whenever the day does."""

COMPARED = tuple(name for name in features.NAMES if name not in CALENDAR)
"""The features whose drift is told."""

DECILES = np.linspace(0.1, 0.9, 9)
HALF = 0.5
"""Rows that each bin has beside its own (Krichevsky & Trofimov, 1981), since no logarithm knows an empty one."""

ROWS = 50_000
"""Rows of either side that are compared: customers lie in buckets by chance, so the first ones stand for all."""

TOLD = 10
"""Features that are told of: those that drifted most."""


class Drift(BaseModel):
    """The drift of each feature."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: dt.date
    """The training cut of the churn champion: the day the rows of then are for."""
    as_of: dt.date
    """The day the rows of now are for."""
    n_then: int
    """Customers known then, as far as they were compared."""
    n_now: int
    """Customers known now, as far as they were compared."""
    psi: dict[str, Annotated[float, Field(ge=0)]]
    """Population stability index, by feature."""

    @property
    def highest(self) -> float:
        """The largest index; 0 without features."""
        return max(self.psi.values(), default=0.0)

    def largest(self, n: int) -> list[tuple[str, float]]:
        """Return the ``n`` features that drifted most, with their index, the largest first."""
        return sorted(self.psi.items(), key=lambda item: (-item[1], item[0]))[:n]


class Gathered:
    """Collects rows of then and of now, bucket by bucket, as far as they are compared."""

    def __init__(self, since: dt.date, as_of: dt.date, rows: int = ROWS) -> None:
        """Compare up to ``rows`` rows as of ``since`` to as many as of ``as_of``."""
        self._sides: dict[dt.date, list[Floats]] = {since: [], as_of: []}
        self._since = since
        self._as_of = as_of
        self._rows = rows

    def wants(self, day: dt.date) -> bool:
        """Whether more rows as of ``day`` would be compared."""
        return self._count(day) < self._rows

    def add(self, table: pl.DataFrame, day: dt.date) -> None:
        """Take rows of ``features.table`` as of ``day``."""
        self._sides[day].append(features.matrix(table.head(self._rows - self._count(day)), COMPARED))

    def drift(self) -> Drift | None:
        """Return what came of it; None where one side has no rows."""
        then, now = (np.concatenate([np.empty((0, len(COMPARED))), *self._sides[day]]) for day in self._days)
        if not len(then) or not len(now):
            return None
        found = {name: psi(then[:, at], now[:, at]) for at, name in enumerate(COMPARED)}
        return Drift(since=self._since, as_of=self._as_of, n_then=len(then), n_now=len(now), psi=found)

    @property
    def _days(self) -> Sequence[dt.date]:
        return self._since, self._as_of

    def _count(self, day: dt.date) -> int:
        return sum(map(len, self._sides[day]))


def psi(then: Floats, now: Floats) -> float:
    """Return the population stability index of one feature, >= 0; larger is further apart.

    Args:
        then: values that make the bins (n,), NaN for null; n > 0.
        now: values to compare (m,), NaN for null; m > 0.
    """
    edges = _edges(then)
    e, a = (_shares(values, edges) for values in (then, now))
    return float(((a - e) * np.log(a / e)).sum())


def _edges(then: Floats) -> Floats:
    """Return the upper ends of all bins but the last, which a value may equal."""
    known = then[~np.isnan(then)]
    if not len(known):
        return np.empty(0)
    found = np.quantile(known, DECILES, method="inverted_cdf")
    edges, counts = np.unique(found, return_counts=True)
    return np.union1d(edges, np.nextafter(edges[counts > 1], -np.inf))


def _shares(values: Floats, edges: Floats) -> Floats:
    """Return the share of each bin, of which null is the last."""
    bins = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values))
    counts = np.bincount(bins, minlength=len(edges) + 2) + HALF
    shares: Floats = counts / counts.sum()
    return shares


def write(path: Path, drift: Drift | None) -> None:
    """Write the drift to the new file ``path``; ``null`` where there is none."""
    path.write_text((drift.model_dump_json(indent=1) if drift else "null") + "\n", encoding="utf-8")


def read(path: Path) -> Drift | None:
    """Return what :func:`write` wrote; None where there is no file.

    Raises:
        DataError: the file is damaged.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return None if text.strip() == "null" else Drift.model_validate_json(text)
    except FileNotFoundError:
        return None
    except (ValidationError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is damaged; make it again with: regulars refresh") from error
