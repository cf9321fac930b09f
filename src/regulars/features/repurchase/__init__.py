"""When a customer buys an item, or its like, again: what their own lines and the shop say before as_of."""

from regulars.features.repurchase.log import Log, build
from regulars.features.repurchase.population import Population
from regulars.features.repurchase.table import KEYS, NAMES, table
from regulars.features.repurchase.units import Units

__all__ = ["KEYS", "NAMES", "Log", "Population", "Units", "build", "table"]
