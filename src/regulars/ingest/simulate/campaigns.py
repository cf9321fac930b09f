"""Offers to a random half of those asked, and what they do to whom.

A campaign runs for two weeks, and no two overlap. Of the people whom the CRM may write to on its first
day, half are members; of these a coin decides who is treated and who is control. The outcome is a purchase in
the window. Untreated its probability is ``p``, given the person's trips before; treated, with
``tau`` = responsiveness x the campaign's strength, it is ``p + (1 - p) tau`` for ``tau >= 0`` (an extra
trip that would not have been) and ``p (1 + tau)`` for ``tau < 0`` (trips that the offer puts off).
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import gammaincc

from regulars.ingest.simulate.arrays import Bools, Floats, Ints
from regulars.ingest.simulate.plan import Plan
from regulars.ingest.simulate.population import People
from regulars.ingest.simulate.season import Season
from regulars.ingest.simulate.trips import Trips

WINDOW = 14
"""Days."""
EVERY = 49
FIRST = 70
MEMBERS = 0.5
"""Share of those who may be written to that are members."""
_DISCOUNTS = (10, 15, 20, 25)


@dataclass(frozen=True)
class Campaigns:
    """The campaigns of a plan, by place."""

    frame: pl.DataFrame
    """``campaign_id, name, channel, starts_at, ends_at, offer, discount_percent``."""
    start: Ints
    """First day of each window, from the start of the log."""
    percent: Ints
    strength: Floats

    @property
    def count(self) -> int:
        """How many campaigns there are."""
        return len(self.start)


@dataclass(frozen=True)
class Members:
    """Who was asked, one row a campaign and person."""

    campaign: Ints
    person: Ints
    """Place in the block."""
    treated: Bools
    untreated_chance: Floats
    """Probability of a purchase in the window without the offer."""
    treated_chance: Floats


def campaigns(plan: Plan, rng: np.random.Generator) -> Campaigns:
    """Draw the campaigns of a plan."""
    start = np.arange(FIRST, plan.days - WINDOW, EVERY, dtype=np.int64)
    percent = rng.choice(_DISCOUNTS, len(start)).astype(np.int64)
    strength = percent / 20 * rng.uniform(0.8, 1.2, len(start))
    first = [dt.datetime.combine(plan.start, dt.time()) + dt.timedelta(days=int(day)) for day in start]
    frame = pl.DataFrame(
        {
            "campaign_id": [f"CMP{place:03d}" for place in range(1, len(start) + 1)],
            "name": [f"{at:%B %Y}, {percent[i]}% off" for i, at in enumerate(first)],
            "channel": ["email"] * len(start),
            "starts_at": pl.Series(first, dtype=pl.Datetime("us")),
            "ends_at": pl.Series([at + dt.timedelta(days=WINDOW) for at in first], dtype=pl.Datetime("us")),
            "offer": [f"{value}% off one purchase" for value in percent],
            "discount_percent": percent,
        }
    )
    return Campaigns(frame, start, percent, strength)


def members(who: People, before: Trips, plan: Campaigns, season: Season, rng: np.random.Generator) -> Members:
    """Draw who is asked and who is control, and work out the true chances."""
    start = plan.start[:, None].astype(float)
    reachable = (who.crm_day < start) & (who.mail_until > start) & (who.number >= 0)
    campaign, person = np.nonzero(reachable & (rng.random(reachable.shape) < MEMBERS))
    untreated = _chance(who, before, plan.start[campaign].astype(float), person, season)
    tau = who.responsiveness[person] * plan.strength[campaign]
    alive = who.stopped[person] > plan.start[campaign]
    gain = np.where(tau >= 0, (1 - untreated) * np.minimum(tau, 1), untreated * tau)
    treated = rng.random(len(person)) < 0.5
    return Members(campaign, person, treated, untreated, np.where(alive, untreated + gain, untreated))


def respond(
    who: People, before: Trips, asked: Members, plan: Campaigns, season: Season, rng: np.random.Generator
) -> Trips:
    """Return the trips as they happened: with those that an offer caused, without those that it put off."""
    tau = who.responsiveness[asked.person] * plan.strength[asked.campaign]
    first = plan.start[asked.campaign].astype(float)
    moved = asked.treated & (who.stopped[asked.person] > first) & (rng.random(len(tau)) < np.abs(tau))
    comes, stays = moved & (tau > 0), moved & (tau < 0)
    last = np.minimum(first + WINDOW, who.stopped[asked.person])[comes]
    low, high = season.warped(first[comes]), season.warped(last)
    day = season.day(low + (high - low) * rng.random(int(comes.sum())))
    return _put_off(before, asked, stays, plan).add(asked.person[comes], day, asked.campaign[comes])


def _put_off(before: Trips, asked: Members, stays: Bools, plan: Campaigns) -> Trips:
    """Take away the trips of those whom an offer keeps at home, in its window."""
    absent = np.zeros((plan.count + 1, before.person.max() + 1), dtype=bool)
    absent[asked.campaign[stays], asked.person[stays]] = True
    return before.keep(~absent[running(before.day, plan), before.person])


def running(day: Floats, plan: Campaigns) -> Ints:
    """Return the place of the campaign that runs on each day; the last place + 1 where none does."""
    place = np.searchsorted(plan.start, day, side="right") - 1
    inside = (place >= 0) & (day < plan.start[np.maximum(place, 0)] + WINDOW) if plan.count else place > 0
    return np.where(inside, place, plan.count)


def _chance(who: People, before: Trips, start: Floats, person: Ints, season: Season) -> Floats:
    """Probability of a trip in the window, given the last trip before it and the day on which the person stops.

    With the gaps' survival S, the last trip a (in the time of trips) before the window and b before its
    end: 1 - S(b) / S(a).
    """
    span = float(len(season.cumulative))
    at = np.searchsorted(before.person * span + before.day, person * span + start) - 1
    last = season.warped(before.day[at])
    end = np.clip(who.stopped[person], start, start + WINDOW)
    shape, rate = who.regularity[person], (who.regularity * who.rate)[person]
    none_yet = gammaincc(shape, rate * (season.warped(start) - last))
    none_then = gammaincc(shape, rate * (season.warped(end) - last))
    return np.where(none_yet > 0, 1 - none_then / np.maximum(none_yet, 1e-300), 1.0) * (end > start)
