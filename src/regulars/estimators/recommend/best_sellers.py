"""What many customers buy: in the whole shop, in a store, and in the same weeks of last year."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import polars as pl

from regulars import windows
from regulars.features.histories import Floats
from regulars.features.item_stats import popularity
from regulars.features.purchases import Purchases

PRIOR_CUSTOMERS = 20.0
"""Customers that the whole shop's shares count for among a store's own."""
SEASON_DAYS = 28
"""Days from the same date of last year on."""
_YEAR = 365
_PER_STORE = 300
"""Items that are remembered of a store, the most bought first."""


@dataclass(frozen=True)
class BestSellers:
    """Shares of customers who bought each item, by window and store.

    ``everywhere``: ``item``, ``now`` (share of the shop's recent customers), ``season`` (share of last year's
    customers of the coming weeks; null where the shop is younger); every item ever sold, the most popular now first.
    ``stores``: ``store_id``, ``item``, ``n`` recent customers of the store who bought it, ``customers`` of the store.
    """

    everywhere: pl.DataFrame
    stores: pl.DataFrame

    @classmethod
    def of(cls, log: Purchases, known: pl.DataFrame, as_of: dt.date, days: int) -> Self:
        """Count what was bought before ``as_of``.

        Args:
            log: the purchases, numbered.
            known: the same rows of ``schema.TRANSACTIONS``, which name the store.
            as_of: the first unknown day.
            days: length of the window that is recent.
        """
        lines = log.before(as_of)
        season = _season(lines, as_of)
        counted = popularity(lines, as_of, days).rename({"share": "now"})
        everywhere = counted.join(season, on="item", how="left", maintain_order="left")
        if not season.is_empty():
            everywhere = everywhere.with_columns(pl.col("season").fill_null(0.0))
        numbers = pl.DataFrame({"item_id": log.item_ids, "item": np.arange(len(log.item_ids), dtype=np.int32)})
        return cls(everywhere, _stores(known, numbers, as_of, days))

    def shares(self, n_items: int, store_id: str | None = None) -> "Shares":
        """Return the shares of the items numbered below ``n_items``.

        In a store the share now is that of its customers, with PRIOR_CUSTOMERS more who buy as everywhere; a store
        that nobody knows is the whole shop.
        """
        found = Shares(*(_padded(values, n_items) for values in self._everywhere))
        here = self.stores.filter(pl.col("store_id") == store_id) if store_id is not None else self.stores.clear()
        if here.is_empty():
            return found
        total = PRIOR_CUSTOMERS * found.now
        total[here["item"].to_numpy()] += here["n"].to_numpy()
        now = total / (float(here["customers"][0]) + PRIOR_CUSTOMERS)
        return Shares(now, found.season)

    @cached_property
    def _everywhere(self) -> tuple[Floats, Floats]:
        """The share now and the season's of each item, by number; what never sold has none."""
        item = self.everywhere["item"].to_numpy()
        found = []
        for name in ("now", "season"):
            values = np.full(int(item.max()) + 1, np.nan if name == "season" else 0.0)
            values[item] = self.everywhere[name].to_numpy()
            found.append(values)
        return found[0], found[1]

    def has_store(self, store_id: str | None) -> bool:
        """Whether anything recent is known of a store."""
        return store_id is not None and store_id in self.stores["store_id"]

    def save(self, folder: Path) -> None:
        """Write both tables."""
        self.everywhere.write_parquet(folder / "best_sellers.parquet")
        self.stores.write_parquet(folder / "best_sellers_by_store.parquet")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        files = ("best_sellers.parquet", "best_sellers_by_store.parquet")
        return cls(*(pl.read_parquet(folder / name) for name in files))


class Shares(NamedTuple):
    """Shares of customers, by the number of the item."""

    now: Floats
    """Of the recent customers, those who bought it."""
    season: Floats
    """The same of the coming weeks a year ago; NaN where that is not known."""

    @property
    def expected(self) -> Floats:
        """Of the customers of the next weeks, those who will: the mean of both, or the share now."""
        return np.where(np.isnan(self.season), self.now, (self.now + self.season) / 2.0)


def _padded(values: Floats, n: int) -> Floats:
    """Return ``n`` values, for numbers beyond the known ones those of what never sold."""
    if len(values) == n:
        return values
    found = np.full(n, np.nan if np.isnan(values).all() else 0.0)
    found[: len(values)] = values[:n]
    return found


def _season(lines: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Return ``item`` and ``season``; no row where the shop is younger than a year."""
    start = windows.day_number(as_of) - _YEAR
    then = lines.filter(pl.col("day").is_between(start, start + SEASON_DAYS, closed="left"))
    if (lines["day"] > start).all():
        then = then.clear()
    customers = max(then["customer"].n_unique(), 1)
    return then.group_by("item").agg(season=pl.col("customer").n_unique() / customers)


def _stores(known: pl.DataFrame, numbers: pl.DataFrame, as_of: dt.date, days: int) -> pl.DataFrame:
    recent = pl.col("purchased_at") >= windows.day_of(windows.day_number(as_of) - days)
    lines = known.filter(recent, pl.col("quantity") > 0, pl.col("store_id").is_not_null()).join(numbers, on="item_id")
    customers = lines.group_by("store_id").agg(customers=pl.col("customer_id").n_unique().cast(pl.Int64))
    bought = lines.group_by("store_id", "item").agg(n=pl.col("customer_id").n_unique().cast(pl.Int64))
    ranked = bought.sort(["store_id", "n", "item"], descending=[False, True, False])
    kept = ranked.filter(pl.int_range(pl.len()).over("store_id") < _PER_STORE)
    return kept.join(customers, on="store_id", how="left", maintain_order="left")
