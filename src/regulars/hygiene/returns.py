"""Returns and the sales they take back."""

from collections.abc import Iterator

import polars as pl

from regulars.hygiene.rules import VOID_MINUTES

_ROUND = 1e-9


def match(lines: pl.DataFrame, eligible: pl.Series) -> pl.DataFrame:
    """Pair each return with the latest earlier sale of that item to that customer that has enough quantity left.

    Args:
        lines: sorted by customer and time.
        eligible: which of them count.

    Returns:
        ``row`` (of the return) and ``sale`` (row numbers in ``lines``), ``whole`` (the sale comes back in full, at
        once); a row a return that found its sale.
    """
    rows = lines.select("customer_id", "item_id", "quantity", "purchased_at").with_row_index("row")
    rows = rows.filter(eligible & (pl.col("quantity") != 0))
    back = rows.filter((pl.col("quantity") < 0) & pl.col("customer_id").is_not_null())
    both = rows.join(back.select("customer_id", "item_id").unique(), on=["customer_id", "item_id"], how="semi")
    ordered = both.sort("customer_id", "item_id", "purchased_at", pl.col("quantity") < 0, "row")
    found = list(_walk(ordered)) if back.height else []
    return pl.DataFrame(found, schema={"row": pl.UInt32, "sale": pl.UInt32, "whole": pl.Boolean}, orient="row")


def _walk(ordered: pl.DataFrame) -> Iterator[tuple[int, int, bool]]:
    """Go through each customer's lines of an item in time, keeping what may still come back."""
    before: tuple[str, str] | None = None
    open_sales: list[list[float]] = []  # row, quantity sold, quantity left
    for customer, item, quantity, row in ordered.select("customer_id", "item_id", "quantity", "row").iter_rows():
        if (customer, item) != before:
            before, open_sales = (customer, item), []
        if quantity > 0:
            open_sales.append([row, quantity, quantity])
            continue
        for sale in reversed(open_sales):
            if sale[2] >= -quantity - _ROUND:
                yield row, int(sale[0]), abs(sale[1] + quantity) <= _ROUND and sale[2] == sale[1]
                sale[2] += quantity
                break


def voided(lines: pl.DataFrame, pairs: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Return the pairs whose sale was taken back in full on its day, within VOID_MINUTES.

    On its day, since models look at whole days: a sale before midnight that is taken back after it was a sale then.
    """
    at = lines["purchased_at"]
    both = pairs.with_columns(sold=at.gather(pairs["sale"]), back=at.gather(pairs["row"]))
    day = [pl.col(name).dt.convert_time_zone(zone).dt.date() for name in ("sold", "back")]
    soon = pl.col("back") - pl.col("sold") <= pl.duration(minutes=VOID_MINUTES)
    return both.filter(pl.col("whole") & soon & (day[0] == day[1])).select(pairs.columns)
