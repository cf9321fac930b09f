"""The rules that shops use for reminders: one gap after the last purchase."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from regulars.estimators.base import Floats
from regulars.estimators.replenishment.forecast import steps
from regulars.estimators.replenishment.replenisher import Replenisher


@dataclass
class OwnGap(Replenisher):
    """The pair is bought again one own median gap after the last purchase; a late one on the day of as_of."""

    def _survival(self, rows: pl.DataFrame, as_of: dt.date) -> Floats:  # noqa: ARG002  (the lag says it)
        return steps((rows["gap_median"] - rows["lag"] + 1).cast(pl.Float64).to_numpy(), self.horizon_days)


@dataclass
class GroupGap(Replenisher):
    """The pair is bought again one typical gap of its unit after the last purchase, whoever the customer is.

    The typical gap is the geometric mean of all customers' gaps, which is close to their median, shrunk to the
    category's and the shop's where the unit has shown few.
    """

    def _survival(self, rows: pl.DataFrame, as_of: dt.date) -> Floats:  # noqa: ARG002  (the lag says it)
        return steps((rows["unit_gap_typical"] - rows["lag"] + 1).cast(pl.Float64).to_numpy(), self.horizon_days)
