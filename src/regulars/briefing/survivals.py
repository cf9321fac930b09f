"""A look back: survival curves as they were said at a past instant, beside what then happened."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from regulars import config, judging, training, windows
from regulars.briefing.shop import Shop
from regulars.estimators.base import Bools, Floats, Ints
from regulars.judging import Exam

OVERDUE = {0.0: "within their usual gap", 1.0: "1-3 usual gaps", 3.0: "over 3 usual gaps"}
"""Days since the last purchase in the customer's own typical gaps, from which a group starts, and its name."""

_FEWEST = 10
"""A group of fewer customers draws no curve that could be believed."""


@dataclass(frozen=True)
class LookBack:
    """A timing model fitted as of a past snapshot, and what its customers did in the window after it."""

    model: str
    """Its name in ``models/``."""
    exam: Exam
    """Who was asked about, and what became of them."""
    survival: Floats
    """(customers, horizon_days), as it was said at the snapshot."""

    @classmethod
    def of(cls, shop: Shop) -> "LookBack":
        """Look back from the last snapshot whose window is over at the shop's ``as_of``.

        The model that is champion now is fitted on what was known then.

        Raises:
            DataError: the history before that snapshot is too short to learn from.
        """
        meta = shop.champions["timing"].meta
        until = training.known_until(shop.ledger, shop.as_of)
        snapshot = windows.Snapshot(until, meta.horizon_days).moved(-meta.horizon_days)
        learn = config.Training(horizon_days=meta.horizon_days)
        fitted = training.fit(config.read_model(meta.model), shop.ledger, snapshot.as_of, learn, 0, None)
        exam = judging.exam(shop.ledger, "timing", snapshot)
        return cls(meta.model, exam, np.asarray(fitted.estimator.survival(exam.features), dtype=np.float64))

    def by_purchases(self) -> dict[str, tuple[Ints, Bools, Floats]]:
        """Return what happened and what was said, by how often customers had come; for ``group_survival_plot``."""
        return self._split(np.asarray(self.exam.slice_names)[self.exam.slice_of])

    def by_overdue(self) -> dict[str, tuple[Ints, Bools, Floats]]:
        """Return the same by how late customers were against their own rhythm (OVERDUE).

        A rhythm shows from the third purchase day on; who has not shown one is left out.
        """
        known = self.exam.features.select(
            pl.when(pl.col("frequency") >= 2).then(pl.col("overdue").cast(pl.Float64)).fill_null(-1.0)
        ).to_series()
        starts = np.array(list(OVERDUE))
        places = np.searchsorted(starts, known.to_numpy(), side="right") - 1
        names = np.append(np.array(list(OVERDUE.values()), dtype=object), "")
        return self._split(names[places])

    def table(self) -> pl.DataFrame:
        """Return said against happened, by how often customers had come.

        A row a slice that has customers: ``purchases``, ``customers``, and for 7, 30 and horizon days
        ``said_N`` (mean probability of being back by then) and ``seen_N`` (share that was).
        """
        days = sorted({7, 30, self.survival.shape[1]} & set(range(1, self.survival.shape[1] + 1)))
        rows = [
            {
                "purchases": name,
                "customers": len(duration),
                **{
                    key: value
                    for day in days
                    for key, value in (
                        (f"said_{day}", float(1 - survival[:, day - 1].mean())),
                        (f"seen_{day}", float((observed & (duration <= day)).mean())),
                    )
                },
            }
            for name, (duration, observed, survival) in self.by_purchases().items()
        ]
        return pl.DataFrame(rows)

    def shares(self) -> list[str]:
        """Return which columns of :meth:`table` are shares."""
        return self.table().columns[2:]

    def headline(self) -> str:
        """Return how the whole shop's forecast held, as a sentence."""
        said, seen = float(1 - self.survival[:, -1].mean()), float(self.exam.observed.mean())
        snapshot = self.exam.snapshot
        return (
            f"As of {snapshot.as_of}, {self.model} expected {said:.0%} of {len(self.survival):,} customers back within "
            f"{snapshot.horizon_days} days; {seen:.0%} were."
        )

    def _split(self, names: judging.Array) -> dict[str, tuple[Ints, Bools, Floats]]:
        order = [*self.exam.slice_names, *OVERDUE.values()]
        groups = {name: names == name for name in order}
        return {
            name: (self.exam.duration[rows], self.exam.observed[rows], self.survival[rows])
            for name, rows in groups.items()
            if rows.sum() >= _FEWEST
        }
