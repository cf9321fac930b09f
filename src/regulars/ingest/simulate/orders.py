"""The orders of a block: which channel, which store, what time, whose card or account, which discount."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.ingest.simulate.arrays import Bools, Floats, Ints
from regulars.ingest.simulate.campaigns import Campaigns, Members, running
from regulars.ingest.simulate.plan import Plan
from regulars.ingest.simulate.population import People
from regulars.ingest.simulate.season import STORE_HOURS, SUNDAY_HOURS, WEB_HOURS, seconds
from regulars.ingest.simulate.trips import Trips

STORES = ("Market Street", "Riverside", "Old Mill")
WEB = len(STORES)
"""The place of the web shop behind the stores."""
FORGOTTEN = 0.06
"""Share of store orders at which the card stays in the pocket."""
GUEST = 0.015
"""Share of web orders without an account."""
WELCOME_PERCENT = 10
_WELCOME = 0.25
"""Share of people whose first web order uses the welcome code."""
_REDEEMS_IF_CAUSED, _REDEEMS = 0.9, 0.5
_STAY_HOME = 0.1
"""Share of store trips that go to another store than usual."""


@dataclass(frozen=True)
class Orders:
    """The orders of a block, sorted by person and time."""

    person: Ints
    day: Floats
    """Day of the trip with its fraction; the date is that of ``at``."""
    at: npt.NDArray[np.datetime64]
    """The shop's wall clock, to the second."""
    store: Ints
    campaign: Ints
    """The campaign that caused the order; -1: none."""
    redeemed: Ints
    """The campaign whose offer the order used; -1: none."""
    percent: Ints
    """Discount on the whole order."""
    welcome: Bools
    """Whether the discount is that of the welcome code."""
    identified: Bools
    """Whether the system was told who buys, by card or account."""

    @property
    def web(self) -> Bools:
        """Which orders are the web shop's."""
        return np.asarray(self.store == WEB)


def orders(
    plan: Plan, who: People, trips: Trips, asked: Members, offers: Campaigns, rng: np.random.Generator
) -> Orders:
    """Turn trips into orders."""
    n = len(trips.person)
    web = rng.random(n) < who.web_share[trips.person]
    other = (who.home_store[trips.person] + rng.integers(1, len(STORES), n)) % len(STORES)
    store = np.where(rng.random(n) < _STAY_HOME, other, who.home_store[trips.person])
    store = np.where(web, WEB, store)
    day = np.floor(trips.day).astype(np.int64)
    at = np.datetime64(plan.start, "s") + day * 86400 + _clock(plan.start, day, web, rng)
    order = np.lexsort((at, trips.person))
    person, store, caused = trips.person[order], store[order], trips.campaign[order]
    first = _first(person, store == WEB)
    redeemed = _redeemed(person, day[order], caused, asked, offers, rng)
    welcome = first & (store == WEB) & (redeemed < 0) & (rng.random(n) < _WELCOME)
    percent = np.where(welcome, WELCOME_PERCENT, 0)
    percent = np.where(redeemed >= 0, np.append(offers.percent, 0)[redeemed], percent)
    told = rng.random(n) >= np.where(store == WEB, GUEST, FORGOTTEN)
    identified = (who.number[person] >= 0) & (told | first)
    return Orders(person, trips.day[order], at[order], store, caused, redeemed, percent, welcome, identified)


def _clock(start: dt.date, day: Ints, web: Bools, rng: np.random.Generator) -> Ints:
    """Seconds after midnight, within the hours of the shop."""
    sunday = (start.weekday() + day) % 7 == 6
    n = len(day)
    store = np.where(sunday, seconds(SUNDAY_HOURS, n, rng), seconds(STORE_HOURS, n, rng))
    return np.where(web, seconds(WEB_HOURS, n, rng), store)


def _first(person: Ints, web: Bools) -> Bools:
    """Whether an order is the person's first in its channel."""
    key = person * 2 + web
    _, at = np.unique(key, return_index=True)
    first = np.zeros(len(person), dtype=bool)
    first[at] = True
    return first


def _redeemed(
    person: Ints, day: Ints, caused: Ints, asked: Members, offers: Campaigns, rng: np.random.Generator
) -> Ints:
    """Who was treated may use the offer, once, on the first order in its window."""
    treated = np.zeros((offers.count + 1, int(person.max(initial=0)) + 1), dtype=bool)
    treated[asked.campaign[asked.treated], asked.person[asked.treated]] = True
    now = running(day.astype(float), offers)
    _, first = np.unique(person * (offers.count + 1) + now, return_index=True)
    may = np.zeros(len(person), dtype=bool)
    may[first] = True
    wants = rng.random(len(person)) < np.where(caused >= 0, _REDEEMS_IF_CAUSED, _REDEEMS)
    return np.where(may & wants & treated[now, person], now, -1)
