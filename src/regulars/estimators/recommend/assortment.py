"""What the shop sells: the items with their numbers, descriptions, statistics and popularity."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars.errors import DataError
from regulars.estimators.recommend.best_sellers import BestSellers
from regulars.estimators.recommend.candidates.arrays import load_array, save_array
from regulars.features import item_stats
from regulars.features.histories import Floats, Ints
from regulars.features.purchases import Catalogue, Purchases

GROUPINGS = ("department", "category", "product_type")
"""The fields of an item that a filter by category looks at."""
_WRITTEN = {"name": pl.String, **dict.fromkeys(GROUPINGS, pl.String), "life_days": pl.Float64}


@dataclass(frozen=True)
class Assortment:
    """The numbered items of a shop, and what everybody may know about them."""

    as_of: dt.date
    """Purchases before this day are in it, and no later ones."""
    catalogue: Catalogue
    """The items and their numbers."""
    about: pl.DataFrame
    """(items,) ``name``, the groupings and ``life_days`` of each; null where the shop does not say."""
    stats: npt.NDArray[np.float32]
    """(items + 1, len(item_stats.NAMES)), the last row for an unknown item."""
    sellers: BestSellers
    """How many buy each, by store and season."""

    @classmethod
    def of(
        cls, log: Purchases, catalogue: Catalogue, items: pl.DataFrame, known: pl.DataFrame, as_of: dt.date, days: int
    ) -> "Assortment":
        """Describe and count the items.

        Args:
            log: the purchases, numbered.
            catalogue: the numbers.
            items: ``schema.ITEMS``.
            known: the purchases as rows of ``schema.TRANSACTIONS``.
            as_of: the first unknown day.
            days: length of the window in which popularity is counted; what sold only earlier comes behind.

        Raises:
            DataError: nothing was bought before ``as_of``.
        """
        lines = log.before(as_of)
        if lines.is_empty():
            raise DataError(f"nothing was bought before {as_of}; use a later as_of or ingest earlier purchases")
        stats = item_stats.item_stats(lines, catalogue, as_of).to_numpy().astype(np.float32)
        about = described(catalogue.item_ids, items)
        sellers = BestSellers.of(log, known, as_of, days)
        return cls(as_of, catalogue, about, np.ascontiguousarray(stats), sellers)

    @property
    def popular(self) -> pl.DataFrame:
        """``item`` (Int32) and ``share`` of the recent customers who bought it, the most popular first."""
        return self.sellers.everywhere.select("item", share="now")

    @cached_property
    def sold(self) -> Ints:
        """(n,) numbers of the items ever sold, the most popular first."""
        return self.sellers.everywhere["item"].to_numpy().astype(np.int64)

    @cached_property
    def members(self) -> Mapping[str, Ints]:
        """The numbers of the items of each department, category and product type, by its name in small letters."""
        named = pl.concat([pl.DataFrame({"name": self.about[each]}).with_row_index("item") for each in GROUPINGS])
        rows = named.drop_nulls("name").group_by(pl.col("name").str.to_lowercase()).agg(pl.col("item").unique().sort())
        return {name: np.array(items, np.int64) for name, items in rows.iter_rows()}

    @cached_property
    def life_days(self) -> Floats:
        """(items,) how long one pack of each lasts, in days; NaN where the shop does not say."""
        return self.about["life_days"].to_numpy().astype(np.float64)

    def stat(self, name: str) -> npt.NDArray[np.float32]:
        """Return one of the statistics of every item, and of the unknown one."""
        return self.stats[:, item_stats.NAMES.index(name)]

    def save(self, folder: Path) -> None:
        """Write catalogue, descriptions, statistics and best sellers into ``folder``."""
        rows = self.about.with_columns(item_id=self.catalogue.item_ids, as_of=pl.lit(self.as_of))
        rows.write_parquet(folder / "catalogue.parquet")
        save_array(self.catalogue.groups, folder, "catalogue_groups")
        save_array(self.stats, folder, "item_stats")
        self.sellers.save(folder)

    @classmethod
    def load(cls, folder: Path) -> "Assortment":
        """Read what :meth:`save` wrote."""
        rows = pl.read_parquet(folder / "catalogue.parquet")
        groups = load_array(folder, "catalogue_groups")
        stats = load_array(folder, "item_stats")
        catalogue = Catalogue(rows["item_id"], groups)
        return cls(rows["as_of"][0], catalogue, rows.select(*_WRITTEN), stats, BestSellers.load(folder))


def described(item_ids: pl.Series, items: pl.DataFrame) -> pl.DataFrame:
    """Return what ``items`` says of each of ``item_ids``, null where it says nothing."""
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in _WRITTEN.items() if name not in items.columns]
    given = items.with_columns(absent).select("item_id", *_WRITTEN)
    rows = item_ids.to_frame("item_id")
    distinct = given.unique("item_id", keep="first", maintain_order=True)
    return rows.join(distinct, on="item_id", how="left", maintain_order="left").select(*_WRITTEN)
