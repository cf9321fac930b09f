"""Whether two tables say the same."""

from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.contenders.job import COMPARED
from regulars.features import KEYS

RTOL = 1e-9
ATOL = 1e-9
"""Of deviations that are 0 up to rounding."""


def table(folder: Path) -> pl.DataFrame:
    """Return the table that a contender wrote, by as_of and customer_id, numbers as Float64."""
    found = pl.read_parquet(folder / "*.parquet", hive_partitioning=False)
    keys = (pl.col("customer_id").cast(pl.String), pl.col("as_of").cast(pl.Date))
    return found.select(*keys, pl.col(COMPARED).cast(pl.Float64).fill_null(np.nan)).sort("as_of", "customer_id")


def differences(ours: pl.DataFrame, theirs: pl.DataFrame) -> list[str]:
    """Return the features that differ anywhere, with how often; ``rows`` where the rows themselves do."""
    if not ours.select(KEYS).equals(theirs.select(KEYS)):
        return ["rows"]
    found = {name: _apart(ours[name].to_numpy(), theirs[name].to_numpy()) for name in COMPARED}
    return [f"{name}: {n} rows" for name, n in found.items() if n]


def _apart(ours: np.ndarray, theirs: np.ndarray) -> int:
    return int((~np.isclose(ours, theirs, rtol=RTOL, atol=ATOL, equal_nan=True)).sum())
