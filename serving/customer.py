"""Who is asked about: the purchases that count, and the rows of features they make."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import polars as pl

from regulars import clock, features, ledger_merge, schema, windows
from regulars.windows import Snapshot
from serving import money
from serving.contract import Line, Warned
from serving.problems import Problem, invalid
from serving.sales import Sale
from serving.store import Store

ANONYMOUS = "(history)"
"""The customer id of an inline history without one; it never leaves the process."""


EARLY_DAYS = 1
"""How far ahead of our day a till's may be: its clock stands in another zone."""


def last_day(today: dt.date) -> dt.date:
    """Return the last day on which a till can have sold something by now."""
    return today + dt.timedelta(days=EARLY_DAYS)


def first_unknown_day(today: dt.date, *feeds: Sequence[Sale]) -> dt.date:
    """Return the ``as_of`` of a question that names none: today, or the day after the last purchase of ``feeds``.

    ``as_of`` is the first day that is not known, so who has bought today is asked about from tomorrow on. What lies
    further ahead than a till's clock may be does not count.
    """
    days = {sale.purchased_at.date() for feed in feeds for sale in feed}
    return max([today, *(windows.after(day) for day in days if day <= last_day(today))])


def unknown(customer_id: str | None, as_of: dt.date) -> Problem:
    """Return the problem of a customer without a purchase."""
    return Problem(
        "UNKNOWN_CUSTOMER",
        f"no purchase of customer {customer_id!r} before {as_of}; check the id, or score inline history",
    )


def no_purchase(as_of: dt.date) -> Problem:
    """Return the problem of a history without a purchase."""
    return invalid("history", f"no purchase before {as_of}; send earlier ones or a later as_of", "no_purchase")


def purchases(store: Store, customer_id: str | None, as_of: dt.date, *feeds: Sequence[Sale]) -> pl.DataFrame:
    """Return one customer's transactions before ``as_of``: the stored ones, and those of ``feeds`` on top.

    An order is what the store says of it, else what the first of the feeds does that has it: a till and the shop's
    export may tell the same line differently.
    """
    who = customer_id or ANONYMOUS
    lines = store.history(who) if customer_id is not None else schema.TRANSACTIONS.empty()
    for feed in filter(None, feeds):
        told = _frame(who, feed)
        more = told.join(lines, on="order_id", how="anti")
        lines = ledger_merge.in_order(pl.concat([lines, more])) if len(more) else lines
    return lines.filter(pl.col("purchased_at") < pl.lit(as_of).cast(pl.Datetime("us")))


def recomputed(store: Store, customer_ids: Collection[str], lines: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Return the rows of features of some customers, as the batch makes them; none where there is no purchase.

    Args:
        store: what the shop knows beside the lines.
        customer_ids: whose events count; none for an inline history without an id.
        lines: the customers' transactions before ``as_of``, from :func:`purchases`.
        as_of: the first day that is not known.
    """
    side = store.side(customer_ids, lines["item_id"].unique().to_list())
    return features.table(lines, side, [Snapshot(as_of)])


def several(store: Store, asked: Mapping[str, Sequence[Sale]], as_of: dt.date) -> pl.DataFrame:
    """Return the rows of features of some customers with their fresh purchases."""
    lines = [purchases(store, who, as_of, fresh) for who, fresh in asked.items()]
    return recomputed(store, asked, pl.concat([schema.TRANSACTIONS.empty(), *lines]), as_of)


def ignored(history: Sequence[Sale], as_of: dt.date) -> list[Warned]:
    """Return a warning where lines of the request lie at or after ``as_of``."""
    late = sum(line.purchased_at.date() >= as_of for line in history)
    if not late:
        return []
    return [
        {
            "code": "LINES_IGNORED",
            "text": f"lines of history that are not before {as_of} and do not count: {late}",
        }
    ]


def sales(who: str | None, lines: Sequence[Line] | None, store: Store, path: str = "history.") -> list[Sale]:
    """Return the lines of a request with money and times as the ledger keeps them, and ids as they were sent.

    Raises:
        Problem: INVALID_FIELD, where an amount has more decimals than the currency.
    """
    if not lines:
        return []
    currency = store.header.currency
    times = clock.told([line.purchased_at for line in lines], store.header.time_zone)
    return [
        Sale(
            who or ANONYMOUS,
            line.order_id,
            line.item_id,
            at,
            line.quantity,
            _minor(line, "amount", f"{path}{place}", currency),
            _minor(line, "discount", f"{path}{place}", currency),
            line.store_id,
        )
        for place, (line, at) in enumerate(zip(lines, times, strict=True))
    ]


def _frame(who: str, feed: Sequence[Sale]) -> pl.DataFrame:
    rows = [sale._replace(customer_id=who) for sale in feed]
    return pl.DataFrame(rows, schema=schema.TRANSACTIONS.schema, orient="row")


def _minor(line: Line, field: str, path: str, currency: str) -> int:
    value = money.minor(getattr(line, field), currency)
    if value is None:
        raise invalid(f"{path}.{field}", f"has more decimals than {currency}", "decimal_places")
    return value
