"""A whole shop probed: its feature set, and columns that come from elsewhere."""

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from regulars import features, scale, windows
from regulars.errors import ConfigError, DataError
from regulars.leakage import sample as samples
from regulars.leakage.columns import probe_columns
from regulars.leakage.cut import cut_check
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

    The feature set meets the cut check, at the snapshot and a horizon before it, and the placebo runs.

    Args:
        ledger: the shop.
        probe: where, and how many customers.
        columns: ``customer_id``, ``as_of`` (may be left out) and the columns to probe.
        track: shows progress.

    Raises:
        DataError: the window is not in the data, or the columns cannot be matched with the shop.
        ConfigError: a column is called like a feature.
    """
    snapshot = probe.snapshot
    _window_is_over(ledger, snapshot)
    given = None if columns is None else _given(columns, snapshot.as_of)
    sample = samples.of(ledger, probe.n_customers, probe.seed, track)
    first = ledger.manifest.first_day or snapshot.as_of
    earlier = snapshot.moved(-snapshot.horizon_days)
    snapshots = [earlier, snapshot] if earlier.as_of > first else [snapshot]
    report = cut_check(sample, snapshots, features.table, seed=probe.seed)
    report += placebo(sample, snapshot, features.table, seed=probe.seed)
    return report if given is None else report + _columns(sample, snapshot, given, first, probe.seed)


def _columns(sample: Sample, snapshot: Snapshot, given: pl.DataFrame, first: dt.date, seed: int) -> Report:
    """Probe the columns by who stays away for a day, a week and the horizon; a column's worst finding counts."""
    names = [name for name in given.columns if name != "customer_id"]
    horizons = sorted({*(days for days in SOON if days < snapshot.horizon_days), snapshot.horizon_days}, reverse=True)
    found: dict[str, Finding] = {}
    for days in horizons:
        train, test = samples.exam(sample, Snapshot(snapshot.as_of, days), first)
        _somebody_is_known(test, given)
        rows = test.join(given, on="customer_id", how="left", maintain_order="left")
        for each in probe_columns(train, rows, names, alarm=ALARM / len(horizons), seed=seed).findings:
            if each.feature not in found or _worse(each, found[each.feature]):
                found[each.feature] = replace(each, why=f"of who stays away {days} days, {each.why}")
    return Report(tuple(found.values()))


def _worse(one: Finding, other: Finding) -> bool:
    order: tuple[Verdict, ...] = ("not judged", "ok", "leaks")
    return order.index(one.verdict) > order.index(other.verdict)


def _somebody_is_known(test: pl.DataFrame, given: pl.DataFrame) -> None:
    if test.join(given, on="customer_id", how="semi").is_empty():
        raise DataError(
            f"no customer of the columns is known to the shop, such as {given['customer_id'][0]!r}; "
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


def _given(columns: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Return the rows of one as_of, a row a customer."""
    if "customer_id" not in columns.columns:
        raise DataError(f"the columns to probe have no customer_id, only {', '.join(columns.columns)}; add it")
    rows = columns.with_columns(pl.col("customer_id").cast(pl.String))
    if "as_of" in rows.columns:
        rows = _at(rows, as_of)
    names = [name for name in rows.columns if name != "customer_id"]
    if not names:
        raise DataError("there is no column beside customer_id and as_of; add those to probe")
    if taken := sorted({*names} & {*features.NAMES, "churned"}):
        raise ConfigError(f"a column to probe is called like the feature {taken[0]!r}; rename it")
    twice = rows.filter(pl.col("customer_id").is_duplicated())
    if twice.height:
        raise DataError(f"customer {twice['customer_id'][0]!r} has several rows as of {as_of}; give one a customer")
    return rows


def _at(rows: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    try:
        days = rows.with_columns(pl.col("as_of").cast(pl.Date))
    except pl.exceptions.PolarsError as error:
        raise DataError("the column as_of of the columns to probe holds no dates; write YYYY-MM-DD") from error
    found = days.filter(pl.col("as_of") == as_of)
    if found.is_empty():
        known = ", ".join(str(day) for day in days["as_of"].unique().sort().head(5))
        raise DataError(f"the columns to probe have no row as of {as_of}, only {known}; use one of these as --as-of")
    return found.drop("as_of")
