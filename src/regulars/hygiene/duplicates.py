"""The same sale twice: as a copy of a line, or as a second report of it."""

import datetime as dt
from collections.abc import Iterator, Sequence

import polars as pl

from regulars.hygiene.rules import NEAR_SECONDS

_ALIKE = ["customer_id", "item_id", "quantity", "amount"]
"""What two reports of one sale have in common."""


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
    marked = [row for row, source in _reported(_close(lines)) if source in sources]
    return _none(lines).scatter(marked, values=True) if marked else _none(lines)


def _close(lines: pl.DataFrame) -> pl.DataFrame:
    """Return ``row``, ``_sale`` and what tells reports apart, of lines alike that lie close to each other in time."""
    rows = lines.select(*_ALIKE, "purchased_at", "source", "order_id").with_row_index("row")
    known = rows.filter(pl.col("customer_id").is_not_null())
    ordered = known.filter(pl.struct(_ALIKE).is_duplicated()).sort(*_ALIKE, "purchased_at", "row")
    gap = pl.col("purchased_at").diff().over(_ALIKE) <= pl.duration(seconds=NEAR_SECONDS)
    with_last = gap.fill_null(value=False)
    run = (~with_last).cum_sum().alias("_sale")
    near = with_last | with_last.shift(-1, fill_value=False)
    return ordered.with_columns(run).filter(near).select("row", "_sale", "purchased_at", "source", "order_id")


def _reported(close: pl.DataFrame) -> Iterator[tuple[int, str]]:
    """Go through lines alike in time, and return row and source of those that report a sale again.

    A sale is reported once by each other source at most, so two sales reported twice stay two.
    """
    last: int | None = None
    sales: list[tuple[dt.datetime, str, str, set[str]]] = []  # when, by whom, which order, who else reported it
    for row, run, at, source, order in close.iter_rows():
        if run != last:
            last, sales = run, []
        sales = [sale for sale in sales if at - sale[0] <= dt.timedelta(seconds=NEAR_SECONDS)]
        for sold, by, which, others in sales:
            if (source == by and order == which and at > sold) or (source != by and source not in others):
                others.add(source)
                yield row, source
                break
        else:
            sales.append((at, source, order, set()))


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
