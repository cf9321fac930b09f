"""What the people of a block do, before any system writes it down."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from regulars.ingest.simulate import accounts, baskets, lines, orders, population, profiles, trips
from regulars.ingest.simulate import campaigns as offers
from regulars.ingest.simulate.plan import BLOCK
from regulars.ingest.simulate.world import World


@dataclass(frozen=True)
class Life:
    """A block of people and their true deeds."""

    number: int
    """The block's."""
    who: population.People
    facts: pl.DataFrame
    asked: offers.Members
    uses: baskets.Cycles
    made: orders.Orders
    held: accounts.Accounts
    sold: pl.DataFrame
    back: pl.DataFrame
    charged: pl.DataFrame

    def codes(self, world: World) -> pl.Series:
        """Return the discount code of each order; null: none."""
        used = pl.Series(world.campaigns.percent).gather(np.maximum(self.made.redeemed, 0)).cast(pl.String)
        redeemed = pl.Series(self.made.redeemed >= 0)
        welcome = pl.when(pl.Series(self.made.welcome)).then(pl.lit(f"WELCOME{orders.WELCOME_PERCENT}"))
        return pl.select(pl.when(redeemed).then(pl.concat_str(pl.lit("SAVE"), used)).otherwise(welcome)).to_series()


def live(world: World, number: int, rng: np.random.Generator) -> Life:
    """Draw the people of the block ``number`` and what they do."""
    plan, season = world.plan, world.season
    numbers = np.arange(number * BLOCK, min((number + 1) * BLOCK, plan.customers))
    who = population.people(plan, season, numbers, rng)
    before = trips.natural(who, season, rng)
    asked = offers.members(who, before, world.campaigns, season, rng)
    visits = offers.respond(who, before, asked, world.campaigns, season, rng)
    made = orders.orders(plan, who, visits, asked, world.campaigns, rng)
    logits = baskets.liking(who, world.items)
    uses = baskets.cycles(who, logits, world.items, rng)
    bought = baskets.baskets(who, made.person, made.day, uses, logits, world.shop, rng)
    facts = profiles.profiles(plan, who, rng)
    held = accounts.accounts(plan, who, facts, made, rng)
    sold = lines.sales(who, made, held.order_id, bought, world.shop, rng)
    back = lines.returns(plan, sold, number, len(made.day), world.shop, rng)
    return Life(number, who, facts, asked, uses, made, held, sold, back, lines.charges(sold, rng))
