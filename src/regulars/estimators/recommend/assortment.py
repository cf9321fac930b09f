"""What the shop sells and what sells best: the part of a recommender's memory that all of them share."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from regulars.errors import DataError
from regulars.features.item_stats import popularity
from regulars.features.purchases import Catalogue, Purchases

_POPULAR = 1000
"""Popular items that are kept: the longest list anybody can fill up with them."""


@dataclass(frozen=True)
class Assortment:
    """The numbered items of a shop, and the most popular ones."""

    as_of: dt.date
    """Purchases before this day are in it, and no later ones."""
    catalogue: Catalogue
    """The items and their numbers."""
    popular: pl.DataFrame
    """``item`` (Int32) and ``share`` of the recent customers who bought it, the most popular first."""

    @classmethod
    def of(cls, log: Purchases, catalogue: Catalogue, as_of: dt.date, window_days: int) -> "Assortment":
        """Count what sold in the ``window_days`` before ``as_of``; items sold only earlier come behind.

        Raises:
            DataError: nothing was bought before ``as_of``.
        """
        lines = log.before(as_of)
        if lines.is_empty():
            raise DataError(f"nothing was bought before {as_of}; use a later as_of or ingest earlier purchases")
        return cls(as_of, catalogue, popularity(lines, as_of, window_days).head(_POPULAR))

    def save(self, folder: Path) -> None:
        """Write ``catalogue.parquet``, ``popular.parquet`` and the day into ``folder``."""
        ids = pl.concat([self.catalogue.item_ids, pl.Series([None], dtype=pl.String)])
        pl.DataFrame({"item_id": ids, "group": self.catalogue.groups}).write_parquet(folder / "catalogue.parquet")
        self.popular.with_columns(as_of=self.as_of).write_parquet(folder / "popular.parquet")

    @classmethod
    def load(cls, folder: Path) -> "Assortment":
        """Read what :meth:`save` wrote."""
        rows = pl.read_parquet(folder / "catalogue.parquet")
        groups = np.asarray(rows["group"].to_numpy(), dtype=np.int64)
        popular = pl.read_parquet(folder / "popular.parquet")
        return cls(popular["as_of"][0], Catalogue(rows["item_id"].head(-1), groups), popular.drop("as_of"))
