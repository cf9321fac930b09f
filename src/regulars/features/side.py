"""What a shop knows beside its order lines, as features need it: groups of items, kinds of stores, events."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from regulars import schema
from regulars.features.codes import coded
from regulars.features.contacts import COLUMNS, Contacts
from regulars.features.rollup import Ints

GROUPS = ("department", "category")
"""The groupings that features look at."""
_READ = {
    "items": (schema.ITEMS, ("item_id", *GROUPS)),
    "stores": (schema.STORES, ("store_id", "kind")),
    "events": (schema.EVENTS, COLUMNS),
}
"""Each table of a side: its contract, and what is read of it."""
_ALWAYS = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False)
class Side:
    """The tables beside the order lines; what a shop has none of stays None."""

    items: pl.DataFrame | None = None
    """``schema.ITEMS``."""
    stores: pl.DataFrame | None = None
    """``schema.STORES``."""
    events: pl.DataFrame | None = None
    """``schema.EVENTS``, with customers named as the order lines name them."""
    events_since: dt.date | None = None
    """The shop's first day with events, until whose end nothing is known of any; None: that of ``events``, which are
    then those of all customers."""

    def __post_init__(self) -> None:
        """Refuse tables that are not what they are called.

        Raises:
            DataError: one does not meet its contract.
        """
        for name, (table, read) in _READ.items():
            frame = getattr(self, name)
            if frame is not None and not table.fits(frame, read):
                object.__setattr__(self, name, table.conform(frame))

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The groups of the items."""
        return Catalogue(schema.ITEMS.empty() if self.items is None else self.items)

    @cached_property
    def contacts(self) -> Contacts | None:
        """The events, counted; None where the shop keeps none."""
        return None if self.events is None else Contacts(self.events)

    @cached_property
    def since(self) -> dt.date | None:
        """The first day with events; None where there is none."""
        if self.events is None or self.events_since is not None:
            return None if self.events is None else self.events_since
        first = self.events["at"].dt.date().min()
        return first if isinstance(first, dt.date) else None

    @cached_property
    def web(self) -> Mapping[str | None, bool] | None:
        """Store -> whether it is a web shop; None where the shop does not say."""
        if self.stores is None or not self.stores["kind"].is_not_null().any():
            return None
        return {store: kind == "web" for store, kind in self.stores.select("store_id", "kind").iter_rows()}


class Catalogue:
    """The groups of each item, as codes; 0 is "not known"."""

    def __init__(self, items: pl.DataFrame) -> None:
        """Take rows of ``schema.ITEMS``."""
        self._row = {item: row for row, item in enumerate(items["item_id"].to_list())}
        self._groups = {name: _group_codes(items[name]) for name in GROUPS}
        since = items["known_since"] if "known_since" in items.columns else pl.Series([None] * items.height)
        told = since.cast(pl.Datetime("us")).to_physical().fill_null(_ALWAYS).to_numpy()
        self._since = np.append(told, _ALWAYS)
        self._told_late = bool((told != _ALWAYS).any())

    def of_lines(self, item: Ints, names: pl.Series, at: Ints) -> dict[str, Ints]:
        """Return the groups of each line's item, as far as they were known when it was bought.

        Where a purchase first told them (``known_since``), earlier lines of the item stay without: what a till says
        of an item later must not reach a snapshot before that.

        Args:
            item: code of each line's item.
            names: item of each code.
            at: when each line was bought, microseconds since 1970-01-01.
        """
        row = np.array([self._row.get(name, -1) for name in names.to_list()], np.int64)
        found = {name: codes[row][item] for name, codes in self._groups.items()}
        if not self._told_late:
            return found
        told = self._since[row][item] <= at
        return {name: np.where(told, codes, 0) for name, codes in found.items()}


def _group_codes(groups: pl.Series) -> Ints:
    """Return the code of each row's group from 1 on, 0 for none, and at the end that of an item without a row."""
    codes, names = coded(groups)
    known = names.is_not_null().to_numpy()
    return np.append(np.where(known[codes], codes + 1, 0) if len(codes) else codes, 0)
