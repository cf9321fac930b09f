"""How rows meet those that a ledger already holds: pure functions, a table each."""

from collections.abc import Sequence

import polars as pl

from regulars import schema

FEED = "_feed"
"""Which source of a commit brought a row; HELD for the rows of earlier commits."""
HELD = -1

_COPY = "_copy"
_SECOND = 1_000_000
_FIRST = ["customer_id", "purchased_at", "order_id", "item_id"]
"""What lines are sorted by, and what tells nearly all of them apart."""
_REST = ["quantity", "amount", "discount", "store_id", "source", "item_as_written", "customer_as_written"]


def lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Return order lines with FEED as a ledger keeps them: each sale once, by customer and time.

    Two equal lines of one feed are two sales; a line that another feed or an earlier commit already brought is that
    same sale. So a sale is kept as often as the feed that has it most often says. Columns of ``schema.LINES`` that
    ``rows`` lacks do not count.
    """
    ordered = in_order(rows)
    if ordered.select(_as_before(["item_id", "purchased_at"])).to_series().any():  # which is quick to see
        rest = [name for name in _REST if name in rows.columns]
        alike = ordered.select(_as_before([*_FIRST, *rest])).to_series()
        ordered = _once(ordered, alike) if alike.any() else ordered
    return ordered.drop(FEED)


def newest_orders(rows: pl.DataFrame, sources: Sequence[str]) -> pl.DataFrame:
    """Return order lines with FEED without those that a later export of their order replaces.

    Args:
        rows: ``schema.LINES`` with FEED.
        sources: whose exports tell the state of whole orders, so that the one read last counts.
    """
    if not sources:
        return rows
    last = pl.col(FEED) == pl.col(FEED).max().over("source", "order_id")
    return rows.filter(last | ~pl.col("source").is_in(sources))


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Sort order lines by customer, time, order and item; by the rest only where these are equal, which is rare."""
    rest = [name for name in (*_REST, FEED) if name in rows.columns]
    ordered = _by_visit(rows)
    visit = ordered.select(_as_before(["purchased_at", "customer_id"])).to_series()
    orders = visit & ordered.select(~_as_before(["order_id"])).to_series()
    if orders.any():  # two orders at once: their items lie between each other
        ordered = _settled(ordered, visit, orders, ["order_id", "item_id", *rest])
    item = visit & ordered.select(_as_before(["item_id", "order_id"])).to_series()
    return _settled(ordered, item, item, rest) if item.any() else ordered


def _settled(rows: pl.DataFrame, with_last: pl.Series, odd: pl.Series, by: Sequence[str]) -> pl.DataFrame:
    """Sort ``by`` within the groups of rows that have an odd one; ``with_last`` says which go with the row before."""
    group = (~with_last).cum_sum().alias("_group")
    place = pl.int_range(rows.height, eager=True, dtype=pl.UInt32).alias("_row")
    some = rows.select(*by, group, place).filter(group.is_in(group.filter(odd).unique().implode()))
    return rows[place.scatter(some["_row"], some.sort("_group", *by, "_row")["_row"])]


def _once(ordered: pl.DataFrame, alike: pl.Series) -> pl.DataFrame:
    """Keep each line as often as the feed that has it most often; ``alike`` says which equal the row before."""
    line = (~alike).cum_sum().alias("_line")
    place = pl.int_range(ordered.height, eager=True, dtype=pl.UInt32).alias("_row")
    several = ordered.select(FEED, line, place).filter(alike | alike.shift(-1, fill_value=False))
    copy = pl.int_range(pl.len(), dtype=pl.UInt32).over("_line", FEED)
    kept = several.with_columns(copy.alias(_COPY)).unique(["_line", _COPY], keep="first")["_row"]
    gone = several["_row"].filter(~several["_row"].is_in(kept.implode()))
    return ordered.filter(~place.is_in(gone.implode()))


def _by_visit(rows: pl.DataFrame) -> pl.DataFrame:
    """Sort by customer, time and item: as one whole number where they fit, which takes a fifth of the time."""
    at = rows["purchased_at"].to_physical()
    codes = {name: _codes(rows[name]) for name in ("customer_id", "item_id")}
    first, last = at.min(), at.max()
    if not isinstance(first, int) or not isinstance(last, int) or (at % _SECOND != 0).any():
        return rows.sort("customer_id", "purchased_at", "item_id")
    seconds, items = (last - first) // _SECOND + 1, int(codes["item_id"].max() or 0) + 1  # type: ignore[arg-type]
    if (int(codes["customer_id"].max() or 0) + 1) * seconds * items >= 1 << 62:  # type: ignore[arg-type]
        return rows.sort("customer_id", "purchased_at", "item_id")
    key = (codes["customer_id"] * seconds + (at - first) // _SECOND) * items + codes["item_id"]
    return rows[key.arg_sort()]


def _codes(ids: pl.Series) -> pl.Series:
    """Number ids in their order, from 1; null, which comes first, is 0."""
    known = ids.drop_nulls().unique().sort()
    return (ids.cast(pl.Enum(known)).to_physical().cast(pl.Int64) + 1).fill_null(0)


def _as_before(names: Sequence[str]) -> pl.Expr:
    """Return which rows equal the row before them in ``names``."""
    return pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in names) & (
        pl.int_range(pl.len()) > 0
    )


def quarantine(rows: pl.DataFrame) -> pl.DataFrame:
    """Return lines set aside, with FEED, each once under the same rule as :func:`lines`.

    The file and the line number do not count: a line exported again is that same line.
    """
    identity = ["reason", "amount", "content"]
    copies = rows.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).over([*identity, FEED]).alias(_COPY))
    once = copies.unique([*identity, _COPY], keep="first", maintain_order=True)
    return once.drop(_COPY, FEED).sort(schema.QUARANTINE.names)


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
