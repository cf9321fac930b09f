"""What a forecast of re-purchases says, and which pairs it is about."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from regulars.estimators.base import Floats

CONSUMABLE, DURABLE, ONE_OFF = "consumable", "durable", "one-off"
"""What repeat behaviour makes of a unit; see :func:`kind`."""

SHARE = 0.2
"""A unit is bought again if at least so many do: one in five."""
SOON_DAYS, LATE_DAYS = 90, 220
"""Within so many days of a purchase: a consumable; only within so many: a durable; else a one-off."""
REGULAR_CV = 0.25
"""A regular pair's gaps have a standard deviation of at most so much of their mean ..."""
REGULAR_PURCHASES = 4
"""... over at least so many purchase days: two equal gaps may be chance."""
OWN_PURCHASES = 3
"""Purchase days from which a pair's own gaps are the basis of its typical gap."""
UNIT_GAPS = 10.0
"""Gaps that a unit must have shown to be the basis of a pair's typical gap; its category stands in for fewer."""

SCHEMA = pl.Schema(
    {
        "customer_id": pl.String(),
        "unit": pl.String(),
        "item_id": pl.String(),
        "last_bought": pl.Date(),
        "n_purchases": pl.Int64(),
        "typical_days": pl.Float64(),
        "regular": pl.Boolean(),
        "basis": pl.String(),
        "kind": pl.String(),
    }
)
"""The columns of a forecast's pairs."""


@dataclass(frozen=True)
class Forecast:
    """When each customer buys each unit again that they bought on two days or more."""

    pairs: pl.DataFrame
    """SCHEMA, one row a customer and unit, by customer_id and unit:

    ``unit``          the item type, or the item where it has none
    ``item_id``       the item of the unit bought last
    ``last_bought``   when
    ``n_purchases``   purchase days, >= 2
    ``typical_days``  days from one purchase to the next: the own median gap of a regular pair; else the own mean
                      gap, the unit's counting for two gaps
    ``regular``       four purchases or more, at nearly equal gaps
    ``basis``         what typical_days rests on most: "own history (6)" (purchases), "item", "category", "shop"
    ``kind``          consumable, durable or one-off
    """
    survival: Floats
    """(pairs, horizon_days); column t - 1 is S(t) = P(no purchase of the unit in [as_of, as_of + t days))."""


def described(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of a forecast from their features (:func:`regulars.features.repurchase.table`)."""
    regular = (pl.col("n") >= REGULAR_PURCHASES) & (pl.col("gap_cv") <= REGULAR_CV)
    typical = pl.when(regular).then(pl.col("gap_median")).otherwise(pl.col("gap_shrunk")).cast(pl.Float64)
    basis = (
        pl.when(pl.col("n") >= OWN_PURCHASES)
        .then(pl.format("own history ({})", pl.col("n_purchases")))
        .when(pl.col("unit_gaps") >= UNIT_GAPS)
        .then(pl.lit("item"))
        .when(pl.col("category_n").is_not_null())
        .then(pl.lit("category"))
        .otherwise(pl.lit("shop"))
    )
    keys = ("customer_id", "unit", "item_id", "last_bought", "n_purchases")
    return rows.select(
        *keys, typical_days=typical, regular=regular.fill_null(value=False), basis=basis, kind=kind()
    ).cast(SCHEMA)


def kind() -> pl.Expr:
    """Return what a unit is by its repeat behaviour, from ``unit_by_90`` and ``unit_by_220``.

    A consumable if at least one purchase in five is followed by another of that customer within 90 days, a
    durable if only within 220 days, else a one-off. Both shares are censored estimates, shrunk to the category's
    and the shop's, so that a few purchases decide nothing.
    """
    return (
        pl.when(pl.col(f"unit_by_{SOON_DAYS}") >= SHARE)
        .then(pl.lit(CONSUMABLE))
        .when(pl.col(f"unit_by_{LATE_DAYS}") >= SHARE)
        .then(pl.lit(DURABLE))
        .otherwise(pl.lit(ONE_OFF))
    )


def steps(due: Floats, horizon_days: int) -> Floats:
    """Return the curves of a rule that names a day: 1 before it, 0 from it on; (n, horizon_days).

    ``due`` counts from 1, the day of as_of; a pair that is late already is expected on that day.
    """
    day = np.maximum(1.0, np.round(due))
    before = np.arange(1, horizon_days + 1)[None, :] < day[:, None]
    return np.asarray(before, dtype=np.float64)
