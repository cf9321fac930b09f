"""How the rows of a table beside the transactions meet those that a ledger already holds."""

from collections.abc import Sequence

import polars as pl

from regulars.schema import Table

_ARRIVAL = "_arrival"
_GAPS = "_gaps"


def merge(table: Table, feeds: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of ``table`` that stand after ``feeds``, sorted by its key and then by all columns.

    The first feed is what the ledger holds, the others are files in the order in which they came. Of a table that
    keeps the last row of a key, a later feed replaces an earlier one. Two rows of one feed with one key are a
    contradiction: the fuller one stands, and of two as full as each other the smaller in the order of the columns,
    so that a refused consent stands before a granted one. Of a table that keeps all rows, equal ones become one.
    So the order of rows within a feed does not matter, and a feed that comes again changes nothing, unless another
    one replaced its rows in between.

    Args:
        table: the contract; its ``key`` and ``keeps`` decide. Not one that keeps copies: ``ledger_merge`` has these.
        feeds: frames that conform to it; an open table's own columns may differ.

    >>> from regulars.schema import STORES
    >>> held = STORES.conform(pl.DataFrame({"store_id": ["a", "b"], "city": ["Bonn", "Kiel"]}))
    >>> new = STORES.conform(pl.DataFrame({"store_id": ["b"], "city": ["Jena"]}))
    >>> merge(STORES, [held, new])["city"].to_list()
    ['Bonn', 'Jena']
    """
    rows = pl.concat([table.empty(), *feeds], how="diagonal_relaxed")
    order = [*table.key, *(name for name in rows.columns if name not in table.key)]
    if table.keeps == "all":
        return rows.unique().sort(order)
    newest_first = [pl.repeat(-place, feed.height, dtype=pl.Int32, eager=True) for place, feed in enumerate(feeds)]
    ranked = rows.with_columns(
        pl.concat([pl.Series([], dtype=pl.Int32), *newest_first]).alias(_ARRIVAL),
        pl.sum_horizontal(pl.col(order).is_null()).alias(_GAPS),
    ).sort(*table.key, _ARRIVAL, _GAPS, *order)
    return ranked.unique(list(table.key), keep="first", maintain_order=True).drop(_ARRIVAL, _GAPS)
