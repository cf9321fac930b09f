"""What many customers buy: lately, more and more, and at this time of the year."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import windows
from regulars.estimators.recommend.candidates.arrays import load_array, save_array
from regulars.estimators.recommend.candidates.past import Past
from regulars.features.item_stats import popularity

_MOST = 1000
"""Best sellers that are kept to fill up long lists."""
_YEAR = 365
"""Days after which the season is the same."""


@dataclass(frozen=True)
class Demand:
    """Which windows tell what many buy."""

    popular_days: int = 28
    """Window of popularity."""
    trend_days: int = 14
    """Window in which a trend shows, against the rest of the popularity of four such windows."""
    season_days: int = 28
    """Days ahead of the same date last year."""
    n: int = 40
    """Items of each kind."""


@dataclass(frozen=True)
class Popular:
    """The best sellers, what rises, and what sold at this time last year; the same for every customer."""

    items: npt.NDArray[np.int64]
    """Numbers of the items, the best sellers first, then what rises, then the season, then more best sellers."""

    @classmethod
    def fit(cls, past: Past, how: Demand) -> Self:
        """Count what sold before ``past.as_of``."""
        lines = past.lines.filter(pl.col("item") < past.catalogue.n_items)
        best = popularity(lines, past.as_of, how.popular_days)["item"].head(_MOST)
        kinds = [best.head(how.n), _rising(lines, past, how), _seasonal(lines, past, how), best]
        return cls(pl.concat(kinds).unique(maintain_order=True).cast(pl.Int64).to_numpy())

    def save(self, folder: Path) -> None:
        """Write the items."""
        save_array(self.items, folder, "popular_items")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        return cls(load_array(folder, "popular_items"))


def _rising(lines: pl.DataFrame, past: Past, how: Demand) -> pl.Series:
    """Return the items with most customers beyond what their last weeks let expect, in standard errors."""
    age = windows.day_number(past.as_of) - pl.col("day")
    counted = (
        lines.filter(age <= 4 * how.trend_days)
        .group_by("item")
        .agg(
            now=pl.col("customer").filter(age <= how.trend_days).n_unique(),
            before=pl.col("customer").filter(age > how.trend_days).n_unique(),
        )
        .with_columns(rise=(pl.col("now") - pl.col("before") / 3) / (pl.col("before") / 3 + 1.0).sqrt())
    )
    rising = counted.filter(pl.col("rise") > 0).sort("rise", "item", descending=[True, False])
    return rising["item"].head(how.n)


def _seasonal(lines: pl.DataFrame, past: Past, how: Demand) -> pl.Series:
    """Return what most customers bought from this day on last year; nothing where the shop is younger."""
    start = windows.day_number(past.as_of) - _YEAR
    then = lines.filter(pl.col("day") >= start, pl.col("day") < start + how.season_days)
    counted = then.group_by("item").agg(n=pl.col("customer").n_unique())
    return counted.sort("n", "item", descending=[True, False])["item"].head(how.n)
