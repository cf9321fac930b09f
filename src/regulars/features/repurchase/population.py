"""What the whole shop's purchases say about each unit before as_of: repeat buying, its pace, its trend."""

import datetime as dt
import itertools
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars import windows
from regulars.features.repurchase.log import Log
from regulars.features.repurchase.runs import ONE, Floats, Ints, Runs, fixed

EDGES = (0, 2, 4, 6, 8, 10, 13, 16, 20, 25, 31, 38, 46, 60, 75, 90, 120, 160, 220, 100_000)
"""Bins of days since the last purchase: (0, 2], (2, 4] ..."""
_BINS = len(EDGES) - 1
STATS = (
    "unit_customers",
    "unit_repeat",
    "unit_gap",
    "unit_gap_typical",
    "unit_gap_spread",
    "unit_rate",
    "unit_trip_share",
    "unit_again_7",
    "unit_again_42",
    "unit_by_90",
    "unit_by_220",
    "unit_trend",
    "unit_week",
    "unit_sold_days",
    "unit_gaps",
)
"""The statistics of a unit, in order."""
_HAZARDS = tuple(f"hazard_{number}" for number in range(_BINS))

PRIOR_CUSTOMERS, PRIOR_GAPS, PRIOR_PAIRS, PRIOR_EVENTS = 10.0, 10.0, 20.0, 20.0
"""What the category counts for among a unit's own customers, gaps, pairs and re-purchases; the shop in a category's."""
PRIOR_READY = 4.0
"""Re-purchases that the category counts for in how readily a unit is bought again."""
_SHOP_GAP = 30.0
"""Days between two purchases where a shop has not seen a single gap."""


@dataclass(frozen=True)
class Population:
    """Statistics of the units as of a day, each shrunk to its category's and that to the shop's."""

    as_of: dt.date
    units: pl.DataFrame
    """``unit`` (null in the last row, which is for unknown ones), STATS and the hazards of the bins, Float64.

    ``unit_customers``     customers who bought it, >= 0
    ``unit_repeat``        share of them who bought it on two days or more
    ``unit_gap``           mean days between two purchases by one customer
    ``unit_gap_typical``   geometric mean of these days
    ``unit_gap_spread``    standard deviation of their logarithm
    ``unit_rate``          re-purchases a day since the first purchase
    ``unit_trip_share``    share of its customers' purchase days since the first purchase that had it again
    ``unit_again_7``       of pairs with two purchases a week ago, the share bought since
    ``unit_again_42``      the same for six weeks
    ``unit_by_90``         chance that it is bought again within 90 days of a purchase, the first one or a later
    ``unit_by_220``        the same within 220 days
    ``unit_trend``         purchases in the last 21 days over a quarter of those in the last 84; 1 is steady
    ``unit_week``          purchases in the last 7 days over a third of those in the last 21
    ``unit_sold_days``     days since anybody bought it
    ``unit_gaps``          number of gaps seen, >= 0
    """

    @classmethod
    def of(cls, log: Log, as_of: dt.date) -> "Population":
        """Count what was bought before ``as_of``; ``log`` may hold more."""
        lines = log.before(as_of).lines
        n_units = len(log.unit_ids)
        today = windows.day_number(as_of)
        sums = _sums(lines, n_units, today)
        categories = _categories(lines, n_units)
        hazards = _hazards(*_risk(lines, n_units, today, purchases=2), categories)
        after_any = _hazards(*_risk(lines, n_units, today, purchases=1), categories)
        stats = _Shrunk(categories).stats(sums)
        stats |= {f"unit_by_{days}": _bought_by(after_any, days) for days in (90, 220)}
        columns = {"unit": pl.concat([log.unit_ids.alias("unit"), pl.Series("unit", [None], dtype=pl.String)])}
        values = {name: pl.Series(stats[name]) for name in STATS}
        bins = {name: pl.Series(hazards[:, at]) for at, name in enumerate(_HAZARDS)}
        return cls(as_of, pl.DataFrame({**columns, **values, **bins}))

    def stats(self, unit_ids: pl.Series) -> pl.DataFrame:
        """Return STATS of the units, in their order; those of the last row where one is unknown."""
        return self._rows(unit_ids).select(STATS)

    def hazards(self, unit_ids: pl.Series) -> Floats:
        """Return (units, bins): chance a day of a re-purchase by lag, of pairs bought twice or more."""
        return self._rows(unit_ids).select(_HAZARDS).to_numpy()

    def _rows(self, unit_ids: pl.Series) -> pl.DataFrame:
        places = self.units.select("unit").head(-1).with_row_index("place")
        found = unit_ids.to_frame("unit").join(places, on="unit", how="left", maintain_order="left")["place"]
        return self.units[found.fill_null(self.units.height - 1)]

    def save(self, folder: Path) -> None:
        """Write ``population.parquet``."""
        self.units.with_columns(as_of=self.as_of).write_parquet(folder / "population.parquet")

    @classmethod
    def load(cls, folder: Path) -> "Population":
        """Read what :meth:`save` wrote."""
        rows = pl.read_parquet(folder / "population.parquet")
        return cls(rows["as_of"][0], rows.drop("as_of"))


