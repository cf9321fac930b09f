"""What all people of a simulated shop share: its seasons, products, prices and campaigns."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from regulars.ingest.simulate.campaigns import Campaigns, campaigns
from regulars.ingest.simulate.catalogue import Catalogue, catalogue
from regulars.ingest.simulate.money import plain
from regulars.ingest.simulate.orders import STORES
from regulars.ingest.simulate.plan import Plan
from regulars.ingest.simulate.prices import Prices, history, prices
from regulars.ingest.simulate.season import Season


@dataclass(frozen=True)
class World:
    """The shop itself."""

    plan: Plan
    season: Season
    items: Catalogue
    prices: Prices
    campaigns: Campaigns

    @classmethod
    def of(cls, plan: Plan, seed: np.random.SeedSequence) -> "World":
        """Draw the shop of a plan."""
        rng = np.random.default_rng(seed)
        items = catalogue(plan, rng)
        return cls(plan, Season.of(plan), items, prices(plan, items, rng), campaigns(plan, rng))

    @property
    def shop(self) -> tuple[Catalogue, Prices]:
        """What is sold, and for how much."""
        return self.items, self.prices

    def files(self) -> dict[str, pl.DataFrame]:
        """Return the files that do not depend on people."""
        launched = pl.lit(self.plan.start).cast(pl.Datetime("us")) + pl.duration(weeks="launched_week")
        known_since = pl.when(pl.col("launched_week") > 0).then(launched)
        items = self.items.frame.with_columns(known_since=known_since).drop("launched_week")
        changes = history(self.plan, self.items, self.prices)
        return {
            "items.csv": items,
            "prices.csv": changes.with_columns(price=plain(changes["price"].to_numpy())),
            "stores.csv": _stores(self.plan),
            "campaigns.csv": self.campaigns.frame,
        }


def _stores(plan: Plan) -> pl.DataFrame:
    opened = [plan.start.replace(year=plan.start.year - years, month=3, day=1) for years in (9, 6, 4, 3)]
    return pl.DataFrame(
        {
            "store_id": [*STORES, "web"],
            "name": [*(f"Simulated Shop {name}" for name in STORES), "Simulated Shop online"],
            "kind": ["store"] * len(STORES) + ["web"],
            "city": ["Fairview", "Riverside", "Milton", None],
            "country": ["US"] * (len(STORES) + 1),
            "opened_at": opened,
        }
    )
