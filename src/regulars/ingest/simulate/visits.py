"""What people do in the web shop beside buying: they look, fill carts, and wish."""

import numpy as np
import polars as pl

from regulars.ingest.simulate.arrays import pick
from regulars.ingest.simulate.life import Life
from regulars.ingest.simulate.lines import WEB_LINES
from regulars.ingest.simulate.world import World

VIEWED, CARTED = 0.45, 0.35
"""Share of web lines whose item was looked at, or put into the cart, in events of their own."""
LOOKED = 0.5
"""Further items looked at and not bought, per web order."""
WISHED = 0.12
"""Share of these that are put on the wish list, and as many put into a cart and left there."""


def visits(world: World, life: Life, rng: np.random.Generator) -> pl.DataFrame:
    """Return the events of the web shop: ``customer_id, kind, at, item_id, campaign_id``."""
    told = WEB_LINES & pl.col("customer_id").is_not_null()
    bought = life.sold.filter(told)
    seen = bought.filter(pl.Series(rng.random(bought.height) < VIEWED))
    put = bought.filter(pl.Series(rng.random(bought.height) < CARTED))
    orders = bought.unique("order", keep="first", maintain_order=True)
    n = orders.height
    looked = orders[np.repeat(np.arange(n), rng.poisson(LOOKED, n))]
    looked = looked.with_columns(item_id=_wanted(world, looked.height, rng))
    draw = pl.Series(rng.random(looked.height))
    parts = [
        _events(seen, "view", 5, 40, rng),
        _events(put, "cart", 1, 5, rng),
        _events(looked, "view", 5, 40, rng),
        _events(looked.filter(draw < WISHED), "wish", 1, 5, rng),
        _events(looked.filter(draw > 1 - WISHED), "cart", 1, 5, rng),
    ]
    return pl.concat(parts)


def _wanted(world: World, size: int, rng: np.random.Generator) -> pl.Series:
    return world.items.frame["item_id"].gather(pick(np.exp(world.items.popularity), size, rng))


def _events(lines: pl.DataFrame, kind: str, least: int, most: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return events some minutes before the orders of ``lines``."""
    before = pl.Series(rng.integers(least * 60, most * 60, lines.height))
    return lines.select(
        customer_id=pl.format("web:{}", "customer_id"),
        kind=pl.lit(kind),
        at=pl.col("at") - pl.duration(seconds=pl.lit(before)),
        item_id="item_id",
        campaign_id=pl.lit(None, pl.String),
    )
