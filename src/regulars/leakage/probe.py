"""A whole shop probed: its feature set, and columns that come from elsewhere."""

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from regulars import features, scale, windows
from regulars.errors import DataError
from regulars.leakage import sample as samples
from regulars.leakage.alone import alone_check
from regulars.leakage.columns import probe_columns
from regulars.leakage.cut import cut_check
from regulars.leakage.given import given
from regulars.leakage.placebo import ALARM, placebo
from regulars.leakage.report import Finding, Report, Verdict
from regulars.leakage.sample import Sample
from regulars.ledger import Ledger
from regulars.windows import Snapshot

SOON = (1, 7)
"""Days: a column that knows a little of the future knows the next days best."""


@dataclass(frozen=True)
class Probe:
    """Where a shop is probed."""

    snapshot: Snapshot
    """Where history is cut from future, and how far the labels look."""
    n_customers: int = samples.CUSTOMERS
    """Most customers that are looked at, drawn at random."""
    seed: int = 0
    """Of every random choice."""


def shop(
    ledger: Ledger, probe: Probe, columns: pl.DataFrame | None = None, track: scale.Track[int] = scale.silently
) -> Report:
    """Return what the probes say of a shop's feature set, and of ``columns`` where there are some.

    The feature set meets the cut check, at the snapshot and a horizon before it, the alone check and the placebo runs.

    Args:
        ledger: the shop.
        probe: where, and how many customers.
        columns: ``customer_id``, ``as_of`` (may be left out) and the columns to probe.
        track: shows progress.

    Raises:
        DataError: nobody is known, the window is not in the data, or the columns cannot be matched with the shop.
        ConfigError: a column is called like a feature or the label.
    """
    snapshot = probe.snapshot
    first = ledger.manifest.first_day
    if first is None or snapshot.as_of <= first:
        raise samples.nobody(snapshot.as_of, first)
    _window_is_over(ledger, snapshot)
    rows = None if columns is None else given(columns, snapshot.as_of)
    sample = samples.of(ledger, probe.n_customers, probe.seed, track)
    earlier = snapshot.moved(-snapshot.horizon_days)
    snapshots = [earlier, snapshot] if earlier.as_of > first else [snapshot]
    report = cut_check(sample, snapshots, features.table, seed=probe.seed)
    report += alone_check(sample, [snapshot], features.table, seed=probe.seed)
    report += placebo(sample, snapshot, features.table, seed=probe.seed)
    return report if rows is None else report + _columns(sample, snapshot, rows, first, probe.seed)


def _columns(sample: Sample, snapshot: Snapshot, rows: pl.DataFrame, first: dt.date, seed: int) -> Report:
    """Probe the columns by who stays away for a day, a week and the horizon; a column's worst finding counts."""
    names = [name for name in rows.columns if name != "customer_id"]
    horizons = sorted({*(days for days in SOON if days < snapshot.horizon_days), snapshot.horizon_days}, reverse=True)
    found: dict[str, Finding] = {}
    for days in horizons:
        train, test = samples.exam(sample, Snapshot(snapshot.as_of, days), first)
        _somebody_is_known(test, rows)
        asked = test.join(rows, on="customer_id", how="left", maintain_order="left")
        for each in probe_columns(train, asked, names, alarm=ALARM / len(horizons), seed=seed).findings:
            if each.feature not in found or _worse(each, found[each.feature]):
                found[each.feature] = _of_days(each, days)
    return Report(tuple(found.values()))


def _of_days(finding: Finding, days: int) -> Finding:
    """Return a finding that says of which horizon it is, where its figures are of one."""
    return finding if finding.auc is None else replace(finding, why=f"of who stays away {days} days, {finding.why}")


def _worse(one: Finding, other: Finding) -> bool:
    order: tuple[Verdict, ...] = ("not judged", "ok", "leaks")
    return order.index(one.verdict) > order.index(other.verdict)


def _somebody_is_known(test: pl.DataFrame, rows: pl.DataFrame) -> None:
    if test.join(rows, on="customer_id", how="semi").is_empty():
        raise DataError(
            f"no customer of the columns is known to the shop, such as {rows['customer_id'][0]!r}; "
            "write customer_id as the ledger does"
        )


def _window_is_over(ledger: Ledger, snapshot: Snapshot) -> None:
    end = windows.after(ledger.data_through)
    if snapshot.future.end > end:
        last = windows.last_complete(ledger.data_through, snapshot.horizon_days).as_of
        raise DataError(
            f"a probe needs to know what happened in the {snapshot.horizon_days} days from {snapshot.as_of} on, but "
            f"the data ends on {ledger.data_through}; use --as-of {last} or earlier, or a shorter --horizon"
        )
