"""MBG/NBD: a customer may leave right after each purchase, the first included."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.estimators.btyd.beta_geometric import BetaGeometric


@dataclass(frozen=True)
class MBGNBD(BetaGeometric):
    """The modified beta-geometric/NBD model: a chance to leave after the first purchase as well, so k = x + 1.

    References: Batislam, Denizel & Filiztekin (2007), Empirical Validation and Comparison of Models for Customer
    Base Analysis, International Journal of Research in Marketing 24(3).
    """

    first_chance: ClassVar[int] = 1
