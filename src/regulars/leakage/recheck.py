"""What an experiment can afford to check each time: the features it is about to learn, once more from a shorter log."""

import datetime as dt

import polars as pl

from regulars import features, scale
from regulars.leakage.cut import ROWS, differences
from regulars.leakage.report import Finding, Report
from regulars.ledger import Ledger
from regulars.windows import Snapshot


def recheck(ledger: Ledger, table: pl.DataFrame) -> Report:
    """Return which features of a train table change when computed from a log that ends at the table's first as_of.

    A train table is made for many snapshots at once, so a feature that reads ahead has the rows before the last of
    them within its reach. Looked at are the customers of one bucket at the first snapshot. It is exact, however few
    they are; with nobody to look at, nothing is judged.

    Args:
        ledger: the shop.
        table: features at one or more snapshots.
    """
    names = [name for name in table.columns if name not in features.KEYS]
    first = table["as_of"].min()
    again = _again(ledger, first) if isinstance(first, dt.date) else None
    if again is None:
        return Report(tuple(Finding("cut", name, "not judged", "nobody is known") for name in names))
    rows = table.filter(pl.col("as_of") == first).join(again, on="customer_id", how="semi")
    changed = {name: why for name, why in differences(rows, again).items() if name != ROWS}
    why = {name: f"rows after the first snapshot, when cut off, change {what}" for name, what in changed.items()}
    return Report(
        tuple(
            Finding("cut", name, "leaks", why[name])
            if name in why
            else Finding("cut", name, "ok", "the same without later rows")
            for name in names
        )
    )


def _again(ledger: Ledger, as_of: dt.date) -> pl.DataFrame | None:
    """Return the features of the first bucket in which somebody is known."""
    beside = scale.side(ledger, as_of)
    for bucket in ledger.buckets:
        found = features.table(ledger.transactions(bucket, as_of), beside, [Snapshot(as_of)])
        if found.height:
            return found
    return None
