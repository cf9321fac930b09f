"""What a ranker sees: a customer's candidates with their features."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy.sparse as sp

from regulars.estimators.recommend.candidates import Limits, candidates
from regulars.features import pairs
from regulars.features.item_stats import item_stats, popularity
from regulars.features.purchases import Catalogue


@dataclass(frozen=True)
class View:
    """What the whole shop's purchases before some day say, ready to be looked up."""

    catalogue: Catalogue
    """The numbers of items and groups."""
    popular: pl.DataFrame
    """``item``, the most popular first."""
    stats: pl.DataFrame
    """:func:`~regulars.features.item_stats.item_stats` as Float32."""
    similarity: sp.csr_array
    """:func:`~regulars.estimators.recommend.neighbours.similar_items`."""

    @classmethod
    def at(
        cls, lines: pl.DataFrame, catalogue: Catalogue, as_of: dt.date, days: int, similarity: sp.csr_array
    ) -> "View":
        """Count everything but the similarity from ``lines``, which are all before ``as_of``.

        Args:
            lines: purchase lines of every customer.
            catalogue: the numbers of items and groups.
            as_of: the first unknown day.
            days: the window of popularity.
            similarity: of the items, counted by then or earlier.
        """
        stats = item_stats(lines, catalogue, as_of).cast(pl.Float32)
        return cls(catalogue, popularity(lines, as_of, days), stats, similarity)

    def rows(self, lines: pl.DataFrame, as_of: dt.date, limits: Limits) -> pl.DataFrame:
        """Return the candidates of the customers in ``lines``, by customer and item.

        ``customer``, ``item``, ``source`` and the features ``pairs.NAMES`` as Float32.
        """
        owned = pairs.own(lines, as_of)
        found = candidates(owned, self.popular, self.similarity, limits)
        group = self.catalogue.groups[np.minimum(found["item"].to_numpy(), self.catalogue.n_items)]
        grouped = found.with_columns(group=pl.Series(group, dtype=pl.Int32))
        return pairs.table(grouped, owned, lines, self.stats, as_of).drop("group")


def matrix(rows: pl.DataFrame) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return the features as (rows, len(NAMES)); null becomes NaN."""
    return np.ascontiguousarray(rows.select(pl.col(*pairs.NAMES).fill_null(float("nan"))).to_numpy())
