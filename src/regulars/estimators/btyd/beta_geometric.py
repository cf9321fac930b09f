"""What BG/NBD and MBG/NBD share: a customer may leave right after a purchase, with a probability of their own."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy.special import betaln, digamma, gammaln

from regulars.estimators.base import Floats
from regulars.estimators.btyd import fitting
from regulars.estimators.btyd.customers import Customers, checked_days


@dataclass(frozen=True)
class BetaGeometric:
    """Purchases at a Gamma(r, alpha) rate; at each chance the customer leaves with a Beta(a, b) probability.

    The two models differ only in ``k``, the number of chances to leave that a customer has survived if alive.
    With x purchases after the first, the last at t_x, and tenure T the likelihood is
    ``G(r+x)/G(r) alpha^r B(a, b+k)/B(a, b) [(alpha+T)^-(r+x) + a/(b+k-1) (alpha+t_x)^-(r+x)]``,
    the second term only where k > 0; G is the gamma and B the beta function.
    """

    r: float
    """Shape of the purchase rates."""
    alpha: float
    """Inverse scale of the purchase rates, in the customers' unit of time."""
    a: float
    """First parameter of the probability to leave."""
    b: float
    """Second parameter of the probability to leave."""

    first_chance: ClassVar[int]
    """1 where a customer may leave right after the first purchase, 0 where only after a repeat purchase."""

    @classmethod
    def fit(cls, customers: Customers) -> Self:
        """Return the model of maximum likelihood.

        Raises:
            DataError: nobody bought on a second day.
        """
        rows, weights, _ = customers.distinct()
        ranges = [_SHAPE, _GAPS.times(customers.typical_gap()), *_LEAVES]
        return cls(*fitting.maximise(lambda each: cls(*each.tolist())._score(rows), ranges, weights).tolist())

    def log_likelihood(self, customers: Customers) -> float:
        """Return the log-likelihood of the customers' histories."""
        return float(self._score(customers)[0].sum())

    def p_alive(self, customers: Customers) -> Floats:
        """Return P(has not left for good), (n,)."""
        odds_gone = self._log_odds_gone(customers)
        return np.asarray(np.exp(-np.logaddexp(0.0, odds_gone)), dtype=np.float64)

    def survival(self, customers: Customers, horizon_days: int) -> Floats:
        """Return (n, horizon_days); column t - 1 is P(no purchase within t units of time), never rising."""
        waits = self._waits(customers, checked_days(horizon_days))
        return 1 - self.p_alive(customers)[:, None] * (1 - waits[:, 1:])

    def density(self, customers: Customers, horizon_days: int) -> Floats:
        """Return (n, horizon_days); column t - 1 is P(the next purchase falls on the t-th day)."""
        waits = self._waits(customers, checked_days(horizon_days))
        return -self.p_alive(customers)[:, None] * np.diff(waits, axis=1)

    def expected_purchases(self, customers: Customers, days: float) -> Floats:
        """Return the expected number of purchase days within ``days``, (n,).

        If alive for good, a customer would make a negative binomial number of purchases. The j-th of them happens
        if the customer did not leave before, the probability of which is the mean of (1 - p)^(j - 1). All terms
        are positive and a = 1 is nothing special, unlike in the papers' form with a hypergeometric function.
        """
        shape, scale = self.r + customers.frequency, self.alpha + customers.tenure
        chance = checked_days(days) / (scale + days)
        return self.p_alive(customers) * _mean_until_gone(shape, chance, self.a, self.b + self._chances(customers))

    def _chances(self, customers: Customers) -> Floats:
        return customers.frequency + self.first_chance

    def _waits(self, customers: Customers, horizon_days: int) -> Floats:
        """P(no purchase within t days) for t = 0..horizon of a customer who has not left, (n, horizon + 1)."""
        shape, scale = self.r + customers.frequency, self.alpha + customers.tenure
        days = np.arange(horizon_days + 1, dtype=np.float64)
        return np.asarray(np.exp(-shape[:, None] * np.log1p(days / scale[:, None])), dtype=np.float64)

    def _log_odds_gone(self, customers: Customers) -> Floats:
        chances, shape = self._chances(customers), self.r + customers.frequency
        idle = np.log1p(customers.recency / (self.alpha + customers.span))
        odds = np.log(self.a) - np.log(self.b + np.maximum(chances, 1) - 1) + shape * idle
        return np.where(chances > 0, odds, -np.inf)

    def _score(self, customers: Customers) -> tuple[Floats, Floats]:
        """Each customer's log-likelihood (n,) and its gradient by r, alpha, a and b (4, n)."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        x, chances = customers.frequency, self._chances(customers)
        until_now, until_last = alpha + customers.tenure, alpha + customers.span
        odds_gone = self._log_odds_gone(customers)
        alive = np.exp(-np.logaddexp(0.0, odds_gone))
        gone = 1 - alive
        value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(until_now)
        value += betaln(a, b + chances) - betaln(a, b) + np.logaddexp(0.0, odds_gone)
        by_r = digamma(r + x) - digamma(r) + np.log(alpha) - alive * np.log(until_now) - gone * np.log(until_last)
        by_alpha = r / alpha - (r + x) * (alive / until_now + gone / until_last)
        total = digamma(a + b) - digamma(a + b + chances)
        by_a = total + gone / a
        by_b = total + digamma(b + chances) - digamma(b) - gone / (b + np.maximum(chances, 1) - 1)
        return value, np.stack([by_r, by_alpha, by_a, by_b])


def _mean_until_gone(shape: Floats, chance: Floats, a: float, stayed: Floats) -> Floats:
    """Sum over j >= 0 of P(N > j) E[(1 - p)^j], N ~ NB(shape, chance), p ~ Beta(a, stayed), as sum of P(N = n) c_n."""
    total = np.zeros(len(shape))
    rows = np.arange(len(shape))
    log_mass, made, stays = shape * np.log1p(-chance), np.zeros(len(shape)), np.ones(len(shape))
    n = 0
    while len(rows):
        for _ in range(_BLOCK):
            total[rows] += np.exp(log_mass) * made
            made = made + stays
            stays = stays * (stayed + n) / (a + stayed + n)
            log_mass = log_mass + np.log(chance * (shape + n) / (n + 1))
            n += 1
        ratio = chance * (shape + n) / (n + 1)
        going = (ratio >= 1) | (np.exp(log_mass) * n > _TINY * (1 - np.minimum(ratio, 1)) ** 2 * total[rows])
        rows, log_mass, made, stays = rows[going], log_mass[going], made[going], stays[going]
        shape, chance, stayed = shape[going], chance[going], stayed[going]
    return total


_SHAPE, _GAPS = fitting.Range(0.5, 2.0, 1e-4, 1e3), fitting.Range(0.5, 2.0, 1e-5, 1e5)
_LEAVES = [fitting.Range(1.0, 0.1, 1e-4, 1e4), fitting.Range(2.0, 0.1, 1e-4, 1e4)]
_BLOCK = 32
"""Terms between two looks at which customers still need more."""
_TINY = 1e-14
"""What the terms left out may add, as a share of the sum."""
