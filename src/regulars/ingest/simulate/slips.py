"""What goes wrong when a person's data are written down: typos, swaps, short forms, gaps."""

import numpy as np
import polars as pl

from regulars.ingest.simulate.arrays import Bools
from regulars.ingest.simulate.plan import Plan

_LETTERS = "abcdefghijklmnopqrstuvwxyz"

MISSING = {
    "till": {"email": 0.45, "phone": 0.12, "birthday": 0.25, "address": 0.35},
    "web": {"email": 0.0, "phone": 0.30, "birthday": 0.70, "address": 0.02},
    "crm": {"email": 0.12, "phone": 0.15, "birthday": 0.15, "address": 0.10},
}
"""How often a system lacks a field; with mess = 0 just as often, since forms do not ask for everything."""
TYPO = {"first_name": 0.03, "last_name": 0.04, "email": 0.02, "phone": 0.015, "address": 0.03, "postcode": 0.015}
"""How often a field has one wrong letter or digit; never the e-mail of a web account, which is its id."""
NICKNAME, INITIAL, SWAPPED, SHOUTED, BLANKS = 0.06, 0.02, 0.015, 0.04, 0.03
"""How often a record has a short form, only an initial, first and last name swapped, capitals, stray blanks."""
SHORT_STREET = 0.2
"""How often Street is written St."""
DAY_FOR_MONTH, PLACEHOLDER = 0.01, 0.01
"""How often a birthday has day and month swapped (if it can), or is 1 January 1900."""


def with_gaps(records: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Empty what a system never asked for."""
    draws = {field: pl.Series(rng.random(records.height)) for field in ("email", "phone", "birthday", "address")}
    for field, draw in draws.items():
        share = pl.col("source").replace_strict({name: gaps[field] for name, gaps in MISSING.items()})
        emptied = ["address", "postcode", "city"] if field == "address" else [field]
        records = records.with_columns(pl.when(draw >= share).then(name).alias(name) for name in emptied)
    return records


def with_slips(records: pl.DataFrame, plan: Plan, rng: np.random.Generator) -> pl.DataFrame:
    """Spoil some fields of some records."""

    def happens(share: float) -> pl.Series:
        return pl.Series(rng.random(records.height) < plan.chance(share))

    first, last, nickname = pl.col("first_name"), pl.col("last_name"), pl.col("nickname")
    records = records.with_columns(
        first_name=pl.when(happens(NICKNAME))
        .then(nickname)
        .when(happens(INITIAL))
        .then(first.str.head(1) + ".")
        .otherwise(first)
    )
    for field, share in TYPO.items():
        hit = rng.random(records.height) < plan.chance(share)
        if field == "email":
            hit &= (records["source"] != "web").to_numpy()
        records = records.with_columns(_typos(records[field], hit, rng))
    swapped = happens(SWAPPED)
    records = records.with_columns(
        first_name=pl.when(swapped).then(last).otherwise(first), last_name=pl.when(swapped).then(first).otherwise(last)
    )
    records = _births(records, happens(DAY_FOR_MONTH), happens(PLACEHOLDER))
    return _looks(records, happens(SHOUTED), happens(BLANKS), happens(SHORT_STREET))


def phones_as_written(records: pl.DataFrame, plan: Plan, rng: np.random.Generator) -> pl.DataFrame:
    """Write each phone number in one of six usual ways; all alike with mess = 0."""
    digits = pl.col("phone").str.strip_prefix("+1")
    area, exchange, line = digits.str.slice(0, 3), digits.str.slice(3, 3), digits.str.slice(6)
    ways = [
        pl.col("phone"),
        pl.format("({}) {}-{}", area, exchange, line),
        pl.format("{}-{}-{}", area, exchange, line),
        digits,
        pl.format("+1 {} {} {}", area, exchange, line),
        pl.format("1-{}-{}-{}", area, exchange, line),
    ]
    way = pl.Series(rng.integers(0, len(ways), records.height) * (plan.mess > 0))
    return records.with_columns(phone=pl.coalesce(pl.when(way == i).then(text) for i, text in enumerate(ways)))


def _births(records: pl.DataFrame, swapped: pl.Series, placeholder: pl.Series) -> pl.DataFrame:
    born = pl.col("birthday")
    turned = pl.date(born.dt.year(), born.dt.day().clip(upper_bound=12), born.dt.month())
    can_turn = born.dt.day() <= 12
    return records.with_columns(
        birthday=pl.when(born.is_not_null() & placeholder)
        .then(pl.date(1900, 1, 1))
        .when(swapped & can_turn)
        .then(turned)
        .otherwise(born)
    )


def _looks(records: pl.DataFrame, shouted: pl.Series, blanks: pl.Series, short: pl.Series) -> pl.DataFrame:
    """Capitals, stray blanks, and St. for Street: nothing that a reader would call wrong."""
    names = [pl.col(name) for name in ("first_name", "last_name")]
    records = records.with_columns(
        *(pl.when(shouted).then(name.str.to_uppercase()).otherwise(name) for name in names),
        pl.when(short)
        .then(
            pl.col("address")
            .str.replace(" Street$", " St.")
            .str.replace(" Avenue$", " Ave")
            .str.replace(" Road$", " Rd")
        )
        .otherwise("address")
        .alias("address"),
    )
    return records.with_columns(
        pl.when(blanks)
        .then(pl.concat_str(pl.lit(" "), name, pl.lit("  ")))
        .otherwise(name)
        .alias(name.meta.output_name())
        for name in names
    )


def _typos(column: pl.Series, hit: Bools, rng: np.random.Generator) -> pl.Series:
    """Spoil one character of the values that are hit."""
    where = np.flatnonzero(hit & column.is_not_null().to_numpy())
    draws = rng.random((len(where), 3))
    words = column.gather(where).to_list()
    spoilt = [typo(word, *draw) for word, draw in zip(words, draws.tolist(), strict=True)]
    return column.scatter(where, spoilt) if len(where) else column


def typo(word: str, place: float, what: float, letter: float) -> str:
    """Swap, drop, double or replace one character behind the first; three draws from [0, 1) decide.

    >>> typo("Miller", 0.0, 0.0, 0.0), typo("Miller", 0.0, 0.9, 0.5)
    ('Mliler', 'Mnller')
    """
    if len(word) < 3:
        return word
    at = 1 + int(place * (len(word) - 2))
    kind = int(what * 4)
    if kind == 0 and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1 and not word[at].isdigit():
        return word[:at] + word[at + 1 :]
    if kind == 2 and not word[at].isdigit():
        return word[:at] + word[at] + word[at:]
    choice = "0123456789" if word[at].isdigit() else _LETTERS
    other = choice[int(letter * len(choice))]
    return (
        word[:at] + (other if other != word[at] else choice[(choice.index(other) + 1) % len(choice)]) + word[at + 1 :]
    )
