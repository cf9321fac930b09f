"""Shopify's order export: the order's own cells stand on its first row only, and its sums must become lines.

An order comes to ``Total - Taxes``, to the minor unit, before refunds; or all its rows go to the quarantine with the
reason. With gross = quantity x price of a line:

- the sum of gross less ``Lineitem discount``, less ``Subtotal``, is the discount of the order: at least 0 and at most
  ``Discount Amount``. It is shared over the lines in proportion to their net (largest remainder).
- ``Subtotal + Shipping + Tip + Duties`` is ``Total`` where prices include taxes, and ``Total - Taxes`` where they do
  not; what is left of ``Discount Amount`` may be taken off the postage.
- Included taxes are taken out of the taxable lines and the postage in proportion.
- Postage, tips and duties become lines of the items SHIPPING, TIP and DUTIES.
- ``Refunded Amount``: the whole ``Total`` takes back every line, all that was paid for goods takes back every good,
  anything else is a line of the item REFUND, less the taxes in it. What was cancelled before it was paid is taken back.
- The export has no time of a refund. It gets the latest that the order tells: cancelled, else fulfilled, else paid.
"""

from collections.abc import Generator, Iterator

import polars as pl

from regulars.errors import DataError, did_you_mean
from regulars.ingest.adapters import shopify_lines
from regulars.ingest.adapters.base import Adapted
from regulars.ingest.batch import Batch, LineFile

NEEDED = (
    *("Name", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Created at"),
    *("Lineitem quantity", "Lineitem name", "Lineitem price"),
)
"""Columns that an export must have."""


def adapt(file: LineFile) -> LineFile:
    """Return ``file`` with a row a line, whatever that line is for.

    Raises:
        DataError: it is no order export.
    """
    for column in NEEDED:
        if column not in file.names:
            hint = did_you_mean(column, file.names)
            raise DataError(
                f"{file.name}: no column {column!r}{hint}; export the orders from Shopify as a CSV file "
                "for spreadsheet programs, with all columns"
            )
    return Adapted(file, shopify_lines.ADDED, _turn)


def _turn(batches: Iterator[Batch]) -> Generator[Batch]:
    for batch in _whole_orders(batches):
        if batch.rows.height:
            rows, lines, made = shopify_lines.lines(batch.rows, batch.lines)
            yield Batch(rows, lines, batch.ragged, made)
        elif batch.ragged.height:
            added = [pl.lit(None, pl.String).alias(name) for name in shopify_lines.ADDED]
            yield Batch(batch.rows.with_columns(added), batch.lines, batch.ragged)


def _whole_orders(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Move the rows of an order that goes on in the next batch there."""
    held: Batch | None = None
    for batch in batches:
        rows, lines = batch.rows.cast(pl.String), batch.lines
        if held is not None:
            rows, lines = pl.concat([held.rows, rows]), pl.concat([held.lines, lines])
        begins = (rows["Name"] != rows["Name"].shift()).fill_null(value=True).arg_true()
        last = int(begins[-1]) if len(begins) else 0
        held = Batch(rows[last:], lines[last:])
        yield Batch(rows[:last], lines[:last], batch.ragged)
    if held is not None:
        yield held
