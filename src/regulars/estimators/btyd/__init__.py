"""Buy-till-you-die models: a customer buys at random at a rate of their own until they silently leave.

Fitted by maximum likelihood on numpy and scipy alone; the decision record 13 says why no library.
"""

from regulars.estimators.btyd.bg_nbd import BGNBD
from regulars.estimators.btyd.customers import Customers
from regulars.estimators.btyd.gamma_gamma import GammaGamma
from regulars.estimators.btyd.mbg_nbd import MBGNBD
from regulars.estimators.btyd.pareto_nbd import ParetoNBD

__all__ = ["BGNBD", "MBGNBD", "Customers", "GammaGamma", "ParetoNBD"]
