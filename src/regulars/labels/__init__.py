"""What happened in the window after as_of: the truth that models learn and are judged by.

A purchase is a line of quantity > 0. A label looks at ``[as_of, as_of + horizon)`` and nowhere else.
"""

from regulars.labels.baskets import next_basket
from regulars.labels.cadence import Cadence, churned_by_cadence
from regulars.labels.keys import KEYS
from regulars.labels.repurchases import next_repurchase
from regulars.labels.spends import spend
from regulars.labels.waits import churned, next_purchase

__all__ = [
    "KEYS",
    "Cadence",
    "churned",
    "churned_by_cadence",
    "next_basket",
    "next_purchase",
    "next_repurchase",
    "spend",
]
