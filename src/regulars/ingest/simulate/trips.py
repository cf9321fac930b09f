"""When each person comes: a renewal process in the time of trips, cut off where the person stops."""

from dataclasses import dataclass

import numpy as np

from regulars.ingest.simulate.arrays import Bools, Floats, Ints
from regulars.ingest.simulate.population import People
from regulars.ingest.simulate.season import Season


@dataclass(frozen=True)
class Trips:
    """Visits of a block's people, sorted by person and time."""

    person: Ints
    """Place of the person in the block."""
    day: Floats
    """Day of the log, with its fraction."""
    campaign: Ints
    """Place of the campaign that caused the trip; -1: it would have happened anyway."""

    def keep(self, chosen: Bools) -> "Trips":
        """Return the chosen trips."""
        return Trips(self.person[chosen], self.day[chosen], self.campaign[chosen])

    def add(self, person: Ints, day: Floats, campaign: Ints) -> "Trips":
        """Return these and further trips, sorted by person and time."""
        people = np.concatenate([self.person, person])
        days = np.concatenate([self.day, day])
        order = np.lexsort((days, people))
        return Trips(people[order], days[order], np.concatenate([self.campaign, campaign])[order])


def natural(who: People, season: Season, rng: np.random.Generator) -> Trips:
    """Draw the trips that happen without any campaign: the first when a person enters, then by their rate.

    Gaps are Gamma(k, rate k * lambda) in the time of trips, so their mean is 1 / lambda days for every k.
    """
    end = float(len(season.cumulative) - 1)
    first = season.warped(who.entered)
    span = np.maximum(season.warped(np.minimum(who.stopped, end)) - first, 0)
    mean = who.rate * span
    draws = np.where(span > 0, np.ceil(mean + 6 * np.sqrt(mean) + 6), 0).astype(np.int64)
    person = np.repeat(np.arange(len(draws)), draws)
    gaps = rng.gamma(who.regularity[person], 1 / (who.regularity * who.rate)[person])
    run = np.concatenate([[0.0], np.cumsum(gaps)])
    begin = np.cumsum(draws) - draws
    since = run[1:] - run[begin][person]
    inside = since < span[person]
    person = person[inside]
    again = Trips(person, season.day(first[person] + since[inside]), np.full(len(person), -1))
    everyone = np.arange(len(draws))
    return again.add(everyone, who.entered, np.full(len(everyone), -1))
