"""What the CRM notes of campaigns: who was asked, who opened the letter, and which orders used the offer."""

import datetime as dt

import numpy as np
import polars as pl

from regulars.ingest.simulate.arrays import Bools
from regulars.ingest.simulate.life import Life
from regulars.ingest.simulate.world import World

OPENS, CLICKS = 0.4, 0.25
"""Share of letters that are opened; share of these with a click, before responsiveness counts."""


def members(world: World, life: Life) -> pl.DataFrame:
    """Return who was drawn into which group: ``campaign_id, customer_id, treated, assigned_at``."""
    asked = life.asked
    frame = world.campaigns.frame.select("campaign_id", "starts_at")[asked.campaign]
    return frame.select(
        "campaign_id",
        customer_id="crm:" + life.held.crm.gather(asked.person),
        treated=pl.Series(asked.treated),
        assigned_at=pl.col("starts_at") - pl.duration(hours=12),
    )


def redemptions(world: World, life: Life) -> pl.DataFrame:
    """Return which orders used an offer: ``campaign_id, customer_id, order_id, at, value`` (cents).

    Orders are named with their system in front, as a ledger names them: ``web:#1001``.
    """
    made = life.made
    used = life.sold.filter(pl.Series(made.redeemed >= 0).gather(life.sold["order"].to_numpy()))
    orders = used.group_by("order", maintain_order=True).agg(
        pl.col("order_id", "at").first(), pl.col("discount").sum().alias("value")
    )
    place = orders["order"].to_numpy()
    web = pl.when(pl.col("order_id").str.starts_with("#")).then(pl.lit("web")).otherwise(pl.lit("till"))
    return orders.select(
        campaign_id=world.campaigns.frame["campaign_id"].gather(made.redeemed[place]),
        customer_id="crm:" + life.held.crm.gather(made.person[place]),
        order_id=pl.format("{}:{}", web, "order_id"),
        at="at",
        value="value",
    ).sort("at", maintain_order=True)


def letters(world: World, life: Life, rng: np.random.Generator) -> pl.DataFrame:
    """Return the e-mails that were sent, opened and clicked, as events."""
    frame = members(world, life).filter("treated")
    warm = np.clip(1 + 2 * life.who.responsiveness[life.asked.person[life.asked.treated]], 0.2, 2)
    n = frame.height
    sent = frame.with_columns(
        at=pl.col("assigned_at") + pl.duration(hours=21, seconds=pl.lit(pl.Series(rng.integers(0, 900, n))))
    )
    opened = rng.random(n) < np.minimum(OPENS * warm, 0.95)
    clicked = opened & (rng.random(n) < np.minimum(CLICKS * warm, 0.95))
    wait = pl.Series(rng.exponential(10 * 3600, n).astype(np.int64) + 30)
    read = sent.with_columns(at=awake(pl.col("at") + pl.duration(seconds=pl.lit(wait))))
    later = pl.Series(rng.integers(5, 300, n))
    kinds = [
        _events(sent, "email_sent", np.ones(n, dtype=bool)),
        _events(read, "email_open", opened),
        _events(read.with_columns(at=pl.col("at") + pl.duration(seconds=pl.lit(later))), "email_click", clicked),
    ]
    end = pl.lit(dt.datetime.combine(world.plan.end, dt.time()))
    return pl.concat(kinds).filter(pl.col("at") < end)


def awake(at: pl.Expr) -> pl.Expr:
    """Put off what would happen from 1 to 4 at night by four hours, so that no hour occurs twice or never."""
    return pl.when(at.dt.hour().is_between(1, 3)).then(at + pl.duration(hours=4)).otherwise(at)


def _events(frame: pl.DataFrame, kind: str, hit: Bools) -> pl.DataFrame:
    return frame.filter(pl.Series(hit)).select(
        "customer_id", kind=pl.lit(kind), at="at", item_id=pl.lit(None, pl.String), campaign_id="campaign_id"
    )
