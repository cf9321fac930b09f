"""Customers who live as the models say: they buy at a rate of their own until they leave."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from regulars.estimators.btyd import BGNBD, MBGNBD, Customers, ParetoNBD

Model = BGNBD | MBGNBD | ParetoNBD
Floats = npt.NDArray[np.float64]

MODELS: list[Model] = [BGNBD(0.6, 20, 0.8, 2.5), MBGNBD(0.9, 20, 0.8, 2.5), ParetoNBD(0.8, 15, 0.7, 60)]
"""One of each, in days."""


class Lives(NamedTuple):
    """What is known of customers as of an instant, and how often they bought afterwards."""

    customers: Customers
    until: Floats
    """Days to the next purchase, infinite where there is none."""
    future: npt.NDArray[np.int64]
    """Purchases in the days after the instant."""


def simulate(model: Model, tenure: Floats, days: float, seed: int) -> Lives:
    """Let a customer live for each tenure, and for ``days`` after it."""
    rng = np.random.default_rng(seed)
    n = len(tenure)
    rate = rng.gamma(model.r, 1 / model.alpha, n)
    if isinstance(model, ParetoNBD):
        leaves = rng.exponential(1 / np.maximum(rng.gamma(model.s, 1 / model.beta, n), 1e-300))
        most = np.full(n, np.iinfo(np.int64).max)
    else:
        leaves = np.full(n, np.inf)
        most = rng.geometric(np.maximum(rng.beta(model.a, model.b, n), 1e-12)) - model.first_chance
    watched = np.minimum(leaves, tenure + days)
    made = rng.poisson(rate * watched)
    owner = np.repeat(np.arange(n), made)
    at = rng.random(made.sum()) * watched[owner]
    order = np.lexsort([at, owner])
    number = np.arange(len(owner)) - np.repeat(np.cumsum(made) - made, made)
    kept = number < most[owner]
    owner, at = owner[kept], at[order][kept]
    past = at < tenure[owner]
    last, first = np.zeros(n), np.full(n, np.inf)
    np.maximum.at(last, owner[past], at[past])
    np.minimum.at(first, owner[~past], at[~past])
    known = Customers(np.bincount(owner[past], minlength=n), tenure - last, tenure)
    return Lives(known, first - tenure, np.bincount(owner[~past], minlength=n))
