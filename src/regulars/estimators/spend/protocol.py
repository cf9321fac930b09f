"""What every spend estimator offers, and the check of what it is fitted on."""

from pathlib import Path
from typing import ClassVar, Protocol, Self

import numpy as np
import polars as pl

from regulars.errors import DataError
from regulars.estimators.base import Bools, Floats, Ints, Labels, Source


class SpendEstimator(Protocol):
    """Says how much each customer spends in the horizon, net of returns, in minor units."""

    source: ClassVar[Source]
    learns_from: ClassVar[Labels]
    horizon_days: int

    def fit(self, features: pl.DataFrame, spend_ahead: Ints, days_watched: Ints) -> Self:
        """Learn from a feature table and, row by row, the net amount spent in the days watched so far.

        Rows watched for the whole horizon are learned from. The rows of the latest as_of may be watched for no
        day; they say what the customers are like now.
        """

    def predict(self, features: pl.DataFrame) -> Floats:
        """Return the expected net spend in the horizon per row, minor units, >= 0."""

    def interval(self, features: pl.DataFrame, level: float = 0.8) -> tuple[Floats, Floats]:
        """Return (low, high) per row, minor units: the net spend lies between them with probability ``level``."""

    def nothing(self, features: pl.DataFrame) -> Floats:
        """Return P(net spend in the horizon <= 0) per row, in [0, 1]."""

    def save(self, folder: Path) -> None:
        """Write parameters and learned state into an existing folder."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote; the result answers the same."""


def check(features: pl.DataFrame, spend_ahead: Ints, days_watched: Ints, horizon_days: int) -> Bools:
    """Return (rows,) whether the window is over, after checking that there is something to learn from.

    Raises:
        DataError: there are no rows or none with a whole window, or features and labels differ in length.
    """
    if features.height == 0:
        raise DataError(
            "no train customers: the history before as_of is too short; use a later --as-of or a shorter --horizon"
        )
    if not features.height == len(spend_ahead) == len(days_watched):
        raise DataError(
            f"{features.height} rows of features but {len(spend_ahead)} amounts and {len(days_watched)} durations"
        )
    over = np.asarray(days_watched) >= horizon_days
    if not over.any():
        raise DataError(
            f"no train customer was watched for {horizon_days} days; use a later --as-of or a shorter --horizon"
        )
    return np.asarray(over, dtype=np.bool_)
