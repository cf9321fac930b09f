"""Sums over runs of equal keys in sorted rows, in integers: exact, and the same for one run as for many."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ONE = 2**20
"""Fixed-point one of weights and logarithms."""


@dataclass(frozen=True)
class Runs:
    """Where the runs of equal keys start in n sorted rows."""

    starts: Ints
    counts: Ints

    @classmethod
    def of(cls, *keys: Ints) -> "Runs":
        """Find the runs of rows that agree in all ``keys``."""
        n = len(keys[0])
        if n == 0:
            return cls(np.empty(0, np.int64), np.empty(0, np.int64))
        new = np.zeros(n, np.bool_)
        new[0] = True
        for key in keys:
            new[1:] |= key[1:] != key[:-1]
        starts = np.flatnonzero(new).astype(np.int64)
        return cls(starts, np.diff(np.append(starts, n)).astype(np.int64))

    @property
    def last(self) -> Ints:
        """Row of the last of each run."""
        return self.starts + self.counts - 1

    def index(self) -> Ints:
        """Return the run of each row."""
        return np.repeat(np.arange(len(self.starts), dtype=np.int64), self.counts)

    def sum(self, values: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Ints:
        """Add up integers within each run."""
        if len(self.starts) == 0:
            return np.empty(0, np.int64)
        return np.add.reduceat(values.astype(np.int64), self.starts)

    def max(self, values: Ints) -> Floats:
        """Return the largest of each run."""
        if len(self.starts) == 0:
            return np.empty(0)
        return np.maximum.reduceat(values, self.starts).astype(np.float64)

    def median(self, values: Floats) -> Floats:
        """Return the median of each run, leaving NaN out; NaN where nothing else is there."""
        run = self.index()
        kept = np.flatnonzero(~np.isnan(values))
        order = kept[np.lexsort((values[kept], run[kept]))]
        counts = np.bincount(run[kept], minlength=len(self.starts)).astype(np.int64)
        starts = np.cumsum(counts) - counts
        found = np.full(len(self.starts), np.nan)
        some = counts > 0
        ordered = values[order]
        low = ordered[starts[some] + (counts[some] - 1) // 2]
        found[some] = (low + ordered[starts[some] + counts[some] // 2]) / 2.0
        return found


def fixed(values: Floats) -> Ints:
    """Return weights or logarithms as integers in units of 1 / ONE; NaN counts nothing."""
    return np.rint(np.nan_to_num(values) * ONE).astype(np.int64)
