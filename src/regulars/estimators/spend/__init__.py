"""Spend: the expected net amount of each customer in the horizon, with an interval.

What was bought less what was brought back, in minor units, as ``labels.spend`` counts it.
"""

from regulars.estimators.spend.boosted import BlendSpend, TweedieSpend
from regulars.estimators.spend.gamma_gamma import GammaGammaSpend
from regulars.estimators.spend.pace import PaceSpend

__all__ = ["BlendSpend", "GammaGammaSpend", "PaceSpend", "TweedieSpend"]
