"""What a ranker learns from: candidates as of earlier days, and the basket that followed each."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import labels
from regulars.estimators.recommend import neighbours
from regulars.estimators.recommend.candidates import Limits
from regulars.estimators.recommend.neighbours import Reach
from regulars.estimators.recommend.view import View, matrix
from regulars.features.purchases import Catalogue, Purchases, blocks
from regulars.windows import Snapshot


@dataclass(frozen=True)
class Plan:
    """Which earlier days to learn from, and how much of each."""

    n_snapshots: int
    """How many days."""
    step_days: int
    """Days between them, and from the last of them to as_of."""
    label_days: int
    """Longest wait for the next basket."""
    max_customers: int
    """Most customers a day."""
    negatives: float
    """Share of the candidates not bought that are kept."""
    popular_days: int
    """The window of popularity."""
    reach: Reach
    """Where to look for items bought by the same customers."""
    limits: Limits
    """How many candidates."""


@dataclass(frozen=True)
class TrainSet:
    """Rows grouped by customer and day; only groups with a bought candidate."""

    rows: npt.NDArray[np.float32]
    """(n, len(pairs.NAMES))."""
    bought: npt.NDArray[np.float64]
    """(n,) 1 where the candidate was in the next basket."""
    sizes: npt.NDArray[np.int64]
    """Rows of each group, in their order; they sum to n."""


def snapshots(as_of: dt.date, plan: Plan) -> list[Snapshot]:
    """Return the days to learn from, earliest first; no window reaches ``as_of`` or beyond.

    Windows are cut at ``as_of``: their customers came back in time, later ones are left out.
    """
    gaps = [plan.step_days * back for back in range(plan.n_snapshots, 0, -1)]
    return [Snapshot(as_of, min(plan.label_days, gap)).moved(-gap) for gap in gaps]


def train_set(
    known: pl.DataFrame,
    log: Purchases,
    catalogue: Catalogue,
    as_of: dt.date,
    plan: Plan,
    rng: np.random.Generator,
) -> TrainSet | None:
    """Return what a ranker may learn from before ``as_of``; None where no customer qualifies.

    Everything about items is counted from the purchases before each snapshot; their similarity from those
    before the earliest one.

    Args:
        known: rows of ``schema.TRANSACTIONS``, all before ``as_of``.
        log: the same, numbered.
        catalogue: the numbers of the items.
        as_of: the first unknown day.
        plan: which days, and how much of each.
        rng: of all sampling.
    """
    days = snapshots(as_of, plan)
    bought = _bought(known, log, catalogue, days)
    first = days[0].as_of
    similarity = neighbours.similar_items(log.before(first), catalogue.n_items, first, plan.reach)
    parts: list[pl.DataFrame] = []
    for day in (snapshot.as_of for snapshot in days):
        lines, after = log.before(day), _some(bought.filter(pl.col("as_of") == day), plan.max_customers, rng)
        if after.is_empty():
            continue
        view = View.at(lines, catalogue, day, plan.popular_days, similarity)
        asked = blocks(lines.join(after, on="customer", how="semi"))
        parts += [_labelled(view.rows(some, day, plan.limits), after, plan.negatives, rng) for some in asked]
    kept = [part for part in parts if not part.is_empty()]
    return _stacked(kept) if kept else None


def _bought(known: pl.DataFrame, log: Purchases, catalogue: Catalogue, days: list[Snapshot]) -> pl.DataFrame:
    """Return the next baskets as ``customer``, ``as_of``, ``item``."""
    baskets = labels.next_basket(known, days).explode("item_ids")
    codes, _ = catalogue.code(baskets["item_ids"])
    numbers = log.customer_ids.to_frame("customer_id").with_row_index("customer").cast({"customer": pl.Int32})
    return baskets.with_columns(item=codes).join(numbers, on="customer_id").select("customer", "as_of", "item")


def _some(bought: pl.DataFrame, n: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return the baskets of at most ``n`` customers."""
    customers = bought["customer"].unique().sort()
    if len(customers) <= n:
        return bought
    chosen = rng.choice(customers.to_numpy(), size=n, replace=False)
    return bought.filter(pl.col("customer").is_in(chosen))


def _labelled(rows: pl.DataFrame, bought: pl.DataFrame, negatives: float, rng: np.random.Generator) -> pl.DataFrame:
    """Add ``bought`` (1 or 0), drop customers without any, and most of what was not."""
    pair = ["customer", "item"]
    hits = bought.select(*pair, bought=pl.lit(1.0))
    full = rows.join(hits, on=pair, how="left", maintain_order="left").with_columns(pl.col("bought").fill_null(0.0))
    kept = pl.Series(rng.random(full.height) < negatives)
    return full.filter((pl.col("bought").max().over("customer") > 0) & (kept | (pl.col("bought") > 0)))


def _stacked(parts: list[pl.DataFrame]) -> TrainSet:
    sizes = [part.group_by("customer", maintain_order=True).len()["len"].to_numpy() for part in parts]
    return TrainSet(
        rows=np.concatenate([matrix(part) for part in parts]),
        bought=np.concatenate([part["bought"].to_numpy() for part in parts]),
        sizes=np.concatenate(sizes).astype(np.int64),
    )
