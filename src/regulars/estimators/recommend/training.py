"""What a ranker learns from: candidates before baskets that are known, and what these held."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import labels, windows
from regulars.estimators.recommend.candidates import Candidates, Past, Plan, Shelf
from regulars.estimators.recommend.view import View
from regulars.features.histories import Histories
from regulars.features.purchases import Catalogue, Purchases, blocks
from regulars.windows import Snapshot

Lessons = Literal["earlier days", "other customers"]
"""``earlier days``: the next basket after each of several earlier days, known from the purchases before that day.
``other customers``: every customer's last basket, known from their earlier ones and from other customers' whole
histories. The first is how a shop is served; the second is the protocol of published next-basket benchmarks,
whose customers have no common calendar: customers who are asked are not among those who are known, so it is not for
serving the customers it was fitted on."""


@dataclass(frozen=True)
class Schooling:
    """Which baskets to learn from, and how much of each."""

    lessons: Lessons
    """Where baskets come from."""
    n_snapshots: int
    """How many earlier days, or folds of customers."""
    step_days: int
    """Days between them, and from the last of them to as_of."""
    label_days: int
    """Longest wait for the next basket."""
    max_customers: int
    """Most customers a day."""
    negatives: float
    """Share of the candidates not bought that are kept."""
    shelf_days: int
    """Days in which an item must have sold to be offered."""
    min_customers: int
    """Customers who must have bought it then."""
    plan: Plan
    """Where candidates come from."""


@dataclass(frozen=True)
class TrainSet:
    """Rows grouped by customer and day; only groups with a bought candidate."""

    rows: npt.NDArray[np.float32]
    """(n, len(view.NAMES))."""
    bought: npt.NDArray[np.float64]
    """(n,) 1 where the candidate was in the next basket."""
    sizes: npt.NDArray[np.int64]
    """Rows of each group, in their order; they sum to n."""


@dataclass(frozen=True)
class Lesson:
    """Customers whose next basket is known, and what may be known to foresee it."""

    past: Past
    """What the shop knows."""
    lines: pl.DataFrame
    """What is known of the customers."""
    bought: pl.DataFrame
    """``customer`` and ``item`` of their next baskets."""


def train_set(
    known: pl.DataFrame,
    items: pl.DataFrame,
    log: Purchases,
    catalogue: Catalogue,
    as_of: dt.date,
    how: Schooling,
    rng: np.random.Generator,
) -> TrainSet | None:
    """Return what a ranker may learn from before ``as_of``; None where no customer qualifies.

    Args:
        known: rows of ``schema.TRANSACTIONS``, all before ``as_of``.
        items: ``schema.ITEMS`` as known by then.
        log: the transactions, numbered.
        catalogue: the numbers of the items.
        as_of: the first unknown day.
        how: which baskets, and how much of each.
        rng: of all sampling.
    """
    shop = _Shop(known, items, log, catalogue, as_of, how)
    lessons = shop.earlier_days() if how.lessons == "earlier days" else shop.other_customers(rng)
    parts: list[tuple[Candidates, npt.NDArray[np.float32], npt.NDArray[np.float64]]] = []
    for lesson in lessons:
        bought = _some(lesson.bought, how.max_customers, rng)
        if bought.is_empty():
            continue
        view = View.of(lesson.past, how.plan)
        asked = lesson.lines.join(bought, on="customer", how="semi", maintain_order="left")
        histories = (Histories.of(some, lesson.past.as_of) for some in blocks(asked))
        parts += [_labelled(view, each, bought, how.negatives, rng) for each in histories]
    kept = [part for part in parts if len(part[2])]
    return _stacked(kept) if kept else None


@dataclass(frozen=True)
class _Shop:
    """Everything that lessons are made of."""

    known: pl.DataFrame
    items: pl.DataFrame
    log: Purchases
    catalogue: Catalogue
    as_of: dt.date
    how: Schooling

    def earlier_days(self) -> Iterator[Lesson]:
        """Yield a lesson for each snapshot: everything about the shop is counted from the purchases before it."""
        days = snapshots(self.as_of, self.how)
        bought = _next_baskets(self.known, self.log, self.catalogue, days)
        for day in (snapshot.as_of for snapshot in days):
            lines, after = self.log.before(day), bought.filter(pl.col("as_of") == day)
            if not after.is_empty():
                yield Lesson(self.past(lines, day), lines, after.select("customer", "item"))

    def other_customers(self, rng: np.random.Generator) -> Iterator[Lesson]:
        """Yield a lesson for each fold of customers: their last baskets, and everything about the others."""
        last = pl.col("order").max().over("customer")
        lines = self.log.lines.with_columns(last=last).filter(pl.col("last") > 0)
        everyone = self.log.lines["customer"].unique().sort()
        fold = pl.DataFrame({"customer": everyone, "fold": rng.permutation(len(everyone)) % self.how.n_snapshots})
        folded = lines.join(fold, on="customer", maintain_order="left")
        # The customer is asked on the day of the basket to foresee; to the shop this day is as_of.
        last_day = pl.col("day").filter(pl.col("order") == pl.col("last")).max().over("customer")
        shift = windows.day_number(self.as_of) - last_day
        # An order of the same day as the basket to foresee is known to come before it.
        asked_before = windows.day_number(self.as_of) - 1
        shifted = folded.with_columns(day=pl.min_horizontal(pl.col("day") + shift, asked_before).cast(pl.Int32))
        for number in range(self.how.n_snapshots):
            mine = shifted.filter(pl.col("fold") == number)
            after = mine.filter(pl.col("order") == pl.col("last")).select("customer", "item")
            others = self.log.lines.join(fold.filter(pl.col("fold") != number), on="customer", how="semi")
            if others.is_empty():
                continue
            before = mine.filter(pl.col("order") < pl.col("last")).sort("customer", "order", "item")
            yield Lesson(self.past(others, self.as_of), before, after)

    def past(self, lines: pl.DataFrame, as_of: dt.date) -> Past:
        """Return what may be known from ``lines``."""
        return past(lines, self.items, self.catalogue, as_of, self.how)


def past(lines: pl.DataFrame, items: pl.DataFrame, catalogue: Catalogue, as_of: dt.date, how: Schooling) -> Past:
    """Return what sources learn from at ``as_of``."""
    shelf = Shelf.of(lines, catalogue.n_items, as_of, how.shelf_days, how.min_customers)
    return Past(lines, catalogue, items, as_of, shelf)


def snapshots(as_of: dt.date, how: Schooling) -> list[Snapshot]:
    """Return the days to learn from, earliest first; no window reaches ``as_of`` or beyond.

    Windows are cut at ``as_of``: their customers came back in time, later ones are left out.
    """
    gaps = [how.step_days * back for back in range(how.n_snapshots, 0, -1)]
    return [Snapshot(as_of, min(how.label_days, gap)).moved(-gap) for gap in gaps]


def _next_baskets(known: pl.DataFrame, log: Purchases, catalogue: Catalogue, days: list[Snapshot]) -> pl.DataFrame:
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


def _labelled(
    view: View, asked: Histories, bought: pl.DataFrame, negatives: float, rng: np.random.Generator
) -> tuple[Candidates, npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    """Return rows and whether they were bought, without customers who bought none, and most of what was not."""
    found, rows = view.rows(asked)
    width = max(int(found.item.max(initial=0)), int(bought["item"].max())) + 1  # type: ignore[arg-type]
    truth = bought["customer"].to_numpy().astype(np.int64) * width + bought["item"].to_numpy()
    hit = np.isin(asked.customers[found.row] * width + found.item, truth)
    some = np.bincount(found.row, hit, minlength=asked.n)[found.row] > 0
    kept = some & (hit | (rng.random(len(hit)) < negatives))
    thinned = Candidates(found.row[kept], found.item[kept], found.source[kept], found.scores[kept])
    return thinned, rows[kept], hit[kept].astype(np.float64)


def _stacked(parts: list[tuple[Candidates, npt.NDArray[np.float32], npt.NDArray[np.float64]]]) -> TrainSet:
    sizes = [np.unique(found.row, return_counts=True)[1] for found, _, _ in parts]
    return TrainSet(
        rows=np.concatenate([rows for _, rows, _ in parts]),
        bought=np.concatenate([bought for _, _, bought in parts]),
        sizes=np.concatenate(sizes).astype(np.int64),
    )
