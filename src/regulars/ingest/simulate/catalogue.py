"""What the shop sells: a few hundred products with lives, tastes, fashions and partners."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from regulars.ingest.simulate.arrays import Bools, Floats, Ints, pick
from regulars.ingest.simulate.plan import Plan
from regulars.ingest.simulate.wares import BRANDS, KINDS, VARIANTS

TASTES = 6
"""Dimensions of the space in which people and items meet."""
_DECAY = 0.8
"""The item of rank n is wanted in proportion to n ** -_DECAY: a long tail."""
_LAUNCHED, _DELISTED = 0.15, 0.12
_RAMP_WEEKS = 8


@dataclass(frozen=True)
class Catalogue:
    """The products of a plan, by place."""

    frame: pl.DataFrame
    """``item_id, name, department, category, product_type, brand, package_size, life_days, launched_week``."""
    vectors: Floats
    """Taste vectors, ``(n_items, TASTES)``, of about unit length."""
    popularity: Floats
    """Logarithm of how much an item is wanted by the average taste."""
    presence: Floats
    """``(n_items, weeks)`` in [0, 1]: 0 = not sold; else how much in fashion, 1 being its best week."""
    life_days: Floats
    """How long one pack lasts one person; NaN for what is not used up."""
    partner: Ints
    """The item that is often bought along; -1: none."""
    quality: Floats
    """What reviewers think of it beyond their own taste; standard normal."""
    base_price: Ints
    """Price at launch, in cents."""

    @property
    def consumable(self) -> Bools:
        """What is used up and bought again."""
        return ~np.isnan(self.life_days)


def catalogue(plan: Plan, rng: np.random.Generator) -> Catalogue:
    """Draw the products of a plan."""
    n = plan.n_items
    kind = np.arange(n) % len(KINDS)
    presence, launched = _presence(plan, rng)
    life = np.array([KINDS[k].life_days or np.nan for k in kind]) * rng.choice([0.5, 1.0, 2.0], n, p=[0.2, 0.6, 0.2])
    low, high = (np.array([getattr(KINDS[k], name) for k in kind]) for name in ("low", "high"))
    price = np.exp(rng.uniform(np.log(low), np.log(high)))
    rank = rng.permutation(n) + 1
    return Catalogue(
        frame=_frame(kind, life, launched, rng),
        vectors=_vectors(kind, rng),
        popularity=-_DECAY * np.log(rank),
        presence=presence,
        life_days=life,
        partner=_partners(kind, rng),
        quality=rng.normal(size=n),
        base_price=np.maximum(np.round(price / 10).astype(np.int64) * 10 - 1, 49),
    )


def _vectors(kind: Ints, rng: np.random.Generator) -> Floats:
    """Items of a department, and more so of a kind, lie close together."""
    departments = sorted({k.department for k in KINDS})
    home = np.array([departments.index(KINDS[k].department) for k in kind])
    whole = (
        rng.normal(size=(len(departments), TASTES))[home]
        + rng.normal(scale=0.8, size=(len(KINDS), TASTES))[kind]
        + rng.normal(scale=0.5, size=(len(kind), TASTES))
    )
    return np.asarray(whole / np.sqrt(TASTES * (1 + 0.8**2 + 0.5**2)))


def _presence(plan: Plan, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Some items are launched and some delisted within the plan; each has a fashion that comes or goes."""
    n, weeks = plan.n_items, np.arange(plan.weeks)
    draw = rng.random(n)
    launched = np.where(draw < _LAUNCHED, rng.integers(4, max(plan.weeks * 4 // 5, 5), n), 0)
    leaves = (draw >= _LAUNCHED) & (draw < _LAUNCHED + _DELISTED)
    delisted = np.where(leaves, rng.integers(plan.weeks // 3, plan.weeks, n), plan.weeks + _RAMP_WEEKS)
    slope = rng.normal(scale=0.4, size=n) / plan.weeks
    trend = np.exp(slope[:, None] * weeks)
    rise = np.where(launched[:, None] > 0, (weeks - launched[:, None] + 1) / _RAMP_WEEKS, 1.0)
    fall = (delisted[:, None] - weeks) / _RAMP_WEEKS
    shape = trend / trend.max(axis=1, keepdims=True) * np.clip(rise, 0, 1) * np.clip(fall, 0, 1)
    return np.asarray(shape), launched.astype(np.int64)


def _partners(kind: Ints, rng: np.random.Generator) -> Ints:
    """A third of the items go with an item of another kind in the same department."""
    departments = np.array([KINDS[k].department for k in kind])
    partner = np.full(len(kind), -1, dtype=np.int64)
    for item in np.flatnonzero(rng.random(len(kind)) < 0.35):
        others = np.flatnonzero((departments == departments[item]) & (kind != kind[item]))
        if len(others):
            partner[item] = rng.choice(others)
    return partner


def _frame(kind: Ints, life: Floats, launched: Ints, rng: np.random.Generator) -> pl.DataFrame:
    n = len(kind)
    brand = pick(np.array([3.0, 2, 2, 1.5, 1, 1]), n, rng)
    rows = []
    for i, k in enumerate(kind):
        thing = KINDS[k]
        rows.append(
            {
                "item_id": "",
                "name": f"{BRANDS[brand[i]]} {thing.name}{_variant(i // len(KINDS))}",
                "department": thing.department,
                "category": thing.category,
                "product_type": thing.name,
                "brand": BRANDS[brand[i]],
                "package_size": thing.size,
                "life_days": None if np.isnan(life[i]) else int(life[i]),
                "launched_week": int(launched[i]),
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.Series("item_id", _ids(kind, rng)))


def _variant(turn: int) -> str:
    """Return what tells the products of one kind apart."""
    word, again = VARIANTS[turn % len(VARIANTS)], turn // len(VARIANTS)
    return f" {word}".rstrip() + (f" {again + 1}" if again else "")


def _ids(kind: Ints, rng: np.random.Generator) -> list[str]:
    """Codes of three fashions, each with leading zeros or letters that careless systems lose.

    The number is unique, so that no two codes become equal when zeros, blanks and case are dropped.
    """
    numbers = rng.permutation(np.arange(100, 5 * len(kind) + 100))[: len(kind)]
    codes = []
    for i, number in enumerate(numbers):
        match i % 3:
            case 0:
                codes.append(f"{number:06d}")
            case 1:
                codes.append(f"{number:05d}{'ABCD'[number % 4]}")
            case _:
                codes.append(f"{KINDS[kind[i]].code}-{number:05d}")
    return codes
