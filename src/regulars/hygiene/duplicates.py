"""The same sale twice: as a copy of a line, or as a second report of it."""

from collections.abc import Sequence

import polars as pl

from regulars.hygiene.rules import NEAR_SECONDS


def exact(lines: pl.DataFrame, identity: Sequence[str], sources: Sequence[str]) -> pl.Series:
    """Return which lines copy the line before them.

    Args:
        lines: sorted so that equal lines follow each other.
        identity: the columns that make two lines equal.
        sources: where such a line is a copy.
    """
    if not sources:
        return _none(lines)
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in identity)
    return lines.select((same & pl.col("source").is_in(sources)).fill_null(value=False)).to_series()


def near(lines: pl.DataFrame, sources: Sequence[str]) -> pl.Series:
    """Return which lines report an earlier sale again.

    That is the same customer, item, quantity and amount at most NEAR_SECONDS later, from another source, or for the
    same order at another time. The later line is marked, so no mark depends on the future.
    """
    if not sources or not _possible(lines):
        return _none(lines)
    keys = ["customer_id", "item_id", "quantity", "amount"]
    rows = lines.select(*keys, "purchased_at", "source", "order_id").with_row_index("_row")
    known = rows.filter(pl.col("customer_id").is_not_null())
    ordered = known.filter(pl.struct(keys).is_duplicated()).sort(*keys, "purchased_at", "_row")
    before = {name: pl.col(name).shift().over(keys) for name in ("purchased_at", "source", "order_id")}
    gap = pl.col("purchased_at") - before["purchased_at"]
    again = (pl.col("order_id") == before["order_id"]) & (gap > pl.duration(seconds=0))
    elsewhere = pl.col("source") != before["source"]
    marked = ordered.filter(
        (again | elsewhere) & (gap <= pl.duration(seconds=NEAR_SECONDS)) & pl.col("source").is_in(sources)
    )
    return _none(lines).scatter(marked["_row"], values=True) if marked.height else _none(lines)


def _possible(lines: pl.DataFrame) -> bool:
    """Tell quickly whether there is a second source, or an order at two times."""
    if lines["source"].n_unique() > 1:
        return True
    order = ["customer_id", "order_id", "purchased_at"]
    new = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in order)
    starts = lines.select(order).filter(new)
    return bool(starts.select(pl.struct(order[:2]).n_unique() < pl.len()).item())


def _none(lines: pl.DataFrame) -> pl.Series:
    return pl.Series([False], dtype=pl.Boolean).new_from_index(0, lines.height)
