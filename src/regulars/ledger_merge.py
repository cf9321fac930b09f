"""How rows meet those that a ledger already holds: pure functions, a table each."""

from collections.abc import Sequence

import polars as pl

from regulars import schema

FEED = "_feed"
"""Which source of a commit brought a row; HELD for the rows of earlier commits."""
HELD = -1

_COPY = "_copy"
_LINE = ["customer_id", "purchased_at", "order_id", "item_id", "quantity", "amount", "discount", "store_id"]


def lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Return transactions with FEED as a ledger keeps them: each sale once, by customer and time.

    Two equal lines of one source are two sales; a line that another source or an earlier commit already
    brought is that same sale. So a sale is kept as often as the source that has it most often says.
    """
    ordered = rows.sort(*_LINE, FEED)
    as_before = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in _LINE)
    if ordered.select(as_before.any()).item():  # most shops' lines are all different, which is quick to see
        ordered = _once(ordered, _LINE)
    return ordered.drop(FEED)


def quarantine(rows: pl.DataFrame) -> pl.DataFrame:
    """Return lines set aside, with FEED, each once under the same rule as :func:`lines`.

    The file and the line number do not count: a line exported again is that same line.
    """
    return _once(rows, ["reason", "amount", "content"]).drop(FEED).sort(schema.QUARANTINE.names)


def customers(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one record a customer: the last one given."""
    return rows.unique("customer_id", keep="last", maintain_order=True).sort("customer_id")


def items(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row an item: the last one of a catalogue, else the earliest purchase that describes it.

    The earliest, because what a till called an item later must not reach an ``as_of`` before that.

    >>> day = pl.Series([2, 1]).cast(pl.Datetime("us"))
    >>> seen = pl.DataFrame({"item_id": ["a", "a"], "name": ["new", "old"], "known_since": day})
    >>> items(seen)["name"].to_list()
    ['old']
    """
    texts = [name for name in rows.columns if name not in ("item_id", "known_since")]
    catalogue = pl.col("known_since").is_null()
    preferred = rows.with_columns(
        _rank=pl.when(catalogue).then(-pl.int_range(pl.len())).otherwise(1),
        _bare=pl.all_horizontal(pl.col(texts).is_null()),
    ).sort("item_id", "_rank", "_bare", "known_since", *texts, nulls_last=True)
    return preferred.unique("item_id", keep="first", maintain_order=True).drop("_rank", "_bare")


def _once(rows: pl.DataFrame, identity: Sequence[str]) -> pl.DataFrame:
    copies = rows.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).over([*identity, FEED]).alias(_COPY))
    return copies.unique([*identity, _COPY], keep="first", maintain_order=True).drop(_COPY)
