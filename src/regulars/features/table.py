"""The as-of feature table: fixed order, typed, named; one definition for every use."""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import schema
from regulars.features import basket, price, recent, rfm, rhythm, season, store
from regulars.features.known import KEYS, known
from regulars.windows import Snapshot

NAMES = (*rfm.NAMES, *rhythm.NAMES, *recent.NAMES, *basket.NAMES, *price.NAMES, *season.NAMES, *store.NAMES)
"""The features, in the order of the table's columns and of every model's input."""

_FAMILIES = (rhythm.rhythm, recent.recent, basket.basket, price.price, season.season, store.store)


def table(
    transactions: pl.LazyFrame | pl.DataFrame, items: pl.DataFrame | None, snapshots: Sequence[Snapshot]
) -> pl.DataFrame:
    """Return the features of every customer known at each snapshot.

    Args:
        transactions: rows of ``schema.TRANSACTIONS``; all of a customer's rows must be there.
        items: ``schema.ITEMS``, for the groupings; None where the shop has none.
        snapshots: the instants, each once.

    Returns:
        One row per (customer_id, as_of) with a purchase before as_of, by as_of and customer_id:
        the KEYS, then NAMES as Float64 (null where a feature is not defined; see each family).
    """
    catalogue = schema.ITEMS.empty() if items is None else items
    cut = known(transactions.lazy(), catalogue, snapshots)
    features = rfm.rfm(cut)
    for family in _FAMILIES:
        features = features.join(family(cut), on=KEYS, how="left", maintain_order="left")
    return features.select(*KEYS, pl.col(*NAMES).cast(pl.Float64)).sort("as_of", "customer_id")


def matrix(
    features: pl.DataFrame, names: Sequence[str] = NAMES, blank: Collection[str] = ()
) -> npt.NDArray[np.float64]:
    """Return the named features as a C-contiguous float64 array (rows, len(names)); null becomes NaN.

    Columns in ``blank`` are NaN throughout: a model that must not use them keeps its shape.
    """
    nan = pl.lit(float("nan"), pl.Float64)
    columns = [nan.alias(n) if n in blank else pl.col(n).cast(pl.Float64).fill_null(nan) for n in names]
    return np.ascontiguousarray(features.with_columns(columns).select(names).to_numpy())


def typical(features: pl.DataFrame) -> dict[str, float]:
    """Return the median of each feature over the rows, without those that are null everywhere."""
    medians = features.select(pl.col(*NAMES).median()).row(0, named=True)
    return {name: float(value) for name, value in medians.items() if value is not None}
