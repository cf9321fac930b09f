"""What every forecaster of re-purchases has in common: how it is asked, what it answers, and what it keeps."""

import datetime as dt
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl

from regulars.errors import ConfigError, DataError, LeakageError
from regulars.estimators.base import Floats, Source, fitted, read_state, write_state
from regulars.estimators.replenishment.forecast import Forecast, described
from regulars.features import repurchase
from regulars.features.repurchase import Log, Population, Units


@dataclass(frozen=True)
class Shop:
    """What all forecasters remember of a shop."""

    units: Units
    population: Population

    def save(self, folder: Path) -> None:
        """Write ``units.parquet`` and ``population.parquet``."""
        self.units.save(folder)
        self.population.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        return cls(Units.load(folder), Population.load(folder))


@dataclass
class Replenisher(ABC):
    """Says when each customer buys each unit again, from their purchases and what was learned about the shop."""

    horizon_days: int = 42
    """Length of the curves."""
    min_purchases: int = 2
    """Fewest purchase days of a pair to forecast it, >= 2."""
    shop_: Shop | None = field(default=None, init=False, repr=False, compare=False)

    source: ClassVar[Source] = "baseline"

    def fit(self, transactions: pl.DataFrame, items: pl.DataFrame | None, until: dt.date) -> Self:
        """Learn from the purchases before ``until``; later rows are not looked at.

        Args:
            transactions: rows of ``schema.TRANSACTIONS``.
            items: ``schema.ITEMS``, for product types, categories and pack sizes; None where the shop has none.
            until: the first unknown day.

        Raises:
            ConfigError: ``horizon_days`` or ``min_purchases`` is out of range.
            DataError: no customer bought a unit on ``min_purchases`` days, or too few to learn from.
        """
        _check(self.horizon_days, self.min_purchases)
        known = transactions.filter(pl.col("purchased_at") < until)
        units = Units.of(_told(items, until))
        log = repurchase.build(known, units)
        if not (log.lines["nth"] >= self.min_purchases).any():
            raise DataError(
                f"no customer bought an item or its type on {self.min_purchases} days before {until}; use a longer "
                f"history, or give the items product types"
            )
        shop = Shop(units, Population.of(log, until))
        self._learn(known, log, shop)
        self.shop_ = shop
        return self

    def forecast(self, transactions: pl.DataFrame, as_of: dt.date) -> Forecast:
        """Return the curves of every pair bought on ``min_purchases`` days before ``as_of``.

        A customer's answer depends on their own rows and on what was learned, not on who else is asked about.

        Args:
            transactions: the customers' rows of ``schema.TRANSACTIONS``; rows at or after ``as_of`` are ignored.
            as_of: the first unknown day, not before that of :meth:`fit`.

        Raises:
            NotFittedError: before :meth:`fit`.
            LeakageError: ``as_of`` is earlier than what was learned from.
        """
        shop: Shop = fitted(self.shop_, type(self).__name__)
        if as_of < shop.population.as_of:
            raise LeakageError(
                f"the model knows purchases up to {shop.population.as_of}, so it cannot forecast from {as_of} "
                f"honestly; use that day or a later one"
            )
        log = repurchase.build(transactions.filter(pl.col("purchased_at") < as_of), shop.units)
        rows = repurchase.table(log, shop.population, as_of, self.min_purchases)
        if rows.is_empty():
            return Forecast(described(rows), np.empty((0, self.horizon_days)))
        return Forecast(described(rows), self._survival(rows, as_of))

    def save(self, folder: Path) -> None:
        """Write parameters and what was learned into ``folder``, as JSON, Parquet and LightGBM text."""
        shop: Shop = fitted(self.shop_, type(self).__name__)
        shop.save(folder)
        write_state(folder, self, self._save(folder))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        parameters, learned = read_state(folder)
        forecaster = cls(**parameters)
        forecaster.shop_ = Shop.load(folder)
        forecaster._load(folder, learned)
        return forecaster

    @abstractmethod
    def _survival(self, rows: pl.DataFrame, as_of: dt.date) -> Floats:
        """Return (rows, horizon_days) for a table of features as of ``as_of``."""

    def _learn(self, known: pl.DataFrame, log: Log, shop: Shop) -> None:  # noqa: B027  (rules need no more)
        """Learn what is needed beyond the shop's statistics; ``known`` and ``log`` end before the shop's day."""

    def _save(self, folder: Path) -> dict[str, Any]:  # noqa: ARG002  (the default has no files)
        """Write files beyond the shop's; return what fits into JSON."""
        return {}

    def _load(self, folder: Path, learned: dict[str, Any]) -> None:  # noqa: B027
        """Read what :meth:`_save` wrote."""


def _told(items: pl.DataFrame | None, until: dt.date) -> pl.DataFrame | None:
    """Return the items that a catalogue describes, or a purchase before ``until``."""
    if items is None or "known_since" not in items.columns:
        return items
    since = pl.col("known_since")
    return items.filter(since.is_null() | (since < until))


def _check(horizon_days: int, min_purchases: int) -> None:
    if horizon_days < 1:
        raise ConfigError(f"the horizon must be at least one day, not {horizon_days}")
    if min_purchases < 2:
        raise ConfigError(f"a gap needs two purchases; use min_purchases >= 2, not {min_purchases}")
