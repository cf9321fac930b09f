"""How often x how much: a buy-till-you-die model of the purchases, times a Gamma-Gamma model of their value."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
import polars as pl

from regulars.estimators import btyd
from regulars.estimators.base import Floats

Repeat = Literal["BGNBD", "MBGNBD", "ParetoNBD"]
"""Which buy-till-you-die model counts the purchases."""
Counts = btyd.BGNBD | btyd.MBGNBD | btyd.ParetoNBD
_REPEAT: dict[str, type[btyd.BGNBD] | type[btyd.MBGNBD] | type[btyd.ParetoNBD]] = {
    "BGNBD": btyd.BGNBD,
    "MBGNBD": btyd.MBGNBD,
    "ParetoNBD": btyd.ParetoNBD,
}

NEEDED = ("frequency", "recency", "tenure", "spend", "refund_share")
"""Features that it sees."""
PARTS = ("purchases_ahead", "purchase_value", "p_alive", "value_ahead")
"""What :meth:`Purchases.parts` tells of a customer."""


@dataclass(frozen=True)
class Purchases:
    """Both models, fitted on customers as of one instant."""

    repeat: Repeat
    """Which model counts the purchases."""
    counts: Counts
    """How often."""
    values: btyd.GammaGamma
    """How much."""

    @classmethod
    def fit(cls, features: pl.DataFrame, repeat: Repeat) -> Self:
        """Fit both on a feature table of one as_of.

        Raises:
            DataError: nobody bought twice, or nobody spent anything.
        """
        counts = _REPEAT[repeat].fit(btyd.Customers.of(features))
        n, value = _values(features)
        return cls(repeat, counts, btyd.GammaGamma.fit(n[value > 0], value[value > 0]))

    def parts(self, features: pl.DataFrame, days: int) -> Floats:
        """Return (rows, len(PARTS)): purchases in the next ``days``, the value of one, P(not gone), their product."""
        customers = btyd.Customers.of(features)
        ahead = self.counts.expected_purchases(customers, days)
        value = self.values.expected_spend(*_values(features))
        return np.column_stack([ahead, value, self.counts.p_alive(customers), ahead * value])

    def expected(self, features: pl.DataFrame, days: int) -> Floats:
        """Return the expected net spend of the next ``days`` per row, minor units."""
        value = self.values.expected_spend(*_values(features))
        return np.asarray(self.counts.expected_purchases(btyd.Customers.of(features), days) * value, dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """Return the parameters as JSON keeps them."""
        return {"repeat": self.repeat, "counts": asdict(self.counts), "values": asdict(self.values)}

    @classmethod
    def of(cls, state: dict[str, Any]) -> Self:
        """Return what :meth:`state` told."""
        counts = _REPEAT[state["repeat"]](**state["counts"])
        return cls(state["repeat"], counts, btyd.GammaGamma(**state["values"]))


def _values(features: pl.DataFrame) -> tuple[Floats, Floats]:
    """Return purchase days and their mean value, less the customer's share of refunds; 0 where nothing is left."""
    kept = 1 - pl.col("refund_share").fill_null(0.0).fill_nan(0.0)
    value = (pl.col("spend").fill_null(0.0) * kept).clip(lower_bound=0.0)
    table = features.select(n=pl.col("frequency") + 1, value=value)
    return table["n"].to_numpy().astype(np.float64), table["value"].to_numpy().astype(np.float64)
