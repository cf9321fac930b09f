"""What things cost, week by week: rises by the year and drops for a week or two."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from regulars.ingest.simulate.arrays import Floats, Ints
from regulars.ingest.simulate.catalogue import Catalogue
from regulars.ingest.simulate.plan import Plan

DROPS_A_YEAR = 2.5
DEEPEST = 0.35
"""The largest drop, as a share of the list price."""
_RISE = 0.04


@dataclass(frozen=True)
class Prices:
    """Prices of every item in every week, the same in all stores."""

    cents: Ints
    """``(n_items, weeks)``."""
    drop: Floats
    """``(n_items, weeks)`` in [0, DEEPEST]: share of the list price that is taken off."""


def prices(plan: Plan, items: Catalogue, rng: np.random.Generator) -> Prices:
    """Draw the price history of a plan."""
    n, weeks = plan.n_items, plan.weeks
    month = rng.integers(0, 52, n)
    rises = (np.arange(weeks)[None, :] + month[:, None]) // 52
    listed = items.base_price[:, None] * (1 + _RISE * rng.uniform(0.3, 1.7, n)[:, None]) ** rises
    drop = np.zeros((n, weeks))
    for item, how_often in enumerate(rng.poisson(DROPS_A_YEAR * plan.years, n)):
        for first in rng.integers(0, weeks, how_often):
            drop[item, first : first + int(rng.integers(1, 3))] = rng.choice([0.10, 0.15, 0.20, 0.25, DEEPEST])
    cents = np.round(listed * (1 - drop)).astype(np.int64)
    return Prices(np.maximum(cents, 29), drop)


def history(plan: Plan, items: Catalogue, found: Prices) -> pl.DataFrame:
    """Return the price changes: ``item_id, valid_from, price`` (cents) and an empty ``store_id``, for all stores."""
    changed = np.diff(found.cents, axis=1, prepend=-1) != 0
    item, week = np.nonzero(changed)
    starts = np.array([plan.start + dt.timedelta(weeks=int(w)) for w in range(plan.weeks)], dtype="datetime64[us]")
    return pl.DataFrame(
        {
            "item_id": items.frame["item_id"].gather(item),
            "valid_from": pl.Series(starts).gather(week),
            "price": found.cents[item, week],
            "store_id": pl.Series([None] * len(item), dtype=pl.String),
        }
    )
