"""What is bought again and when: the gaps of products, who is due, and how such lists held."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from regulars import config, curves, labels, reminders, training, windows
from regulars.briefing.shop import Shop
from regulars.errors import DataError
from regulars.estimators.replenishment import CONSUMABLE, Forecast
from regulars.evaluation.intervals import Interval
from regulars.evaluation.plots.due import Line
from regulars.features import repurchase
from regulars.features.repurchase import Log

QUICK = "replenish_poisson_gamma"
"""A forecast that is fitted within seconds."""
HORIZON_DAYS = 42
"""How far the forecasts look ahead."""
FEWEST_GAPS = 30
"""A product whose gaps are fewer says too little of its rhythm to be shown."""

_LONGEST = 60
_COMMON = 50


@dataclass(frozen=True)
class Products:
    """The re-purchases of a shop, known and forecast as of an instant."""

    shop: Shop
    as_of: dt.date
    """The first day that the forecast did not know."""
    model: str
    """Which one forecasts."""
    forecast: Forecast
    """Every pair of a customer and a unit (an item type, or an item) bought on two days or more."""
    log: Log
    """The purchase days behind it."""

    @classmethod
    def of(cls, shop: Shop, back_days: int = 0, model: str = QUICK) -> "Products":
        """Forecast as of ``back_days`` before the shop's ``as_of``, by a model fitted on what was known then.

        Args:
            shop: the shop.
            back_days: how far to look back, >= 0.
            model: of ``models/``; the default of the task is more accurate than QUICK and takes minutes.

        Raises:
            DataError: nothing is bought twice.
        """
        as_of = windows.Snapshot(shop.as_of).moved(-back_days).as_of
        known, learn = shop.ledger.transactions(before=as_of).collect(), config.Training(horizon_days=HORIZON_DAYS)
        fitted = training.fit(config.read_model(model), shop.ledger, as_of, learn, 0, None)
        units = repurchase.Units.of(shop.ledger.items(as_of))
        forecast: Forecast = fitted.estimator.forecast(known, as_of)
        return cls(shop, as_of, model, forecast, repurchase.build(known, units))

    def rhythms(self, n: int = 12) -> pl.DataFrame:
        """Return the ``n`` consumables that most customers buy again and again, and how far apart.

        ``unit``, ``customers`` (who bought it on two days or more), ``gaps``, ``p10``, ``median`` and ``p90`` (days
        between two purchases of a customer), most customers first.
        """
        gap, pairs = pl.col("gap"), self.forecast.pairs.filter(pl.col("kind") == CONSUMABLE)
        counted = pairs.group_by("unit").agg(customers=pl.len().cast(pl.Int64))
        spread = (
            self._gaps()
            .group_by("unit")
            .agg(gaps=pl.len().cast(pl.Int64), p10=gap.quantile(0.1), median=gap.median(), p90=gap.quantile(0.9))
        )
        found = counted.join(spread.filter(pl.col("gaps") >= FEWEST_GAPS), on="unit")
        return found.sort(["customers", "unit"], descending=[True, False]).head(n)

    def spreads(self, n: int = 12) -> dict[str, Interval]:
        """Return the median gap and the bounds of the middle 80% of each of :meth:`rhythms`, for ``interval_plot``."""
        rows = self.rhythms(n).sort("median", "unit").iter_rows(named=True)
        return {row["unit"]: Interval(row["median"], row["p10"], row["p90"]) for row in rows}

    def steadiest(self) -> str:
        """Return the unit of :meth:`rhythms` whose gaps lie closest together: the least ratio of ``p90`` to ``p10``.

        Raises:
            DataError: no product is bought often enough.
        """
        shown = self.rhythms(_COMMON)
        if shown.is_empty():
            raise DataError(f"no product has {FEWEST_GAPS} gaps before {self.as_of}; a longer history may tell more")
        return str(shown.sort(pl.col("p90") / pl.col("p10"), "unit")["unit"][0])

    def gaps(self, unit: str) -> pl.DataFrame:
        """Return how many days lie between two purchases of ``unit``: ``days`` (text), ``gaps`` and ``share``.

        One row for each of 1 .. 60 days, and the last for longer ones.

        Raises:
            DataError: nobody bought it twice.
        """
        found = self._gaps().filter(pl.col("unit") == unit)["gap"].clip(upper_bound=_LONGEST + 1).to_numpy()
        if not len(found):
            raise DataError(f"nobody bought {unit!r} twice before {self.as_of}; take a unit of rhythms()")
        counts = np.bincount(found, minlength=_LONGEST + 2)[1:]
        names = [*(str(days) for days in range(1, _LONGEST + 1)), f"> {_LONGEST}"]
        return pl.DataFrame({"days": names, "gaps": counts, "share": counts / counts.sum()})

    def due(self, window_days: int = 7, lead_days: int = 2, min_probability: float = 0.3) -> pl.DataFrame:
        """Return whom to remind of what in the coming days, most probable first: ``reminders.due`` with names.

        Raises:
            ConfigError: a number is out of range.
        """
        listed = reminders.due(self.forecast, self.as_of, window_days, lead_days, min_probability)
        names = self.shop.ledger.items().select("item_id", "name")
        named = listed.join(names, on="item_id", how="left").with_columns(name=pl.coalesce("name", "item_id"))
        return named.sort(["probability", "customer_id", "unit"], descending=[True, False, False])

    def outcome(self) -> pl.DataFrame:
        """Return what became of the consumables that were forecast in the days between then and the shop's ``as_of``.

        One row a pair: ``customer_id``, ``unit``, ``regular``, ``duration`` (day of the next purchase, 1 is that of
        the forecast's ``as_of``; the days watched where there was none), ``came``, and ``probability`` (of a purchase
        in the days watched).

        Raises:
            DataError: the forecast is not of the past.
        """
        days = min((self.shop.as_of - self.as_of).days, self.forecast.survival.shape[1])
        if days < 1:
            raise DataError(f"nothing is known after {self.as_of} yet; look back with Products.of(shop, back_days=28)")
        snapshot = windows.Snapshot(self.as_of, days)
        seen = self.shop.ledger.transactions(before=snapshot.future.end).collect()
        units = repurchase.Units.of(self.shop.ledger.items(self.as_of)).items.select("item_id", "unit")
        came = labels.next_repurchase(seen, units, [snapshot]).rename({"observed": "came"}).drop("as_of")
        within = pl.Series(curves.probability_within(self.forecast.survival, days))
        asked = self.forecast.pairs.with_columns(probability=within).filter(pl.col("kind") == CONSUMABLE)
        return asked.join(came, on=["customer_id", "unit"]).select(
            "customer_id", "unit", "regular", "duration", "came", "probability"
        )

    def held(self, window_days: int = 14, min_probability: float = 0.3) -> pl.DataFrame:
        """Return which share of the pairs bought in the window, of those that a list would have held and of the others.

        A row each for "reminded", "regular, reminded" and "not reminded": ``who``, ``pairs``, ``came`` (share that
        bought in the ``window_days`` from the forecast on).
        """
        keys, outcome = ["customer_id", "unit"], self.outcome()
        listed = reminders.due(self.forecast, self.as_of, window_days, 0, min_probability).select(keys)
        told = outcome.join(listed.with_columns(listed=pl.lit(value=True)), on=keys, how="left")
        came, reminded = pl.col("came") & (pl.col("duration") <= window_days), pl.col("listed").fill_null(value=False)
        kinds = {"reminded": reminded, "regular, reminded": reminded & pl.col("regular"), "not reminded": ~reminded}
        return pl.concat(
            told.filter(chosen).select(who=pl.lit(name), pairs=pl.len().cast(pl.Int64), came=came.mean())
            for name, chosen in kinds.items()
        )

    def timelines(self, listed: pl.DataFrame, n: int = 12) -> list[Line]:
        """Return the first ``n`` rows of a list of :meth:`due` as lines of ``plots.calendar_plot``.

        Only the last purchases are told, so that the days ahead can be seen; of a list of the past also when it came.
        """
        keys, day = ["customer_id", "unit"], pl.col("day").cast(pl.Date)
        bought = self._named().group_by(keys).agg(day.sort().tail(6).alias("bought"))
        rows = listed.head(n).join(bought, on=keys, how="left", maintain_order="left")
        if self.as_of < self.shop.as_of:
            came = pl.when("came").then(pl.lit(self.as_of) + pl.duration(days=pl.col("duration") - 1))
            rows = rows.join(self.outcome().select(*keys, came=came), on=keys, how="left", maintain_order="left")
        return [
            Line(
                f"{row['customer_id']}: {row['unit'].lower()}",
                row["bought"] or [],
                row["due_date"],
                row["earliest"],
                row["latest"],
                row.get("came"),
            )
            for row in rows.iter_rows(named=True)
        ]

    def headline(self) -> str:
        """Return how many re-purchases are forecast, and how regular they are, as a sentence."""
        pairs = self.forecast.pairs.filter(pl.col("kind") == CONSUMABLE)
        share = pairs.select(pl.col("regular").mean()).item() or 0.0
        return (
            f"As of {self.as_of}, {self.model} forecasts {pairs.height:,} pairs of a customer and a consumable; "
            f"{share:.0%} of them come at nearly equal gaps."
        )

    def _named(self) -> pl.DataFrame:
        """The purchase days with the ids of their customers and units."""
        customers = self.log.customer_ids.to_numpy()[self.log.lines["customer"].to_numpy()]
        units = self.log.unit_ids.to_numpy()[self.log.lines["unit"].to_numpy()]
        return self.log.lines.select("day", "gap", "nth").with_columns(
            customer_id=pl.Series(customers, dtype=pl.String), unit=pl.Series(units, dtype=pl.String)
        )

    def _gaps(self) -> pl.DataFrame:
        return self._named().filter(pl.col("nth") > 1)
