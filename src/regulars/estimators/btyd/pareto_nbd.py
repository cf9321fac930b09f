"""Pareto/NBD: a customer may leave at any time."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from scipy.special import digamma, exprel, gammaln

from regulars.estimators.base import Floats
from regulars.estimators.btyd import fitting
from regulars.estimators.btyd.customers import Customers, checked_days


@dataclass(frozen=True)
class ParetoNBD:
    """Purchases at a Gamma(r, alpha) rate until the customer leaves, at a Gamma(s, beta) rate.

    With x purchases after the first, the last at t_x, and tenure T the likelihood is
    ``G(r+x)/G(r) alpha^r beta^s [(alpha+T)^-(r+x) (beta+T)^-s + s I]``, G the gamma function and ``I`` the integral
    of ``(alpha+y)^-(r+x) (beta+y)^-(s+1)`` over the times y from t_x to T at which the customer may have left.

    References: Schmittlein, Morrison & Colombo (1987), Counting Your Customers, Management Science 33(1); Fader &
    Hardie (2005), A Note on Deriving the Pareto/NBD Model and Related Expressions. They write I with
    hypergeometric functions, which lose their digits on long histories; here it is a Gauss-Legendre sum.
    """

    r: float
    """Shape of the purchase rates."""
    alpha: float
    """Inverse scale of the purchase rates, in the customers' unit of time."""
    s: float
    """Shape of the rates of leaving."""
    beta: float
    """Inverse scale of the rates of leaving, in the customers' unit of time."""

    @classmethod
    def fit(cls, customers: Customers) -> Self:
        """Return the model of maximum likelihood.

        Raises:
            DataError: nobody bought on a second day.
        """
        rows, weights, _ = customers.distinct()
        gap, tenure = customers.typical_gap(), float(customers.tenure.mean())
        ranges = [_SHAPE, _GAPS.times(gap), _LEAVES, _STAYS.times(tenure)]
        return cls(*fitting.maximise(lambda each: cls(*each.tolist())._score(rows), ranges, weights).tolist())

    def log_likelihood(self, customers: Customers) -> float:
        """Return the log-likelihood of the customers' histories."""
        return float(self._score(customers)[0].sum())

    def p_alive(self, customers: Customers) -> Floats:
        """Return P(has not left), (n,)."""
        alive = np.empty(len(customers))
        for rows in _blocks(customers):
            log_alive, log_gone = self._parts(customers[rows], self._departure(customers[rows]))
            alive[rows] = np.exp(-np.logaddexp(0.0, log_gone - log_alive))
        return alive

    def survival(self, customers: Customers, horizon_days: int) -> Floats:
        """Return (n, horizon_days); column t - 1 is P(no purchase within t units of time), never rising."""
        returned = np.cumsum(self.density(customers, horizon_days), axis=1)
        return np.clip(1 - returned, 0.0, 1.0)

    def density(self, customers: Customers, horizon_days: int) -> Floats:
        """Return (n, horizon_days); column t - 1 is P(the next purchase falls on the t-th day).

        Given alive, the next purchase after u has the density (r+x)/(alpha+T+u) ((alpha+T)/(alpha+T+u))^(r+x)
        ((beta+T)/(beta+T+u))^s, integrated over each day.
        """
        alive, found = self.p_alive(customers), np.empty((len(customers), checked_days(horizon_days)))
        for rows in _blocks(customers):
            found[rows] = alive[rows, None] * self._arrivals(customers[rows], horizon_days)
        return found

    def expected_purchases(self, customers: Customers, days: float) -> Floats:
        """Return the expected number of purchase days within ``days``, (n,).

        It is p_alive (r+x)/(alpha+T) (beta+T)/(s-1) (1 - ((beta+T)/(beta+T+t))^(s-1)), also in the limit of s = 1.
        """
        leaving = self.beta + customers.tenure
        log_ratio = np.log1p(checked_days(days) / leaving)
        active = leaving * log_ratio * exprel(-(self.s - 1) * log_ratio)
        return self.p_alive(customers) * (self.r + customers.frequency) / (self.alpha + customers.tenure) * active

    def _arrivals(self, customers: Customers, horizon_days: int) -> Floats:
        """P(the next purchase falls on day t) of a customer who is alive, (n, horizon)."""
        buying = (self.alpha + customers.tenure)[:, None]
        leaving = (self.beta + customers.tenure)[:, None]
        shape = (self.r + customers.frequency)[:, None]
        found = np.zeros((len(customers), horizon_days))
        for node, weight in zip(*_unit_nodes(_DAY_NODES), strict=True):
            u = np.arange(horizon_days) + node
            found += weight * np.exp(-(shape + 1) * np.log1p(u / buying) - self.s * np.log1p(u / leaving))
        return shape / buying * found

    def _departure(self, customers: Customers) -> "_Departure":
        """The integral I, on a log scale of time since the last purchase that starts at the integrand's own pace."""
        shape, last = self.r + customers.frequency, customers.span
        buying, leaving = self.alpha + last, self.beta + last
        pace = 1 / (shape / buying + (self.s + 1) / leaving)
        width = np.log1p(customers.recency / pace)
        nodes, weights = _unit_nodes(_NODES)
        step = width[:, None] * nodes
        later = pace[:, None] * np.expm1(step)
        log_buying = np.log1p(later / buying[:, None])
        log_leaving = np.log1p(later / leaving[:, None])
        mass = weights * np.exp(step - shape[:, None] * log_buying - (self.s + 1) * log_leaving)
        total = mass.sum(axis=1)
        with np.errstate(divide="ignore"):
            log_integral = np.log(total * width * pace) - shape * np.log(buying) - (self.s + 1) * np.log(leaving)
        return _Departure(
            log_integral,
            np.log(buying) + (mass * log_buying).sum(axis=1) / total,
            (mass / (buying[:, None] + later)).sum(axis=1) / total,
            np.log(leaving) + (mass * log_leaving).sum(axis=1) / total,
            (mass / (leaving[:, None] + later)).sum(axis=1) / total,
        )

    def _parts(self, customers: Customers, departure: "_Departure") -> tuple[Floats, Floats]:
        """The logarithms of the likelihood's two terms, alive and gone, (n,) each."""
        shape, tenure = self.r + customers.frequency, customers.tenure
        log_alive = -shape * np.log(self.alpha + tenure) - self.s * np.log(self.beta + tenure)
        return log_alive, np.log(self.s) + departure.log_integral

    def _score(self, customers: Customers) -> tuple[Floats, Floats]:
        """Each customer's log-likelihood (n,) and its gradient by r, alpha, s and beta (4, n)."""
        values, gradients = np.empty(len(customers)), np.empty((4, len(customers)))
        for rows in _blocks(customers):
            values[rows], gradients[:, rows] = self._score_some(customers[rows])
        return values, gradients

    def _score_some(self, customers: Customers) -> tuple[Floats, Floats]:
        r, alpha, s, beta = self.r, self.alpha, self.s, self.beta
        x, tenure = customers.frequency, customers.tenure
        left = self._departure(customers)
        log_alive, log_gone = self._parts(customers, left)
        bracket = np.logaddexp(log_alive, log_gone)
        alive, gone = np.exp(log_alive - bracket), np.exp(log_gone - bracket)
        value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + bracket
        by_r = digamma(r + x) - digamma(r) + np.log(alpha)
        by_r -= alive * np.log(alpha + tenure) + gone * left.log_buying
        by_alpha = r / alpha - (r + x) * (alive / (alpha + tenure) + gone * left.per_buying)
        by_s = np.log(beta) - alive * np.log(beta + tenure) + gone * (1 / s - left.log_leaving)
        by_beta = s / beta - alive * s / (beta + tenure) - gone * (s + 1) * left.per_leaving
        return value, np.stack([by_r, by_alpha, by_s, by_beta])


class _Departure(NamedTuple):
    """The log of the integral I, and means under its integrand, (n,) each."""

    log_integral: Floats
    log_buying: Floats
    """Of log(alpha + y)."""
    per_buying: Floats
    """Of 1 / (alpha + y)."""
    log_leaving: Floats
    """Of log(beta + y)."""
    per_leaving: Floats
    """Of 1 / (beta + y)."""


def _blocks(customers: Customers) -> Iterator[slice]:
    """Customers at a time, so that what is computed of them stays in the processor's cache."""
    return (slice(start, start + _ROWS) for start in range(0, len(customers), _ROWS))


@functools.cache
def _unit_nodes(n: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return (nodes + 1) / 2, weights / 2


_SHAPE, _GAPS = fitting.Range(0.5, 2.0, 1e-4, 1e3), fitting.Range(0.5, 2.0, 1e-5, 1e5)
_LEAVES, _STAYS = fitting.Range(0.5, 0.2, 1e-4, 1e3), fitting.Range(0.5, 0.02, 1e-5, 1e5)
_NODES = 32
"""Of the integral over the time of leaving; see decision record 13 for its error."""
_DAY_NODES = 5
"""Of the integral over a day."""
_ROWS = 4096
