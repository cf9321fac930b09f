"""Who shops: the hidden parameters of people.

The base is the Pareto/NBD model of Schmittlein, Morrison & Colombo (1987): rates of purchase and of
dropout are Gamma over people, independent of each other. On top come one-time buyers, people with
regular gaps, households, tastes, channels, and what offers do to them.
"""

from dataclasses import dataclass

import numpy as np

from regulars.ingest.simulate.arrays import Bools, Floats, Ints, pick
from regulars.ingest.simulate.catalogue import TASTES
from regulars.ingest.simulate.plan import Plan
from regulars.ingest.simulate.season import Season

RATE = (1.1, 34.0)
"""Purchases a day ~ Gamma(shape r, rate alpha in days): r / alpha a day on average."""
DROPOUT = (0.8, 260.0)
"""Dropouts a day ~ Gamma(shape s, rate beta in days): a life is Exponential of that rate."""
ONE_TIME = 0.12
"""Share of people who buy once and never again."""
REGULAR = 0.4
"""Share whose gaps are Erlang of shape 2 to 6 rather than exponential."""
THERE_AT_START = 0.3
"""Share who are seen first in the first 45 days, since they bought before the log began."""
WALK_INS = 0.15
"""Walk-ins without any record, one purchase each, as a share of the people."""
WEB_ONLY, BOTH = 0.15, 0.55
MOST_SENSITIVE = 10.0
SLEEPING_DOGS = 0.1
"""Share whom an offer keeps away."""
IN_CRM = 0.75
MAILED = 0.7
"""Share of the CRM's people who agree to e-mail when they are written down."""


@dataclass(frozen=True)
class People:
    """The parameters of a block's people, one value each; the walk-ins stand last."""

    number: Ints
    """From 0 over the whole plan; -1 for walk-ins."""
    rate: Floats
    """Purchases a day while alive, seasons averaged out."""
    regularity: Ints
    """Shape k of the Erlang gaps; 1 = exponential."""
    dropout_rate: Floats
    """Dropouts a day; NaN for one-time buyers and walk-ins."""
    one_time: Bools
    entered: Floats
    """Day of the first purchase, from the start of the log."""
    stopped: Floats
    """Day after which nothing is bought; may lie behind the end of the log."""
    tastes: Floats
    """``(n, TASTES)``."""
    sensitivity: Floats
    """Coefficient of a price drop (a share) in the logit of the choice of an item, >= 0."""
    household: Ints
    """Mouths, 1 to 6."""
    web_share: Floats
    """Probability that a trip goes to the web shop."""
    home_store: Ints
    """The store that nine of ten store trips go to."""
    responsiveness: Floats
    """Added probability of a trip under an offer of strength 1; below 0: share of trips lost."""
    crm_day: Floats
    """Day on which the CRM wrote them down; infinite: it never did."""
    mail_until: Floats
    """Day on which consent to e-mail ends; ``crm_day`` or before: never given."""

    @property
    def known(self) -> int:
        """How many have records: all but the walk-ins."""
        return int((self.number >= 0).sum())


def people(plan: Plan, season: Season, numbers: Ints, rng: np.random.Generator) -> People:
    """Draw the parameters of people with these numbers, and of the walk-ins that come with them."""
    known = len(numbers)
    n = known + round(known * WALK_INS)
    walk_in = np.arange(n) >= known
    one_time = (rng.random(n) < ONE_TIME) | walk_in
    entered = _entered(plan, season, n, rng)
    dropout_rate = np.where(one_time, np.nan, rng.gamma(DROPOUT[0], 1 / DROPOUT[1], n))
    life = rng.exponential(size=n) / np.maximum(np.where(one_time, 1, dropout_rate), 1e-12)
    sensitivity = np.minimum(rng.gamma(2.0, 1.5, n), MOST_SENSITIVE)
    crm_day = np.where((rng.random(n) < IN_CRM) & ~walk_in, entered + rng.exponential(12, n), np.inf)
    mailed = rng.random(n) < MAILED
    return People(
        number=np.concatenate([numbers, np.full(n - known, -1)]),
        rate=rng.gamma(RATE[0], 1 / RATE[1], n),
        regularity=np.where(rng.random(n) < REGULAR, rng.integers(2, 7, n), 1),
        dropout_rate=dropout_rate,
        one_time=one_time,
        entered=entered,
        stopped=np.where(one_time, entered, entered + life),
        tastes=np.where(walk_in[:, None], 0.0, rng.normal(size=(n, TASTES))),
        sensitivity=sensitivity,
        household=1 + pick(np.array([0.30, 0.33, 0.16, 0.14, 0.05, 0.02]), n, rng),
        web_share=_web_share(walk_in, rng),
        home_store=pick(np.array([0.45, 0.32, 0.23]), n, rng),
        responsiveness=_responsiveness(sensitivity, rng),
        crm_day=crm_day,
        mail_until=np.where(mailed, crm_day + rng.exponential(900, n), -np.inf),
    )


def _entered(plan: Plan, season: Season, n: int, rng: np.random.Generator) -> Floats:
    """The shop gains customers as it sells: evenly in the time of trips."""
    at_start = rng.random(n) < THERE_AT_START
    early = season.warped(np.array([min(45.0, plan.days)]))[0]
    return season.day(np.where(at_start, early, season.cumulative[-1]) * rng.random(n))


def _web_share(walk_in: Bools, rng: np.random.Generator) -> Floats:
    draw = rng.random(len(walk_in))
    mixed = rng.beta(2, 2, len(walk_in))
    share = np.where(draw < WEB_ONLY, 1.0, np.where(draw < WEB_ONLY + BOTH, mixed, 0.0))
    return np.where(walk_in, 0.0, share)


def _responsiveness(sensitivity: Floats, rng: np.random.Generator) -> Floats:
    """Those who look at prices answer offers; a tenth dislike them."""
    n = len(sensitivity)
    gain = rng.beta(1.2, 6.0, n) * np.clip(sensitivity / 3, 0.3, 2.0)
    loss = -rng.uniform(0.1, 0.4, n)
    return np.where(rng.random(n) < SLEEPING_DOGS, loss, np.minimum(gain, 0.6))
