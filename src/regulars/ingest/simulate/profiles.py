"""Who people are, without any error: names, addresses, phones and e-mail, and what changes in a life."""

import numpy as np
import polars as pl

from regulars.ingest.simulate.arrays import Bools, Floats, Ints, pick, scramble
from regulars.ingest.simulate.plan import Plan
from regulars.ingest.simulate.population import People
from regulars.ingest.simulate.words import AREA_CODES, COMMON_SURNAMES, GIVEN, NICKNAMES, STREETS, SURNAMES, TOWNS

MOVES, NEW_PHONE, NEW_EMAIL = 0.12, 0.08, 0.15
"""Shares of people whose address, phone or e-mail changes within the log."""
COUPLES = 0.06
"""Share of people who live with the one before them: same address, mostly the same surname."""
_SAME_SURNAME, _SAME_PHONE = 0.8, 0.1
_DOMAINS = ("example.com", "example.org", "example.net")
_NUMBERS = len(AREA_CODES) * 10_000


def profiles(plan: Plan, who: People, rng: np.random.Generator) -> pl.DataFrame:
    """Return one row a person with records, in the order of ``who``.

    ``first_name, nickname, last_name, birthday, language``; ``email``, ``phone``, ``address``,
    ``postcode``, ``city`` each with ``_0`` (before) and ``_1`` (after the change); ``email_day``,
    ``phone_day``, ``address_day``: when it changes, infinite for never.
    """
    n = who.known
    with_previous = _couples(n, rng)
    given = rng.integers(0, len(GIVEN), n)
    common = rng.random(n) < 0.4
    last = np.where(common, rng.integers(0, COMMON_SURNAMES, n), rng.integers(COMMON_SURNAMES, len(SURNAMES), n))
    last = _share(last, with_previous & (rng.random(n) < _SAME_SURNAME))
    born = np.datetime64("1940-01-01") + rng.integers(0, 66 * 365, n)
    number = who.number[:n]
    phone = _share(number, with_previous & (rng.random(n) < _SAME_PHONE))
    frame = pl.DataFrame(
        {
            "first_name": pl.Series(GIVEN).gather(given),
            "last_name": pl.Series(SURNAMES).gather(last),
            "birthday": born,
            "language": np.where(rng.random(n) < 0.93, "en", "es"),
            "tag": scramble(number, len(str(plan.customers))),
            "phone_0": _phones(phone),
            "phone_1": _phones(number + max(plan.customers, 1)),
            "email_day": _change(plan, who, NEW_EMAIL, rng),
            "phone_day": _change(plan, who, NEW_PHONE, rng),
            "address_day": _change(plan, who, MOVES, rng),
        }
    )
    nickname = pl.col("first_name").replace_strict(NICKNAMES, default=pl.col("first_name")).alias("nickname")
    homes = [*_homes("_0", n, with_previous, rng), *_homes("_1", n, np.zeros(n, dtype=bool), rng)]
    return _mailed(frame.with_columns(nickname, *homes), rng).drop("tag")


def _couples(n: int, rng: np.random.Generator) -> Bools:
    """Who lives with the person before; never three in a row."""
    draw = rng.random(n) < COUPLES
    draw[:1] = False
    draw[1:] &= ~draw[:-1].copy()
    return draw


def _share(own: Ints, with_previous: Bools) -> Ints:
    return np.where(with_previous, np.roll(own, 1), own)


def _change(plan: Plan, who: People, share: float, rng: np.random.Generator) -> Floats:
    n = who.known
    entered = who.entered[:n]
    day = entered + rng.uniform(0.1, 1.0, n) * (np.minimum(who.stopped[:n], plan.days) - entered)
    return np.where(rng.random(n) < share, day, np.inf)


def _phones(number: Ints) -> pl.Series:
    """Numbers of the exchange 555, which no one has: +1, area code, 555, four digits."""
    index = (number * 61803399 + 12345) % _NUMBERS
    area = pl.Series(AREA_CODES).gather(index % len(AREA_CODES)).cast(pl.String)
    line = pl.Series(index // len(AREA_CODES)).cast(pl.String).str.zfill(4)
    return "+1" + area + "555" + line


def _homes(suffix: str, n: int, with_previous: Bools, rng: np.random.Generator) -> list[pl.Series]:
    house = _share(rng.integers(1, 400, n), with_previous)
    street = _share(rng.integers(0, len(STREETS), n), with_previous)
    town = _share(pick(np.linspace(3, 1, len(TOWNS)), n, rng), with_previous)
    zone = _share(rng.integers(0, 100, n), with_previous)
    first_digits = pl.Series([digits for _, digits in TOWNS]).gather(town)
    return [
        (pl.Series(house).cast(pl.String) + " " + pl.Series(STREETS).gather(street)).alias(f"address{suffix}"),
        (first_digits + pl.Series(zone).cast(pl.String).str.zfill(2)).alias(f"postcode{suffix}"),
        pl.Series([name for name, _ in TOWNS]).gather(town).alias(f"city{suffix}"),
    ]


def _mailed(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Add two e-mail addresses; the tag, unique to a person, keeps any two people's apart."""
    first, last = pl.col("first_name").str.to_lowercase(), pl.col("last_name").str.to_lowercase()
    nick, tag = pl.col("nickname").str.to_lowercase(), pl.col("tag").cast(pl.String)
    shapes = [
        pl.concat_str(first, pl.lit("."), last, tag),
        pl.concat_str(first.str.head(1), last, tag),
        pl.concat_str(last, pl.lit("_"), first, tag),
        pl.concat_str(nick, tag),
    ]
    n = frame.height
    shape = pick(np.array([0.45, 0.25, 0.15, 0.15]), n, rng)
    domain = rng.integers(0, len(_DOMAINS), n)
    turn = rng.integers(1, len(_DOMAINS), n)
    other = np.where(rng.random(n) < 0.7, shape, (shape + 1) % len(shapes))
    frame = frame.with_columns(pl.Series("s0", shape), pl.Series("s1", other))
    names = [pl.coalesce(pl.when(pl.col(at) == i).then(s) for i, s in enumerate(shapes)) for at in ("s0", "s1")]
    mails = [
        pl.concat_str(name, pl.lit("@"), pl.Series(_DOMAINS).gather(at)).alias(f"email_{i}")
        for i, (name, at) in enumerate(zip(names, (domain, (domain + turn) % len(_DOMAINS)), strict=True))
    ]
    return frame.with_columns(mails).drop("s0", "s1")


def instants(plan: Plan, day: Floats) -> pl.Series:
    """Return the instants of days of the log (fractions count), to the second."""
    seconds = np.datetime64(plan.start, "s") + (day * 86400).astype(np.int64)
    return pl.Series(seconds.astype("datetime64[us]"))
