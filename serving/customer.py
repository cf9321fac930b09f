"""Who is asked about: the purchases that count, and the row of features they make."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from regulars import features, ledger_merge, schema
from regulars.windows import Snapshot
from serving import money
from serving.contract import CustomerRequest, Line, Warned
from serving.problems import Problem, invalid
from serving.store import Store

ANONYMOUS = "(history)"
"""The customer id of an inline history without one; it never leaves the process."""


@dataclass(frozen=True)
class Asked:
    """One customer at one instant."""

    customer_id: str | None
    as_of: dt.date
    features: pl.DataFrame
    """Their row of :func:`regulars.features.table`."""


def is_stored(store: Store, request: CustomerRequest, as_of: dt.date) -> bool:
    """Whether the store holds the row of features, so that nothing is left to compute."""
    return not request.history and as_of == store.header.as_of


def asked(store: Store, request: CustomerRequest, as_of: dt.date) -> Asked:
    """Return the customer of a request.

    Raises:
        Problem: UNKNOWN_CUSTOMER or INVALID_FIELD, where there is no purchase before ``as_of``.
    """
    row = _stored_row(store, request, as_of) if is_stored(store, request, as_of) else recomputed(store, request, as_of)
    if row is not None:
        return Asked(request.customer_id, as_of, row)
    if request.history:
        raise invalid("history", f"no purchase before {as_of}; send earlier ones or a later as_of", "no_purchase")
    raise unknown(request.customer_id, as_of)


def unknown(customer_id: str | None, as_of: dt.date) -> Problem:
    """Return the problem of a customer without a purchase."""
    return Problem(
        "UNKNOWN_CUSTOMER",
        f"no purchase of customer {customer_id!r} before {as_of}; check the id, or score inline history",
    )


def purchases(store: Store, request: CustomerRequest, as_of: dt.date) -> pl.DataFrame:
    """Return the transactions before ``as_of``: the stored ones, and the fresh ones of the request on top.

    A fresh line that the store holds already is that same sale.

    Raises:
        Problem: INVALID_FIELD, where an amount has more decimals than the ledger keeps.
    """
    who = request.customer_id or ANONYMOUS
    lines = store.history(who) if request.customer_id is not None else schema.TRANSACTIONS.empty()
    if request.history:
        fresh = _frame(who, request.history)
        feeds = [lines.with_columns(pl.lit(ledger_merge.HELD).alias(ledger_merge.FEED)), fresh]
        lines = ledger_merge.lines(pl.concat(feeds))
    return lines.filter(pl.col("purchased_at") < pl.lit(as_of).cast(pl.Datetime("us")))


def ignored(request: CustomerRequest, as_of: dt.date) -> list[Warned]:
    """Return a warning where lines of the request lie at or after ``as_of``."""
    late = sum(line.purchased_at.date() >= as_of for line in request.history or ())
    if not late:
        return []
    return [
        {
            "code": "LINES_IGNORED",
            "text": f"lines of history that are not before {as_of} and do not count: {late}",
        }
    ]


def _stored_row(store: Store, request: CustomerRequest, as_of: dt.date) -> pl.DataFrame | None:
    row = store.features(request.customer_id or ANONYMOUS)
    if row is None:
        return None
    values = [None if value != value else value for value in row.tolist()]  # noqa: PLR0124 - NaN differs from itself
    columns = {"customer_id": pl.String, "as_of": pl.Date} | dict.fromkeys(store.header.features, pl.Float64)
    return pl.DataFrame([[request.customer_id, as_of, *values]], schema=columns, orient="row")


def recomputed(store: Store, request: CustomerRequest, as_of: dt.date) -> pl.DataFrame | None:
    """Return the customer's row made of their history, as the batch makes it; None where there is no purchase."""
    lines = purchases(store, request, as_of)
    side = store.side(request.customer_id, lines["item_id"].unique().to_list())
    table = features.table(lines, side, [Snapshot(as_of)])
    return table if len(table) else None


def _frame(who: str, lines: Sequence[Line]) -> pl.DataFrame:
    rows = [
        (
            who,
            line.order_id,
            line.item_id,
            line.purchased_at,
            line.quantity,
            _minor(line, "amount", place),
            _minor(line, "discount", place),
            line.store_id,
            0,
        )
        for place, line in enumerate(lines)
    ]
    columns = pl.Schema({**schema.TRANSACTIONS.schema, ledger_merge.FEED: pl.Int32()})
    return pl.DataFrame(rows, schema=columns, orient="row")


def _minor(line: Line, field: str, place: int) -> int:
    value = money.minor(getattr(line, field))
    if value is None:
        raise invalid(f"history.{place}.{field}", f"has more than {money.DECIMALS} decimals", "decimal_places")
    return value
