"""What the trees of spend see, and how they are trained on many rows in bounded memory."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import features as ft
from regulars.errors import DataError
from regulars.estimators import boosting
from regulars.estimators.base import Bools, Floats
from regulars.estimators.crossfit import N_FOLDS, fold_of
from regulars.estimators.spend.purchases import PARTS, Purchases

NAMES = (*ft.NAMES, *PARTS)
"""Columns of the matrix: the customer features, and what the probability models say."""
Matrix = npt.NDArray[np.float32]

_CHUNK = 50_000
"""Rows turned into numbers at a time."""
_SHARES = 10_000
"""Groups of customers, of which a sample takes some."""
_FEWEST_ROWS = 100
"""Train rows below which half of the customers teach trees nothing that the other half could be judged by."""


@dataclass(frozen=True)
class Boosting:
    """How the trees are trained."""

    parameters: Mapping[str, Any]
    """LightGBM's."""
    min_data_in_leaf: int
    """Fewest train rows in a leaf, where there are enough rows for twenty such leaves."""
    rounds: int
    """Number of trees."""
    seed: int
    """Of feature and row sampling."""

    def train(self, rows: Matrix, taken: Floats) -> boosting.Booster:
        """Return trees for ``taken`` (rows,), amounts >= 0, in units of their :func:`mean amount <unit>`.

        Raises:
            DataError: there are no rows, or nobody spent anything.
        """
        if not taken.any():
            raise DataError("no train customer spent anything within the horizon; use a longer history or --horizon")
        parameters = {**self.parameters, "min_data_in_leaf": min(self.min_data_in_leaf, max(1, len(taken) // 20))}
        return boosting.train(rows, taken / unit(taken), NAMES, parameters, self.rounds, self.seed)

    def out_of_fold(self, rows: Matrix, taken: Floats, customer_ids: pl.Series) -> Floats:
        """Return (rows,) amounts by trees that never saw the row's customer; NaN where the others teach too little."""
        fold, found = fold_of(customer_ids, N_FOLDS), np.full(len(taken), np.nan)
        for number in range(N_FOLDS):
            asked = fold == number
            known = taken[~asked]
            if len(known) >= _FEWEST_ROWS and known.any() and asked.any():
                found[asked] = boosting.predict(self.train(rows[~asked], known), rows[asked]) * unit(known)
        return found


def unit(taken: Floats) -> float:
    """Return the mean of the amounts above 0; there is one."""
    return float(taken[taken > 0].mean())


def sampled(customer_ids: pl.Series, max_rows: int, seed: int) -> Bools:
    """Return (rows,) which to keep so that they are about ``max_rows`` at most: all rows of a customer or none."""
    if len(customer_ids) <= max_rows:
        return np.ones(len(customer_ids), np.bool_)
    group = fold_of(customer_ids, _SHARES, salt=f"{seed} ")
    return np.asarray(group < max(1, _SHARES * max_rows // len(customer_ids)), dtype=np.bool_)


def matrix(features: pl.DataFrame, purchases: Purchases, days: int, blank: Collection[str]) -> Matrix:
    """Return (rows, len(NAMES)); null and ``blank`` columns are NaN."""
    found = np.empty((features.height, len(NAMES)), np.float32)
    for start, part in _parts(features):
        found[start : start + part.height, : len(ft.NAMES)] = ft.matrix(part, blank=blank)
        found[start : start + part.height, len(ft.NAMES) :] = purchases.parts(part, days)
    return found


def predict(
    booster: boosting.Booster, features: pl.DataFrame, purchases: Purchases, days: int, blank: Collection[str]
) -> Floats:
    """Return the trees' answer per row, in units of :func:`unit`."""
    found = np.empty(features.height)
    for start, part in _parts(features):
        found[start : start + part.height] = boosting.predict(booster, matrix(part, purchases, days, blank))
    return found


def _parts(features: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    for start in range(0, features.height, _CHUNK):
        yield start, features[start : start + _CHUNK]
