"""A Pareto/NBD forecast as an input of other models: for train customers by a fit that never saw them."""

import zlib
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import polars as pl

from regulars.errors import DataError
from regulars.estimators.base import Floats, Ints
from regulars.estimators.btyd import Customers, ParetoNBD

N_FOLDS = 2
"""Groups of customers; the four parameters of a shop hardly differ between halves of it."""


@dataclass(frozen=True)
class CrossFit:
    """One Pareto/NBD of the whole shop for the customers to come, and one a fold for those who taught it.

    A parameter fitted on a customer's later purchases would tell a train row what happened after its as_of; the
    fit of the other folds does not know them.
    """

    whole: ParetoNBD | None
    """Fitted on everybody; None where the shop has nothing to fit it on, such as repeat buyers."""
    folds: tuple[ParetoNBD | None, ...] = ()
    """Fitted on everybody but the fold; not kept in artefacts."""

    @classmethod
    def fit(cls, features: pl.DataFrame) -> Self:
        """Fit on the rows of the latest ``as_of``: the customers as they are at the training cut."""
        latest = features.filter(pl.col("as_of") == pl.col("as_of").max())
        fold = pl.Series(fold_of(latest["customer_id"], N_FOLDS))
        return cls(_fit(latest), tuple(_fit(latest.filter(fold != number)) for number in range(N_FOLDS)))

    @classmethod
    def nothing(cls) -> Self:
        """Return the forecast of a shop that has none: not known for anybody."""
        return cls(None, (None,) * N_FOLDS)

    def survival(self, features: pl.DataFrame, horizon_days: int) -> Floats:
        """Return (rows, horizon_days) curves of the whole shop's fit; NaN where there is none."""
        return _survival(self.whole, features, horizon_days)

    def out_of_fold(self, features: pl.DataFrame, horizon_days: int) -> Floats:
        """Return (rows, horizon_days) curves of train rows, each by the fit without its customer."""
        fold = fold_of(features["customer_id"], N_FOLDS)
        curves = np.empty((features.height, horizon_days))
        for number, model in enumerate(self.folds):
            curves[fold == number] = _survival(model, features.filter(pl.Series(fold == number)), horizon_days)
        return curves

    def state(self) -> dict[str, float] | None:
        """Return the parameters to keep in an artefact."""
        return None if self.whole is None else asdict(self.whole)

    @classmethod
    def of_state(cls, state: dict[str, Any] | None) -> Self:
        """Return what :meth:`state` kept; good for predictions."""
        return cls(None if state is None else ParetoNBD(**state))


def fold_of(customer_ids: pl.Series, n: int, salt: str = "") -> Ints:
    """Return the fold of each customer, 0..n - 1: the same in every run, for all rows of a customer alike."""
    distinct = customer_ids.unique()
    folds = [zlib.crc32(f"{salt}{customer_id}".encode()) % n for customer_id in distinct.to_list()]
    table = pl.DataFrame({"customer_id": distinct, "fold": pl.Series(folds, dtype=pl.Int64)})
    joined = customer_ids.alias("customer_id").to_frame().join(table, on="customer_id", maintain_order="left")
    return joined["fold"].to_numpy()


def _fit(features: pl.DataFrame) -> ParetoNBD | None:
    try:
        return ParetoNBD.fit(Customers.of(features))
    except DataError:
        return None


def _survival(model: ParetoNBD | None, features: pl.DataFrame, horizon_days: int) -> Floats:
    if model is None:
        return np.full((features.height, horizon_days), np.nan)
    return model.survival(Customers.of(features), horizon_days)
