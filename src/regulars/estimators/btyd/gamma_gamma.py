"""Gamma-Gamma: what a customer's purchase is worth, between their own mean and everybody's."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from regulars.errors import DataError
from regulars.estimators.base import Floats
from regulars.estimators.btyd import fitting


@dataclass(frozen=True)
class GammaGamma:
    """A purchase is worth a Gamma(p, nu) amount, with the customer's nu from a Gamma(q, v).

    The density of the mean z of n purchases is
    ``G(pn+q) / (G(pn) G(q)) v^q z^(pn-1) n^(pn) / (v + n z)^(pn+q)``, G the gamma function. Frequency and value are
    taken as independent.

    References: Fader, Hardie & Lee (2005), RFM and CLV: Using Iso-Value Curves for Customer Base Analysis, Journal
    of Marketing Research 42(4); Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value, equations 1a and 5.
    """

    p: float
    """Shape of a customer's purchases."""
    q: float
    """Shape of the customers' scales; above 1.01, as the mean of all customers is infinite from 1 downwards."""
    v: float
    """Inverse scale of the customers' scales, in the currency; the papers' gamma."""

    @classmethod
    def fit(cls, n_purchases: npt.ArrayLike, mean_spend: npt.ArrayLike) -> Self:
        """Return the model of maximum likelihood, from customers with n >= 1 purchases of mean value > 0.

        Raises:
            DataError: there are no customers, or a value is missing, infinite or not above 0.
        """
        n, z = _checked(n_purchases, mean_spend)
        if not len(n):
            raise DataError("no customer has a purchase of positive value; use a longer history")
        if (n < 1).any() or (z <= 0).any():
            raise DataError("n_purchases must be at least 1 and mean_spend above 0; leave out the other customers")
        unit = float(np.average(z, weights=n))
        p, excess, v = fitting.maximise(lambda each: _score(each, n, z / unit), _RANGES, np.ones(len(n))).tolist()
        return cls(p, 1 + excess, v * unit)

    def log_likelihood(self, n_purchases: npt.ArrayLike, mean_spend: npt.ArrayLike) -> float:
        """Return the log-likelihood of the customers' mean spends."""
        n, z = _checked(n_purchases, mean_spend)
        return float(_score(np.array([self.p, self.q - 1, self.v]), n, z)[0].sum())

    def expected_spend(self, n_purchases: npt.ArrayLike, mean_spend: npt.ArrayLike) -> Floats:
        """Return the posterior mean of the value of a purchase, (n,); everybody's mean where n is 0.

        Raises:
            DataError: a value is missing or infinite, or below 0.
        """
        n, z = _checked(n_purchases, mean_spend)
        if (n < 0).any() or (z < 0).any():
            raise DataError("n_purchases and mean_spend must not be negative")
        return self.p * (self.v + n * z) / (self.p * n + self.q - 1)


def _checked(n_purchases: npt.ArrayLike, mean_spend: npt.ArrayLike) -> tuple[Floats, Floats]:
    n, z = np.asarray(n_purchases, dtype=np.float64), np.asarray(mean_spend, dtype=np.float64)
    if n.ndim != 1 or n.shape != z.shape:
        raise DataError(f"n_purchases and mean_spend have shapes {n.shape} and {z.shape}; give one of each a customer")
    if not (np.isfinite(n).all() and np.isfinite(z).all()):
        raise DataError("n_purchases or mean_spend holds a missing or infinite value; leave out these customers")
    return n, z


def _score(parameters: Floats, n: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Each customer's log-likelihood (n,) and its gradient by p, q - 1 and v (3, n)."""
    p, q, v = parameters[0], parameters[1] + 1, parameters[2]
    shape, total = p * n, v + n * z
    share = np.log(n * z) - np.log(total)
    value = (
        gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * (np.log(v) - np.log(total)) + shape * share - np.log(z)
    )
    by_p = n * (digamma(shape + q) - digamma(shape) + share)
    by_q = digamma(shape + q) - digamma(q) + np.log(v) - np.log(total)
    by_v = q / v - (shape + q) / total
    return value, np.stack([by_p, by_q, by_v])


_RANGES = [fitting.Range(2.0, 0.5, 1e-3, 1e4), fitting.Range(2.0, 0.2, 1e-2, 1e4), fitting.Range(1.0, 1.0, 1e-4, 1e5)]
"""Of p, of q over 1 (the mean of all customers, p v / (q - 1), must be finite) and of v in mean purchases."""
