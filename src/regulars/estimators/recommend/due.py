"""What a customer is about to run out of: the rule of ``buy_again``."""

import numpy as np
import numpy.typing as npt

from regulars.estimators.recommend.assortment import Assortment
from regulars.features import pairs
from regulars.features.histories import Histories

DUE_LAG = 0.75
"""An item is due once this share of its usual gap has gone by: 9 days where it is 12."""
REPEATED = 0.1
"""Share of an item's customers who buy it twice or more, from which on it is something that people buy again."""
DURABLE_DAYS = 220.0
"""What the shop says lasts as long as this or longer is no consumable, whoever buys it."""


def due(histories: Histories, assortment: Assortment) -> npt.NDArray[np.bool_]:
    """Return whether each pair of ``histories`` is a consumable that is due: (pairs,).

    Both must hold:

    - it is consumed: its ``life_days`` are below DURABLE_DAYS where the shop gives them, else at least REPEATED of its
      customers bought it in two orders or more (``item_repeat``, shrunk towards the items of its group);
    - it is due: ``own_lag``, the days since the customer's last purchase of it over their mean gap between two, shrunk
      towards everybody's (:mod:`regulars.features.pairs`), is at least DUE_LAG.

    How long ago is too long is left to the ranking.
    """
    if not len(histories.row):
        return np.zeros(0, bool)
    h, item = histories, np.minimum(histories.pair_item, assortment.catalogue.n_items)
    group = assortment.catalogue.groups[item]
    lag = pairs.table(h, h.pair_row, h.pair_item, group, assortment.stats)[:, pairs.NAMES.index("own_lag")]
    life = np.append(assortment.life_days, np.nan)[item]
    consumed = np.where(np.isnan(life), assortment.stat("item_repeat")[item] >= REPEATED, life < DURABLE_DAYS)
    found: npt.NDArray[np.bool_] = consumed & (lag >= DUE_LAG)
    return found
