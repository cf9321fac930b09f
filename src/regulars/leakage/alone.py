"""The alone check: a customer by herself, as the service sees her, must have the values she has among all others."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from regulars import features
from regulars.leakage.cut import ROWS, Compute, columns_of, differences
from regulars.leakage.report import Finding, Report
from regulars.leakage.sample import Sample
from regulars.windows import Snapshot

CUSTOMERS = 50
"""How many customers are looked at one by one."""


def alone_check(
    sample: Sample,
    snapshots: Sequence[Snapshot],
    compute: Compute = features.table,
    n: int = CUSTOMERS,
    seed: int = 0,
) -> Report:
    """Return which columns differ where a customer is alone: these depend on other customers.

    The table of all customers is held against those of single customers, computed from their lines and events only.
    It is exact: no statistics, no false alarm. What it cannot see is a column that reads other customers from
    elsewhere, as from a file, and one that is undefined for all who were drawn, which is not judged.

    Args:
        sample: order lines of many customers.
        snapshots: the instants, each once.
        compute: the features; :func:`~regulars.leakage.cut.of_families` makes one of families.
        n: how many customers are drawn.
        seed: of the draw.

    Raises:
        DataError: the table has no column.
    """
    whole = compute(sample.transactions, sample.side, snapshots)
    names = columns_of(whole)
    drawn = _drawn(whole["customer_id"].unique().sort(), n, seed)
    if len(drawn) < 1 or whole["customer_id"].n_unique() < 2:
        return Report(tuple(Finding("alone", name, "not judged", "there are no other customers") for name in names))
    rows = whole.filter(pl.col("customer_id").is_in(drawn.implode()))
    changed = differences(rows, pl.concat(_each(sample, drawn, snapshots, compute), how="vertical_relaxed"))
    again = compute(sample.transactions, sample.side, snapshots) if changed else whole
    unstable = differences(whole, again)
    listed = [ROWS] if ROWS in changed else []
    return Report(tuple(_finding(name, rows, changed, unstable) for name in [*listed, *names]))


def _finding(name: str, rows: pl.DataFrame, changed: dict[str, str], unstable: dict[str, str]) -> Finding:
    if name in unstable:
        return Finding("alone", name, "not judged", "two calls with the same rows disagree")
    if name in changed:
        return Finding("alone", name, "leaks", f"without the other customers it is another: {changed[name]}")
    n = rows["customer_id"].n_unique()
    if name != ROWS and rows[name].is_null().all():
        return Finding("alone", name, "not judged", f"none of the {n} customers drawn has a value")
    return Finding("alone", name, "ok", f"the same for {n} customers alone")


def _drawn(ids: pl.Series, n: int, seed: int) -> pl.Series:
    chosen = np.random.default_rng(seed).permutation(len(ids))[:n]
    return ids.gather(np.sort(chosen))


def _each(sample: Sample, drawn: pl.Series, snapshots: Sequence[Snapshot], compute: Compute) -> list[pl.DataFrame]:
    """Return the table of each customer alone."""
    side, theirs = sample.side, pl.col("customer_id").is_in(drawn.implode())
    lines = sample.transactions.filter(theirs)
    events = None if side.events is None else side.events.filter(theirs)
    found = []
    for customer in drawn:
        one = pl.col("customer_id") == customer
        beside = side if events is None else replace(side, events=events.filter(one), events_since=side.since)
        found.append(compute(lines.filter(one), beside, snapshots))
    return found
