"""What people write about what they bought on the web: stars from their true liking, words that fit the stars."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from regulars.ingest.simulate.arrays import Bools, Floats, Ints
from regulars.ingest.simulate.life import Life
from regulars.ingest.simulate.lines import WEB_LINES
from regulars.ingest.simulate.phrases import ASPECTS, CLOSERS, OPENERS
from regulars.ingest.simulate.truth import person_ids
from regulars.ingest.simulate.world import World

WRITES = 0.04
"""Share of web lines that are reviewed."""
LATE = 0.1
"""Share of deliveries that are late: 1.2 off the liking."""
THRESHOLDS = (-1.9, -1.2, -0.5, 0.4)
"""Liking = taste match + 0.6 x the item's quality + noise (0.5) - lateness; stars = 1 + thresholds passed."""
_EATEN = ("pantry", "fresh")
NAMES = ("goods", "delivery", "price")
"""What a review may speak of; ``goods`` is the taste of food and the quality of everything else."""


@dataclass(frozen=True)
class Reviews:
    """Reviews and what is true of them."""

    file: pl.DataFrame
    """``review_id, customer_id, item_id, at, rating, text, language``."""
    truth: pl.DataFrame
    """``review_id, person_id, order_id, liking``, and per aspect 1 (praised), -1 (criticised) or null."""


def reviews(world: World, life: Life, rng: np.random.Generator) -> Reviews:
    """Draw the reviews of a block."""
    bought = _reviewed(world, life, rng)
    late = rng.random(bought.height) < LATE
    person = life.made.person[bought["order"].to_numpy()]
    liking = _liking(world, life, person, bought["item"].to_numpy(), late, rng)
    stars = 1 + np.searchsorted(THRESHOLDS, liking)
    said = _said(stars, late, rng)
    told = {name: pl.when(pl.Series(said[:, i]) != 0).then(pl.Series(said[:, i])) for i, name in enumerate(NAMES)}
    file = bought.select(
        "review_id",
        customer_id=pl.format("web:{}", "customer_id"),
        item_id="item_id",
        at="written_at",
        rating=pl.Series(stars),
        text=_texts(world, bought["item"], stars, said, rng),
        language=pl.lit("en"),
    )
    person_id = person_ids(bought["person"].to_numpy())
    truth = bought.select("review_id", person_id, "order_id", liking=pl.Series(liking), **told)
    return Reviews(file, truth)


def _reviewed(world: World, life: Life, rng: np.random.Generator) -> pl.DataFrame:
    """Return the lines that are reviewed, with ``review_id`` and ``written_at``: 3 to 20 days after the order."""
    bought = life.sold.filter(WEB_LINES & pl.col("customer_id").is_not_null())
    bought = bought.filter(pl.Series(rng.random(bought.height) < WRITES))
    n = bought.height
    days, clock = pl.Series(rng.integers(3, 21, n)), pl.Series(rng.integers(8 * 3600, 22 * 3600, n))
    wait = pl.duration(days=pl.lit(days), seconds=pl.lit(clock))
    bought = bought.with_columns(written_at=pl.col("at").dt.truncate("1d") + wait)
    end = dt.datetime.combine(world.plan.end, dt.time())
    bought = bought.filter(pl.col("written_at") < end).sort("written_at", maintain_order=True)
    ids = [f"V{life.number:04d}{place:06d}" for place in range(bought.height)]
    return bought.with_columns(review_id=pl.Series(ids, dtype=pl.String))


def _texts(world: World, items: pl.Series, stars: Ints, said: Ints, rng: np.random.Generator) -> pl.Series:
    things = world.items.frame["product_type"].gather(items).str.to_lowercase().to_list()
    eaten = world.items.frame["department"].is_in(_EATEN).gather(items).to_list()
    rows = zip(stars.tolist(), said.tolist(), things, eaten, rng.random((len(stars), 6)).tolist(), strict=True)
    return pl.Series([_text(*row) for row in rows], dtype=pl.String)


def _liking(world: World, life: Life, person: Ints, item: Ints, late: Bools, rng: np.random.Generator) -> Floats:
    match = np.einsum("ij,ij->i", life.who.tastes[person], world.items.vectors[item])
    noise = rng.normal(scale=0.5, size=len(item))
    return np.asarray(0.5 * match + 0.6 * world.items.quality[item] + noise - 1.2 * late)


def _said(stars: Ints, late: Bools, rng: np.random.Generator) -> Ints:
    """Return what each review says of each aspect: 1, -1, or 0 for nothing.

    Five stars only praise and one star only criticises; the goods go with the stars, a late delivery is
    never praised. Every review speaks of something.
    """
    n = len(stars)
    leaning = np.array([0.0, 0.15, 0.5, 0.85, 1.0])[stars - 1]
    sign = np.where(rng.random((n, 3)) < leaning[:, None], 1, -1)
    sign[:, 0] = np.where(stars == 3, sign[:, 0], np.where(stars > 3, 1, -1))
    sign[late & (stars < 5), 1] = -1
    named = rng.random((n, 3)) < np.array([0.75, 0.35, 0.35])
    named[late, 1] |= rng.random(int(late.sum())) < 0.7
    named[late & (stars == 5), 1] = False
    named[~named.any(axis=1), 0] = True
    return np.asarray(sign * named, dtype=np.int64)


def _text(stars: int, said: list[int], thing: str, eaten: bool, draws: list[float]) -> str:  # noqa: FBT001
    """Compose a review: an opener of its stars, a sentence for each aspect, at times a closer."""
    aspects = ("taste" if eaten else "quality", "delivery", "price")
    sentences = [_one(OPENERS[stars], draws[0])]
    for place, (aspect, sign) in enumerate(zip(aspects, said, strict=True)):
        if sign:
            sentences.append(_one(ASPECTS[aspect][0 if sign > 0 else 1], draws[1 + place]))
    if draws[4] < 0.35:
        sentences.append(_one(CLOSERS[stars], draws[5]))
    return " ".join(sentences).format(thing=thing)


def _one(phrases: tuple[str, ...], draw: float) -> str:
    return phrases[int(draw * len(phrases))]