def bin_of(elapsed: npt.NDArray[np.int64]) -> Ints:
    """Return the bin of days since the last purchase (>= 1)."""
    return np.searchsorted(np.array(EDGES[1:-1]), elapsed, side="left").astype(np.int64)


def _sums(lines: pl.DataFrame, n: int, today: int) -> dict[str, Floats]:
    """Return the sums per unit that the statistics are made of, and 0 for the unknown unit."""
    customer, unit, day = (lines[name].to_numpy().astype(np.int64) for name in ("customer", "unit", "day"))
    gap, nth = lines["gap"].to_numpy().astype(np.int64), lines["nth"].to_numpy()
    runs = Runs.of(customer, unit)
    of_pair = unit[runs.starts]
    logs = fixed(np.log(np.maximum(gap, 1)))
    first_trip, trip = lines["trip"].to_numpy()[runs.starts], lines["trip"].to_numpy()
    latest = np.zeros(int(customer.max(initial=0)) + 1, np.int64)
    np.maximum.at(latest, customer, trip)
    age = today - day

    def add(where: Ints, values: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Floats:
        return np.append(np.bincount(where, weights=values, minlength=n), 0.0)

    sums = {
        "customers": add(of_pair, np.ones_like(of_pair)),
        "repeaters": add(of_pair, runs.counts > 1),
        "gaps": add(unit, nth > 1),
        "days": add(unit, gap),
        "logs": add(unit, logs) / ONE,
        "squares": add(unit, fixed((logs / ONE) ** 2)) / ONE,
        "watched": add(of_pair, age[runs.starts]),
        "trips": add(of_pair, latest[customer[runs.starts]] - first_trip),
        "week": add(unit, age <= 7),
        "late": add(unit, age <= 21),
        "season": add(unit, age <= 84),
    }
    for days in (7, 42):
        had = runs.sum(age > days) >= 2
        sums[f"had_{days}"] = add(of_pair, had)
        sums[f"again_{days}"] = add(of_pair, had & (runs.sum(age <= days) > 0))
    youngest = np.full(n + 1, np.nan)
    np.fmin.at(youngest, unit, age.astype(np.float64))
    return {**sums, "sold": youngest}


def _risk(lines: pl.DataFrame, n: int, today: int, purchases: int) -> tuple[Floats, Floats]:
    """Return re-purchases and days watched, (n + 1, bins), after so many purchase days of a pair or more."""
    customer, unit, day = (lines[name].to_numpy().astype(np.int64) for name in ("customer", "unit", "day"))
    gap, nth = lines["gap"].to_numpy().astype(np.int64), lines["nth"].to_numpy()
    runs = Runs.of(customer, unit)
    last = runs.last[runs.counts >= purchases]
    ended = nth > purchases
    waits = np.concatenate([gap[ended], today - 1 - day[last]])
    where = np.concatenate([unit[ended], unit[last]])
    events = np.bincount(unit[ended] * _BINS + bin_of(gap[ended]), minlength=n * _BINS).reshape(n, _BINS)
    exposed = np.empty((n + 1, _BINS))
    for at, (low, high) in enumerate(itertools.pairwise(EDGES)):
        exposed[:, at] = np.append(np.bincount(where, np.clip(waits, low, high) - low, minlength=n), 0.0)
    return np.vstack([events, np.zeros((1, _BINS))]).astype(np.float64), exposed


def _categories(lines: pl.DataFrame, n: int) -> Ints:
    """Return the category of each unit, those without one and the unknown unit sharing the last number."""
    found = np.full(n + 1, -1, np.int64)
    found[lines["unit"].to_numpy()] = lines["category"].to_numpy()
    return np.where(found < 0, found.max(initial=-1) + 1, found)


@dataclass(frozen=True)
class _Shrunk:
    """Ratios of sums, shrunk in two steps."""

    categories: Ints

    def ratio(self, over: Floats, under: Floats, prior: float, otherwise: float) -> Floats:
        """Return over / under per unit, where the category's ratio counts for ``prior`` of ``under``."""
        shop = (over.sum() + otherwise) / (under.sum() + 1.0)
        wide = (np.bincount(self.categories, over) + prior * shop) / (np.bincount(self.categories, under) + prior)
        result: Floats = (over + prior * wide[self.categories]) / (under + prior)
        return result

    def stats(self, sums: dict[str, Floats]) -> dict[str, Floats]:
        """Return STATS by name, (units + 1,) each."""
        log_gap = self.ratio(sums["logs"], sums["gaps"], PRIOR_GAPS, math.log(_SHOP_GAP))
        square = self.ratio(sums["squares"], sums["gaps"], PRIOR_GAPS, math.log(_SHOP_GAP) ** 2 + 1.0)
        watched = float(sums["watched"].sum() / max(sums["customers"].sum(), 1.0))
        return {
            "unit_customers": sums["customers"],
            "unit_repeat": self.ratio(sums["repeaters"], sums["customers"], PRIOR_CUSTOMERS, 0.5),
            "unit_gap": self.ratio(sums["days"], sums["gaps"], PRIOR_GAPS, _SHOP_GAP),
            "unit_gap_typical": np.exp(log_gap),
            "unit_gap_spread": np.sqrt(np.maximum(square - log_gap**2, 0.01)),
            "unit_rate": self.ratio(sums["gaps"], sums["watched"], PRIOR_CUSTOMERS * max(watched, 1.0), 0.01),
            "unit_trip_share": self.ratio(sums["gaps"], sums["trips"], PRIOR_PAIRS, 0.1),
            "unit_again_7": self.ratio(sums["again_7"], sums["had_7"], PRIOR_PAIRS, 0.1),
            "unit_again_42": self.ratio(sums["again_42"], sums["had_42"], PRIOR_PAIRS, 0.4),
            "unit_trend": (sums["late"] + 2.0) / (sums["season"] / 4.0 + 2.0),
            "unit_week": (sums["week"] + 1.0) / (sums["late"] / 3.0 + 1.0),
            "unit_sold_days": sums["sold"],
            "unit_gaps": sums["gaps"],
        }


def _hazards(events: Floats, exposed: Floats, categories: Ints) -> Floats:
    """Return (units + 1, bins) daily hazards.

    The category's are shrunk to the shop's bin by bin. A unit is first taken to be bought again so many times as
    readily as its category, one number for all bins, and then each bin is shrunk to that.
    """
    shop = (events.sum(axis=0) + 1.0) / (exposed.sum(axis=0) + _SHOP_GAP)
    n = int(categories.max()) + 1
    wide_events, wide_exposed = np.zeros((n, _BINS)), np.zeros((n, _BINS))
    np.add.at(wide_events, categories, events)
    np.add.at(wide_exposed, categories, exposed)
    wide = ((wide_events + PRIOR_EVENTS) / (wide_exposed + PRIOR_EVENTS / shop))[categories]
    ready = (events.sum(axis=1) + PRIOR_READY) / ((exposed * wide).sum(axis=1) + PRIOR_READY)
    expected = wide * ready[:, None]
    result: Floats = (events + PRIOR_EVENTS) / (exposed + PRIOR_EVENTS / expected)
    return result


def _bought_by(hazards: Floats, days: int) -> Floats:
    """Return the chance of a re-purchase within ``days``, one of EDGES, that daily hazards add up to."""
    edges = np.array(EDGES)
    within = edges[1:] <= days
    stays = np.log1p(-np.minimum(hazards[:, within], 0.999)) * np.diff(edges)[within]
    result: Floats = 1.0 - np.exp(stays.sum(axis=1))
    return result
