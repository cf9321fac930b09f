"""The tables of the truth: what no system of a shop knows."""

import datetime as dt

import numpy as np
import polars as pl

from regulars.ingest.simulate import till, web
from regulars.ingest.simulate.arrays import Floats, Ints
from regulars.ingest.simulate.life import Life
from regulars.ingest.simulate.lines import AMOUNT, WEB_LINES
from regulars.ingest.simulate.orders import STORES
from regulars.ingest.simulate.world import World

WHY = ("ran out", "liked", "along")


def files(world: World, life: Life) -> dict[str, pl.DataFrame]:
    """Return what is true of a block's people."""
    return {
        "truth/people.parquet": people(life),
        "truth/customers.parquet": customers(world, life),
        "truth/cycles.parquet": cycles(world, life),
        "truth/uplift.parquet": uplift(world, life),
    }


def person_ids(number: Ints) -> pl.Series:
    """Return the names of people in the truth; null for walk-ins.

    >>> person_ids(np.array([3, -1])).to_list()
    ['p0000003', None]
    """
    number_ = pl.Series(number)
    text = pl.concat_str(pl.lit("p"), number_.cast(pl.String).str.zfill(7))
    return pl.select(pl.when(number_ >= 0).then(text).alias("person_id")).to_series()


def people(life: Life) -> pl.DataFrame:
    """Who is behind each record: ``record_source, record_id, person_id``."""
    held = life.held.frame
    return pl.DataFrame(
        {
            "record_source": held["source"],
            "record_id": held["record_id"],
            "person_id": person_ids(life.who.number[held["person"].to_numpy()]),
        }
    )


def customers(world: World, life: Life) -> pl.DataFrame:
    """The hidden parameters, one row a person."""
    who, n = life.who, life.who.known
    stopped = who.stopped[:n]
    held = life.held.frame.group_by("person").agg(pl.col("source").unique())
    sources = pl.DataFrame({"person": np.arange(n)}).join(held, on="person", how="left", maintain_order="left")
    return pl.DataFrame(
        {
            "person_id": person_ids(who.number[:n]),
            "rate_per_day": who.rate[:n],
            "regularity": who.regularity[:n],
            "dropout_rate_per_day": pl.Series(who.dropout_rate[:n], nan_to_null=True),
            "one_time": who.one_time[:n],
            "entered_on": _dates(world, who.entered[:n]),
            "dropout_day": _dates(world, np.where(stopped < world.plan.days, stopped, np.nan)),
            "entered": who.entered[:n],
            "stopped": stopped,
            "segment": _segments(life),
            "taste": pl.Series(who.tastes[:n].tolist(), dtype=pl.List(pl.Float64)).list.to_array(who.tastes.shape[1]),
            "web_share": who.web_share[:n],
            "home_store": pl.Series(STORES).gather(who.home_store[:n]),
            "channels": sources["source"].list.contains("web").cast(pl.Int64)
            + sources["source"].list.contains("till").cast(pl.Int64),
            "price_sensitivity": who.sensitivity[:n],
            "household": who.household[:n],
            "responsiveness": who.responsiveness[:n],
        }
    )


def cycles(world: World, life: Life) -> pl.DataFrame:
    """What each person uses up: ``person_id, item_id, cycle_days, noise``."""
    n = life.who.known
    person, column = np.nonzero(life.uses.item[:n] >= 0)
    return pl.DataFrame(
        {
            "person_id": person_ids(life.who.number[person]),
            "item_id": world.items.frame["item_id"].gather(life.uses.item[person, column]),
            "cycle_days": life.uses.days[person, column],
            "noise": life.uses.noise[person],
        }
    )


def uplift(world: World, life: Life) -> pl.DataFrame:
    """The true chances of a purchase in a campaign's window, one row a member."""
    asked = life.asked
    return pl.DataFrame(
        {
            "campaign_id": world.campaigns.frame["campaign_id"].gather(asked.campaign),
            "person_id": person_ids(life.who.number[asked.person]),
            "treated": asked.treated,
            "chance_untreated": asked.untreated_chance,
            "chance_treated": asked.treated_chance,
            "uplift": asked.treated_chance - asked.untreated_chance,
        }
    )


def lines(world: World, in_store: pl.DataFrame, on_web: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Every true line, and where it stands in a file; a web refund stands in no line of its own."""
    frames = [
        in_store.filter(pl.col("spurious").is_null()).with_columns(file=pl.lit(till.FILE)),
        on_web.filter(pl.col("spurious").is_null()).with_columns(file=pl.lit(web.FILE)),
        refunds.with_columns(file=pl.lit(web.FILE), line=pl.lit(None, pl.Int64)),
    ]
    names = [*refunds.columns, "file", "line"]
    frame = pl.concat([part.select(names) for part in frames])
    frame = frame.with_columns(person_id=person_ids(frame["person"].to_numpy()))
    known = pl.col("item") >= 0
    return frame.select(
        "file",
        "line",
        "person_id",
        "customer_id",
        "order_id",
        item_id=pl.when(known).then("item_id"),
        purchased_at=pl.col("at"),
        quantity=pl.col("quantity"),
        amount=AMOUNT,
        discount=pl.col("discount"),
        channel=pl.when(WEB_LINES).then(pl.lit("web")).otherwise(pl.lit("store")),
        store_id=pl.Series([*STORES, "web"]).gather(frame["store"].to_numpy()),
        kind=pl.col("kind"),
        charge=pl.when(~known).then("item_id"),
        why=pl.when(pl.col("why") >= 0).then(pl.Series(WHY).gather(np.maximum(frame["why"].to_numpy(), 0))),
        campaign_id=_campaigns(world, frame["campaign"].to_numpy()),
        undoes=pl.col("undoes"),
    )


def _campaigns(world: World, place: Ints) -> pl.Series:
    """Return the campaign that caused an order; null: none."""
    names = pl.concat([world.campaigns.frame["campaign_id"], pl.Series([None], dtype=pl.String)])
    return names.gather(np.where(place < 0, world.campaigns.count, place))


def _segments(life: Life) -> pl.Series:
    """Return a word for each person, from the true parameters: how often a month, and how regularly."""
    who, n = life.who, life.who.known
    words = ("one-time", "occasional", "regular", "frequent")
    monthly = who.rate[:n] * 30.4
    place = np.where(who.one_time[:n], 0, 1 + (monthly >= 0.5) + (monthly >= 2))
    return pl.Series(words).gather(place)


def _dates(world: World, day: Floats) -> pl.Series:
    start = dt.datetime.combine(world.plan.start, dt.time())
    whole = pl.Series(np.floor(day), nan_to_null=True).cast(pl.Int64)
    return pl.select((pl.lit(start) + pl.duration(days=pl.lit(whole))).cast(pl.Date)).to_series()
