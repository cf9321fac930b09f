"""What the files add up to, for those who check what they read."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from regulars.ingest.simulate import population
from regulars.ingest.simulate.block import Files
from regulars.ingest.simulate.plan import CURRENCY, ZONE, Plan

PRINTED = ("Subtotal", "Shipping", "Taxes", "Total", "Discount Amount", "Refunded Amount")
MODEL = {
    "rate_gamma_shape": population.RATE[0],
    "rate_gamma_days": population.RATE[1],
    "dropout_gamma_shape": population.DROPOUT[0],
    "dropout_gamma_days": population.DROPOUT[1],
    "one_time_share": population.ONE_TIME,
    "regular_share": population.REGULAR,
}
"""Parameters of the population, as ``docs/simulated-shop.md`` names them."""


@dataclass
class Totals:
    """Sums over the blocks."""

    lines: Counter[str] = field(default_factory=Counter)
    """Rows of each CSV file."""
    net: dict[str, Counter[str]] = field(default_factory=dict)
    """Cents of each file of lines."""
    printed: Counter[str] = field(default_factory=Counter)
    """Cents in the web shop's columns of sums, as printed."""
    dirt: dict[str, Counter[str]] = field(default_factory=dict)
    """Rows of ``dirt.parquet`` by file and kind."""

    def add(self, files: Files) -> None:
        """Count a block in."""
        for name, frame in files.items():
            if name.endswith(".csv"):
                self.lines[name] += frame.height
        for name in PRINTED:
            self.printed[name] += _total(files["web.csv"][name].str.replace(".", "", literal=True).cast(pl.Int64))
        self._add_money(files["truth/lines.parquet"], files["truth/dirt.parquet"])
        for file, what, count in files["truth/dirt.parquet"].group_by("file", "what").len().iter_rows():
            self.dirt.setdefault(file, Counter())[what] += count

    def _add_money(self, lines: pl.DataFrame, dirt: pl.DataFrame) -> None:
        for (file,), part in lines.group_by("file"):
            cents = self.net.setdefault(str(file), Counter())
            cents["true"] += _total(part["amount"])
            own = _total(part.filter(pl.col("line").is_not_null())["amount"])
            cents["refunds_without_a_line"] += _total(part["amount"]) - own
            cents["written"] += own
        for (file,), part in dirt.group_by("file"):
            self.net[str(file)]["written"] += _total(part["amount_written"] - part["amount_true"])

    def told(self, plan: Plan, files: list[str]) -> dict[str, Any]:
        """Return the totals as JSON keeps them."""
        return {
            "made_by": "regulars simulate",
            "plan": plan.told(),
            "currency": CURRENCY,
            "time_zone": ZONE,
            "first_day": plan.start.isoformat(),
            "first_day_after": plan.end.isoformat(),
            "lines": dict(sorted(self.lines.items())),
            "net_cents": {file: dict(sorted(sums.items())) for file, sums in sorted(self.net.items())},
            "web_sums_cents": dict(self.printed),
            "dirt": {file: dict(sorted(kinds.items())) for file, kinds in sorted(self.dirt.items())},
            "model": MODEL,
            "files": files,
        }


def _total(cents: pl.Series) -> int:
    return int(cents.sum())
