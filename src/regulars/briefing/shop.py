"""One shop at one instant, opened as a reader of a notebook wants it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from regulars import batch, contest, scale, windows
from regulars.artefact import Task
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.scoring import Champions
from regulars.tracking import Registry, Tracker
from regulars.windows import Snapshot


@dataclass(frozen=True)
class Shop:
    """A ledger, the champions of its home and an instant; what is computed is kept."""

    home: Home
    ledger: Ledger
    as_of: dt.date
    """The first unknown day."""

    @classmethod
    def open(cls, home: Path | str | None = None, as_of: str | None = None) -> "Shop":
        """Open the shop whose state lies in ``home`` (default: ``Home.resolve``), the day after its data by default.

        Raises:
            MissingError: there is no ledger.
            ConfigError: ``as_of`` is no ISO day.
        """
        place = Home.resolve() if home is None else Home(Path(home).expanduser().absolute())
        ledger = Ledger.open(place.ledger)
        return cls(place, ledger, windows.parse_day(as_of) if as_of else windows.after(ledger.data_through))

    @cached_property
    def champions(self) -> Champions:
        """The promoted models.

        Raises:
            MissingError: asking it for a task that has none.
        """
        return Registry(self.home).load()

    @cached_property
    def scores(self) -> pl.DataFrame:
        """``batch.score`` of every customer: risk and return dates."""
        return batch.score(self.ledger, self.champions, self.as_of)

    @cached_property
    def features(self) -> pl.DataFrame:
        """``features.table`` of every customer."""
        return scale.feature_table(self.ledger, [Snapshot(self.as_of)])

    @cached_property
    def good(self) -> pl.DataFrame:
        """Good customers, those in the upper half by what they spent in the last year.

        ``customer_id`` and ``amount`` (minor units, the last 365 days), by customer_id.
        """
        start = windows.Snapshot(self.as_of).past(365).start
        recent = self.ledger.transactions(before=self.as_of).filter(pl.col("purchased_at").dt.date() >= start)
        worth = recent.group_by("customer_id").agg(pl.col("amount").sum()).collect()
        return worth.filter(pl.col("amount") >= pl.col("amount").median()).sort("customer_id")

    @cached_property
    def telling(self) -> dict[str, str]:
        """Three good customers and why they are telling: slipping away, like most, steady.

        The one most at risk, the one in the middle of that order, and the one most surely back within a week.
        """
        good = self.scores.join(self.good, on="customer_id", how="semi")
        by_risk = good.sort("churn_probability", "customer_id")["customer_id"].to_list()
        by_week = good.sort("probability_within_7", "customer_id")["customer_id"].to_list()
        middle = by_risk[len(by_risk) // 2]
        return {by_risk[-1]: "slipping away", middle: "like most", by_week[-1]: "steady"}

    def lines(self, customer_ids: Collection[str]) -> pl.DataFrame:
        """Return the purchases of some customers before ``as_of``."""
        known = self.ledger.transactions(before=self.as_of)
        return known.filter(pl.col("customer_id").is_in(list(customer_ids))).collect()

    def report(self, task: Task) -> dict[str, Any]:
        """Return the report of the newest experiment of ``task``.

        Raises:
            MissingError: none has been run.
        """
        return contest.newest_reports(Tracker(self.home), [task])[0]
