"""BG/NBD: a customer may leave right after each repeat purchase."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.estimators.btyd.beta_geometric import BetaGeometric


@dataclass(frozen=True)
class BGNBD(BetaGeometric):
    """The beta-geometric/NBD model: a chance to leave after each repeat purchase, so k = x.

    A one-time buyer has had no chance to leave and counts as alive for certain.

    References: Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the
    Pareto/NBD Model, Marketing Science 24(2), equations 6 (likelihood) and 10 (expected purchases).
    """

    first_chance: ClassVar[int] = 0
