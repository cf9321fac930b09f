"""One block of people, from their hidden parameters to the rows of every file."""

import numpy as np
import polars as pl

from regulars.ingest.simulate import consents, marketing, mess, records, reviews, till, truth, visits, web
from regulars.ingest.simulate.life import Life, live
from regulars.ingest.simulate.lines import STORE_LINES, WEB_LINES
from regulars.ingest.simulate.money import plain
from regulars.ingest.simulate.records import COLUMNS
from regulars.ingest.simulate.world import World

Files = dict[str, pl.DataFrame]
"""Rows of each file, by its name."""


def simulate(world: World, number: int, seed: np.random.SeedSequence) -> Files:
    """Return the rows that the block ``number`` adds to every file.

    Lines are numbered from 1 within the block, in the columns ``line`` of the truth.
    """
    lived, written, spoken = (np.random.default_rng(child) for child in seed.spawn(3))
    life = live(world, number, lived)
    known = records.records(world.plan, life.held, life.facts, written)
    files = _customers(known) | _lines(world, life, known, written) | truth.files(world, life)
    return files | _contacts(world, life, spoken)


def _customers(known: pl.DataFrame) -> Files:
    files = {source: f"{source}_customers.csv" for source in ("till", "web", "crm")}
    return {
        file: known.filter(pl.col("source") == source).sort("created_at", maintain_order=True).select(COLUMNS)
        for source, file in files.items()
    }


def _lines(world: World, life: Life, known: pl.DataFrame, rng: np.random.Generator) -> Files:
    """Return both systems' lines, and the truth about each."""
    plan, number = world.plan, life.number
    true = pl.concat([life.sold, life.charged, life.back])
    online = true.filter(WEB_LINES & (pl.col("kind") != "refund"))
    refunds = true.filter(pl.col("kind") == "refund")
    again = mess.collected(plan, number, online, _homes(life), rng)
    in_store = till.lines(plan, number, true.filter(STORE_LINES), again, life.who.known, rng)
    on_web = web.lines(plan, number, online, rng)
    consented = life.held.frame.select("consented", customer_id="record_id")
    accounts = known.filter(pl.col("source") == "web").join(consented, on="customer_id", maintain_order="left")
    names = known.filter(pl.col("source") == "till").select(
        "customer_id", name=pl.concat_str("first_name", "last_name", separator=" ").str.strip_chars()
    )
    return {
        till.FILE: till.export(in_store, world.items.frame["category"], names),
        web.FILE: web.export(on_web, refunds, accounts, life.codes(world)),
        "truth/lines.parquet": truth.lines(world, in_store, on_web, refunds),
        "truth/dirt.parquet": pl.concat([mess.dirt(till.FILE, in_store), mess.dirt(web.FILE, on_web)]),
    }


def _contacts(world: World, life: Life, rng: np.random.Generator) -> Files:
    """Return what was said and done beside buying; ids of customers have their system in front, as in ``web:...``."""
    used = marketing.redemptions(world, life)
    said = reviews.reviews(world, life, rng)
    events = pl.concat([visits.visits(world, life, rng), marketing.letters(world, life, rng)])
    events = events.sort("at", maintain_order=True).with_row_index("place")
    event_id = pl.concat_str(pl.lit(f"E{life.number:04d}"), pl.col("place").cast(pl.String).str.zfill(7))
    return {
        "consents.csv": consents.consents(world.plan, life, rng),
        "events.csv": events.select(event_id.alias("event_id"), *events.columns[1:]),
        "campaign_members.csv": marketing.members(world, life),
        "redemptions.csv": used.with_columns(value=plain(used["value"].to_numpy())),
        "reviews.csv": said.file,
        "truth/reviews.parquet": said.truth,
    }


def _homes(life: Life) -> pl.DataFrame:
    """Return each person's home store and last loyalty card, by the person's number."""
    cards = life.held.frame.filter(pl.col("source") == "till").group_by("person", maintain_order=True)
    last = cards.agg(pl.col("record_id").last().alias("card"))
    everyone = pl.DataFrame({"person": np.arange(life.who.known), "store": life.who.home_store[: life.who.known]})
    homes = everyone.join(last, on="person", how="left", maintain_order="left")
    return homes.with_columns(person=pl.Series(life.who.number[: life.who.known]))
