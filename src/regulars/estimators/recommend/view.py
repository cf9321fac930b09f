"""What a ranker sees: a customer's candidates with their features."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from regulars.estimators.recommend import candidates
from regulars.estimators.recommend.candidates import Candidates, Extra, Limits, Past, Plan, Sources
from regulars.estimators.recommend.candidates.arrays import load_array
from regulars.features import pairs
from regulars.features.histories import Histories
from regulars.features.item_stats import item_stats
from regulars.features.purchases import Catalogue

NAMES = (*pairs.NAMES, *candidates.NAMES)
"""What is told about each candidate, in the order of the columns."""


@dataclass(frozen=True)
class View:
    """What the whole shop's purchases before some instant say, ready to be looked up."""

    groups: npt.NDArray[np.int64]
    """Group of each item, the last of the unknown one."""
    stats: npt.NDArray[np.float32]
    """(items + 1, len(item_stats.NAMES))."""
    sources: Sources
    """Where candidates come from."""

    @classmethod
    def of(cls, past: Past, plan: Plan) -> Self:
        """Count everything from ``past``."""
        stats = item_stats(past.lines, past.catalogue, past.as_of).to_numpy().astype(np.float32)
        return cls(past.catalogue.groups, np.ascontiguousarray(stats), Sources.fit(past, plan))

    def rows(
        self, asked: Histories, limits: Limits | None = None, extra: Extra | None = None
    ) -> tuple[Candidates, npt.NDArray[np.float32]]:
        """Return the candidates of each customer, ``extra`` among them, and their features: (c, len(NAMES))."""
        found = self.sources.candidates(asked, limits, extra)
        group = self.groups[np.minimum(found.item, len(self.groups) - 1)]
        return found, np.hstack([pairs.table(asked, found.row, found.item, group, self.stats), found.scores])

    def save(self, folder: Path) -> None:
        """Write the sources; groups and statistics are those of the assortment in the same folder."""
        self.sources.save(folder)

    @classmethod
    def load(cls, folder: Path, catalogue: Catalogue, plan: Plan) -> Self:
        """Map what :meth:`save` and the assortment wrote."""
        stats = load_array(folder, "item_stats")
        return cls(catalogue.groups, stats, Sources.load(folder, plan))
