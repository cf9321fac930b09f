"""When a customer buys an item, or its type, again: forecasters that take the transactions themselves."""

from regulars.estimators.replenishment.baselines import GroupGap, OwnGap
from regulars.estimators.replenishment.forecast import CONSUMABLE, DURABLE, ONE_OFF, SCHEMA, Forecast
from regulars.estimators.replenishment.hazard import LightGBMReplenishment
from regulars.estimators.replenishment.pair_btyd import PairBGNBD
from regulars.estimators.replenishment.poisson_gamma import PoissonGamma
from regulars.estimators.replenishment.replenisher import Replenisher

__all__ = [
    "CONSUMABLE",
    "DURABLE",
    "ONE_OFF",
    "SCHEMA",
    "Forecast",
    "GroupGap",
    "LightGBMReplenishment",
    "OwnGap",
    "PairBGNBD",
    "PoissonGamma",
    "Replenisher",
]
