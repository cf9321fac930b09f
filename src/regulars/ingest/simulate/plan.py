"""What shop to simulate."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from regulars.errors import ConfigError

CURRENCY = "USD"
ZONE = "America/New_York"
BLOCK = 2500
"""People simulated together; part of the definition of the shop, as each block has a seed of its own."""

_MOST_CUSTOMERS = 3_000_000
_MOST_YEARS = 10
_ITEMS = (50, 5000)
_MOST_MESS = 5.0


@dataclass(frozen=True)
class Plan:
    """A simulated shop; the same plan gives the same bytes.

    >>> Plan(customers=5000).blocks
    2
    """

    customers: int = 5000
    """People with at least one record in a system; walk-ins without any come on top."""
    years: int = 3
    """Length of the log, from ``start``."""
    seed: int = 7
    start: dt.date = dt.date(2021, 1, 1)
    """First day of the log."""
    n_items: int = 400
    """Products that are sold at some time."""
    mess: float = 1.0
    """How dirty the files are: 0 = clean, 1 = as usual, 2 = twice as often."""

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated.

        Raises:
            ConfigError: a field is out of its bounds.
        """
        _whole("customers", self.customers, 1, _MOST_CUSTOMERS)
        _whole("years", self.years, 1, _MOST_YEARS)
        _whole("seed", self.seed, 0, 2**63 - 1)
        _whole("n_items", self.n_items, *_ITEMS)
        if type(self.mess) not in (int, float) or not 0 <= self.mess <= _MOST_MESS:
            raise ConfigError(f"mess must be a number from 0 to {_MOST_MESS:g}, not {self.mess!r}")
        if type(self.start) is not dt.date or not 1980 <= self.start.year <= 2100:
            raise ConfigError(f"start must be a date from 1980 to 2100, not {self.start!r}")

    @property
    def end(self) -> dt.date:
        """First day after the log."""
        month, day = (3, 1) if (self.start.month, self.start.day) == (2, 29) else (self.start.month, self.start.day)
        return dt.date(self.start.year + self.years, month, day)

    @property
    def days(self) -> int:
        """Days of the log."""
        return (self.end - self.start).days

    @property
    def weeks(self) -> int:
        """Weeks of the log, the last one begun counted; prices and fashions change weekly."""
        return -(-self.days // 7)

    @property
    def blocks(self) -> int:
        """Blocks of people."""
        return -(-self.customers // BLOCK)

    def chance(self, usual: float) -> float:
        """Return how often a dirt happens in this plan, when it ``usual``-ly does so often."""
        return min(usual * self.mess, 0.5)

    def told(self) -> dict[str, Any]:
        """Return the fields as JSON keeps them."""
        return {
            "customers": self.customers,
            "years": self.years,
            "seed": self.seed,
            "start": self.start.isoformat(),
            "n_items": self.n_items,
            "mess": float(self.mess),
        }


def _whole(name: str, value: int, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise ConfigError(f"{name} must be a whole number from {least:,} to {most:,}, not {value!r}")
