"""Shops small enough to know the right answer."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from regulars import schema
from regulars.estimators.recommend.candidates import Past, Shelf
from regulars.features.histories import Histories
from regulars.features.purchases import Catalogue, Purchases, purchases

AS_OF = dt.date(2024, 6, 1)

Row = tuple[str, str, str, int]
"""Customer, order, item, days before AS_OF; from 0 on downwards it is the future."""


def transactions(rows: Sequence[Row]) -> pl.DataFrame:
    """``schema.TRANSACTIONS`` of single units."""
    columns = {"customer_id": pl.String, "order_id": pl.String, "item_id": pl.String, "age": pl.Int64}
    frame = pl.DataFrame(list(rows), schema=columns, orient="row")
    at = pl.lit(dt.datetime(2024, 6, 1, 12)) - pl.duration(days="age")
    return schema.TRANSACTIONS.conform(
        frame.with_columns(purchased_at=at, quantity=1.0, amount=100, discount=0).drop("age")
    )


def baskets(customer: str, *held: str, last: int = 1, gap: int = 7) -> list[Row]:
    """Orders of one customer, the earliest first, ``gap`` days apart; an item is a letter."""
    ages = [last + gap * back for back in range(len(held) - 1, -1, -1)]
    return [
        (customer, f"{customer}-{age:04}", item, age) for age, items in zip(ages, held, strict=True) for item in items
    ]


@dataclass(frozen=True)
class Tiny:
    """A shop with everything counted that sources ask for."""

    log: Purchases
    past: Past

    @classmethod
    def of(
        cls, rows: pl.DataFrame | Sequence[Row], items: pl.DataFrame | None = None, days: int = 120, fewest: int = 1
    ) -> "Tiny":
        """Number the rows; later ones than AS_OF are numbered and not known."""
        lines = rows if isinstance(rows, pl.DataFrame) else transactions(rows)
        table = schema.ITEMS.empty() if items is None else items
        catalogue = Catalogue.of(table, lines.filter(pl.col("purchased_at") < AS_OF))
        log = purchases(lines, catalogue)
        known = log.before(AS_OF)
        shelf = Shelf.of(known, catalogue.n_items, AS_OF, days, fewest)
        return cls(log, Past(known, catalogue, table, AS_OF, shelf))

    @property
    def shelf(self) -> Shelf:
        """What may be offered."""
        return self.past.shelf

    def on_shelf(self) -> list[str]:
        """The same by name."""
        return self.past.catalogue.item_ids.gather(self.shelf.items.tolist()).to_list()

    def asked(self, rows: pl.DataFrame | Sequence[Row] | None = None) -> Histories:
        """Everybody's histories by name, or those of other customers."""
        if rows is None:
            return Histories.of(self.past.lines, AS_OF)
        lines = rows if isinstance(rows, pl.DataFrame) else transactions(rows)
        return Histories.of(purchases(lines, self.past.catalogue).before(AS_OF), AS_OF)

    def said(self, scores: sp.csr_array, row: int = 0) -> dict[str, float]:
        """What one customer's scores are, by item, without zeros."""
        dense: npt.NDArray[np.float32] = scores.toarray()[row]
        return {item: float(score) for item, score in zip(self.on_shelf(), dense, strict=True) if score}
