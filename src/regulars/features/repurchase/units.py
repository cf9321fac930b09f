"""What counts as the same thing bought again: the item's product type, or the item itself."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

_MEASURES = {
    "oz": 1.0, "lb": 16.0, "lbs": 16.0, "gal": 128.0, "gl": 128.0, "qt": 32.0, "pt": 16.0,
    "ml": 0.0338, "cl": 0.338, "l": 33.8, "lt": 33.8, "ltr": 33.8, "g": 0.0353, "gr": 0.0353, "kg": 35.3,
    "ct": 1.0, "pk": 1.0, "pc": 1.0, "pcs": 1.0, "ea": 1.0, "doz": 12.0, "dz": 12.0,
}  # fmt: skip
"""Ounces of a measure; what is counted stays a count. Sizes are only compared within a unit."""


@dataclass(frozen=True)
class Units:
    """The unit of re-purchase of each item, and the category of each unit.

    An item whose product type the shop did not give is a unit of its own, named by its ``item_id``.
    """

    items: pl.DataFrame
    """``item_id``, ``unit``, ``category`` (null: none) and ``size`` (ounces or pieces; null: not given)."""

    @classmethod
    def of(cls, items: pl.DataFrame | None) -> "Units":
        """Read the item table (``schema.ITEMS``); None where the shop has none."""
        empty = pl.DataFrame(schema={"item_id": pl.String})
        given = (empty if items is None else items).unique("item_id", keep="first", maintain_order=True)
        names = ("product_type", "category", "department", "package_size")
        full = given.with_columns(pl.lit(None, pl.String).alias(n) for n in names if n not in given.columns)
        return cls(
            full.select(
                "item_id",
                unit=pl.coalesce("product_type", "item_id"),
                category=pl.coalesce("category", "department"),
                size=size(pl.col("package_size")),
            ).sort("item_id")
        )

    @property
    def categories(self) -> pl.DataFrame:
        """``unit`` and ``category``: that of most of its items, the first by name among equals."""
        counted = self.items.drop_nulls("category").group_by("unit", "category").len()
        first = counted.sort("unit", "len", "category", descending=[False, True, False])
        return first.unique("unit", keep="first", maintain_order=True).select("unit", "category")

    def attach(self, transactions: pl.DataFrame) -> pl.DataFrame:
        """Add ``unit`` and ``size`` to lines; an item that the table does not know is a unit of its own."""
        known = self.items.select("item_id", "unit", "size")
        joined = transactions.join(known, on="item_id", how="left", maintain_order="left")
        return joined.with_columns(unit=pl.coalesce("unit", "item_id"))

    def save(self, folder: Path) -> None:
        """Write ``units.parquet``."""
        self.items.write_parquet(folder / "units.parquet")

    @classmethod
    def load(cls, folder: Path) -> "Units":
        """Read what :meth:`save` wrote."""
        return cls(pl.read_parquet(folder / "units.parquet"))


def size(printed: pl.Expr) -> pl.Expr:
    """Return the content that a pack says it has, in ounces or pieces; null where it cannot be read.

    >>> pl.DataFrame({"s": ["16 OZ", "1.5 lb", "1 QT", "20 CT", "large"]}).select(size(pl.col("s")))["s"].to_list()
    [16.0, 24.0, 32.0, 20.0, None]
    """
    parts = printed.str.to_lowercase().str.extract_groups(r"^\s*(?<n>\d{1,6}(?:[.,]\d{1,3})?)\s*(?<m>[a-z]+)\.?\s*$")
    number = parts.struct.field("n").str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    ounces = parts.struct.field("m").replace_strict(_MEASURES, default=None, return_dtype=pl.Float64)
    found = number * ounces
    return pl.when(found > 0).then(found).name.keep()
