"""Offers of the past beside the baskets that came: what was found, from which source, and for whom."""

from dataclasses import dataclass

import pandas as pd
import polars as pl
from pandas.io.formats.style import Styler

from regulars import config, judging, training, windows
from regulars.briefing.offers import MEANING
from regulars.briefing.shop import Shop
from regulars.errors import MissingError
from regulars.estimators.recommend import NEXT_BASKET
from regulars.judging import Exam

HIT = "\N{CHECK MARK}"
"""Marks an offer that was bought."""

_FEWEST_ITEMS = 3
"""Baskets of fewer items are no examples."""
_GREEN = "background-color: #d7efe4; color: black; font-weight: 600"


@dataclass(frozen=True)
class Beside:
    """What a recommender offered as of a past instant, and the first basket of each customer in the days after it."""

    shop: Shop
    model: str
    """Its name in ``models/``."""
    exam: Exam
    """Who was asked about, and their next baskets."""
    offers: pl.DataFrame
    """``customer_id``, ``rank``, ``item_id``, ``source``, ``reason``, ``known`` (the customer had bought it), ``hit``
    (it was in the next basket)."""

    @classmethod
    def of(cls, shop: Shop, days: int = 30, k: int = 10, model: str | None = None) -> "Beside":
        """Offer ``k`` items as of ``days`` before the end of what is known, by a model fitted on what was known then.

        Args:
            shop: the shop.
            days: length of the window in which baskets are looked for.
            k: items a customer.
            model: of ``models/``; None for the one that is champion now.

        Raises:
            DataError: the history before is too short to learn from.
        """
        name = shop.champions["recommend"].meta.model if model is None else model
        until = training.known_until(shop.ledger, shop.as_of)
        snapshot = windows.Snapshot(until, days).moved(-days)
        learn = config.Training(horizon_days=days)
        fitted = training.fit(config.read_model(name), shop.ledger, snapshot.as_of, learn, 0, None)
        exam = judging.exam(shop.ledger, "recommend", snapshot)
        listed = fitted.estimator.recommend(exam.lines, snapshot.as_of, k, wish=NEXT_BASKET)
        return cls(shop, name, exam, _marked(listed, exam))

    def by_source(self) -> pl.DataFrame:
        """Return what came of the offers by where they came from, most offers first.

        ``why`` (what the source says to people), ``offers``, ``hits`` and ``hit_rate``.
        """
        return self._counted(pl.col("source").replace(MEANING).alias("why"))

    def by_newness(self) -> pl.DataFrame:
        """Return the same for items that the customer had bought and for new ones: ``item``, ``offers`` .."""
        kind = pl.when("known").then(pl.lit("bought before")).otherwise(pl.lit("new to them"))
        return self._counted(kind.alias("item"))

    def telling(self) -> dict[str, str]:
        """Return three customers by how much of their basket was found: most, the middle, least.

        They are taken from baskets of three different items or more, as far as there are any. With fewer than three
        customers there are fewer.

        Raises:
            MissingError: nobody bought in the window.
        """
        if self.exam.baskets.is_empty():
            raise MissingError(f"nobody bought in the {self.exam.snapshot.horizon_days} days; look further back")
        hits = self.offers.group_by("customer_id").agg(hits=pl.col("hit").sum())
        size = pl.col("item_ids").list.len()
        baskets = self.exam.baskets.join(hits, on="customer_id")
        large = baskets.filter(size >= _FEWEST_ITEMS)
        order = (baskets if large.is_empty() else large).sort(["hits", "customer_id"], descending=[True, False])
        ids = order["customer_id"].to_list()
        return {ids[-1]: "least found", ids[len(ids) // 2]: "like most", ids[0]: "most found"}

    def side_by_side(self, customer_id: str, n: int = 12) -> pd.DataFrame:
        """Return one customer's last purchases, the offers and the basket that came, from the top.

        ``last bought`` (newest first), ``offered`` (best first), ``why``, ``reason``, ``hit`` (HIT where it was
        bought), ``then bought`` (what was offered comes first, ``found`` marks it). At most ``n`` rows; columns that
        hold less end in empty cells.

        Raises:
            MissingError: the customer did not buy in the window.
        """
        basket = self.exam.baskets.filter(pl.col("customer_id") == customer_id)
        if basket.is_empty():
            raise MissingError(f"{customer_id!r} did not buy after {self.exam.snapshot.as_of}; take one of telling()")
        names = dict(self.shop.ledger.items().select("item_id", pl.coalesce("name", "item_id")).iter_rows())
        offers = self.offers.filter(pl.col("customer_id") == customer_id).sort("rank")
        offered = set(offers["item_id"])
        then = sorted(basket["item_ids"][0].to_list(), key=lambda item: (item not in offered, names.get(item, item)))
        columns = {
            "last bought": self._last(customer_id, names),
            "offered": [names.get(item, item) for item in offers["item_id"]],
            "why": [MEANING.get(source, source) for source in offers["source"]],
            "reason": offers["reason"].fill_null("").to_list(),
            "hit": [HIT if hit else "" for hit in offers["hit"]],
            "then bought": [names.get(item, item) for item in then],
            "found": [HIT if item in offered else "" for item in then],
        }
        height = min(n, max(map(len, columns.values())))
        return pd.DataFrame({name: (values + [""] * height)[:height] for name, values in columns.items()})

    def shown(self, customer_id: str, n: int = 12) -> Styler:
        """Return :meth:`side_by_side` for a notebook, with what was found in colour and marked."""
        table = self.side_by_side(customer_id, n)

        def coloured(column: "pd.Series[str]") -> list[str]:
            marks = table["found" if column.name in ("then bought", "found") else "hit"]
            told = column.name in ("offered", "hit", "then bought", "found")
            return [_GREEN if told and mark else "" for mark in marks]

        asked = f"Customer {customer_id} as of {self.exam.snapshot.as_of}"
        return table.style.apply(coloured).hide(axis="index").set_caption(asked)

    def headline(self) -> str:
        """Return how much was found, as a sentence."""
        by_customer = self.offers.group_by("customer_id").agg(hits=pl.col("hit").sum(), k=pl.len())
        k, hits, some = by_customer.select(
            pl.col("k").max(), pl.col("hits").mean(), some=(pl.col("hits") > 0).mean()
        ).row(0)
        return (
            f"As of {self.exam.snapshot.as_of}, {self.model} offered {k} items each to "
            f"{by_customer.height:,} customers who then bought within {self.exam.snapshot.horizon_days} days: "
            f"{hits:.1f} of them were in the next basket, and {some:.0%} of the customers found at least one."
        )

    def _counted(self, by: pl.Expr) -> pl.DataFrame:
        counted = self.offers.group_by(by).agg(offers=pl.len().cast(pl.Int64), hits=pl.col("hit").sum().cast(pl.Int64))
        rated = counted.with_columns(hit_rate=pl.col("hits") / pl.col("offers"))
        return rated.sort(["offers", rated.columns[0]], descending=[True, False])

    def _last(self, customer_id: str, names: dict[str, str]) -> list[str]:
        bought = self.exam.lines.filter(pl.col("customer_id") == customer_id, pl.col("quantity") > 0)
        days = bought.group_by("item_id").agg(day=pl.col("purchased_at").max().dt.date())
        newest = days.sort(["day", "item_id"], descending=[True, False])
        return [f"{day}  {names.get(item, item)}" for item, day in newest.iter_rows()]


def _marked(listed: pl.DataFrame, exam: Exam) -> pl.DataFrame:
    keys = ["customer_id", "item_id"]
    came = exam.baskets.explode("item_ids").select("customer_id", item_id="item_ids", hit=pl.lit(value=True))
    known = exam.lines.filter(pl.col("quantity") > 0).select(keys).unique().with_columns(known=pl.lit(value=True))
    marked = listed.join(came, on=keys, how="left").join(known, on=keys, how="left")
    told = marked.with_columns(pl.col("hit", "known").fill_null(value=False))
    return told.select("customer_id", "rank", "item_id", "source", "reason", "known", "hit").sort("customer_id", "rank")
