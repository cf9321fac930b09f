"""The cut check: without the rows at or after as_of, and with others in their place, no feature may change."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import polars as pl

from regulars import features
from regulars.errors import DataError
from regulars.leakage.report import Finding, Report, Verdict
from regulars.leakage.sample import Sample
from regulars.windows import Snapshot

Compute = Callable[[pl.DataFrame, features.Side, Sequence[Snapshot]], pl.DataFrame]
"""A feature table's maker: (transactions, side, snapshots) -> customer_id, as_of and columns of any type."""

KEYS = list(features.KEYS)
ROWS = "(rows)"
"""Stands for the rows of a table: whom it lists."""
_SLACK = 1e-9
"""Relative difference that the order of a sum may make."""


def of_families(families: Sequence[features.Family]) -> Compute:
    """Return what computes ``families``."""

    def compute(transactions: pl.DataFrame, side: features.Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
        return features.table(transactions, side, snapshots, families)

    return compute


def cut_check(
    sample: Sample, snapshots: Sequence[Snapshot], compute: Compute = features.table, seed: int = 0
) -> Report:
    """Return which columns change when what happened at or after as_of is taken away, or scrambled.

    The table of all snapshots at once, from the whole log, is held against that of each snapshot alone: from a log
    that ends at its as_of, and from one whose later rows have been scrambled. Both are exact: no statistics, no false
    alarm. What the check cannot see is a column that reads the future from elsewhere, as from a file.

    Args:
        sample: order lines, with some at or after each as_of.
        snapshots: the instants, each once.
        compute: the features; :func:`of_families` makes one of families.
        seed: of the scrambling.

    Returns:
        A finding a column; "not judged" where no as_of has a row at or after it, as then nothing could leak, or where
        the table lists nobody.

    Raises:
        DataError: the table has no column.
    """
    whole = compute(sample.transactions, sample.side, snapshots)
    names = columns_of(whole)
    found: dict[str, Finding] = {}
    idle = {snapshot: _idle(sample, snapshot, whole) for snapshot in snapshots}
    for snapshot in [each for each, why in idle.items() if not why]:
        rows = whole.filter(pl.col("as_of") == snapshot.as_of)
        for each in _cut(sample, snapshot, compute, rows, seed):
            if each.feature not in found or found[each.feature].verdict != "leaks":
                found[each.feature] = each
    why = "; ".join(idle.values()) if all(idle.values()) else ""
    rest: Verdict = "not judged" if why else "ok"
    judged = [found.get(name, Finding("cut", name, rest, why or "the same without later rows")) for name in names]
    return Report(tuple([found[ROWS], *judged] if ROWS in found else judged))


def columns_of(table: pl.DataFrame) -> list[str]:
    """Return the columns of a table beside its keys.

    Raises:
        DataError: there is none.
    """
    names = [name for name in table.columns if name not in KEYS]
    if not names:
        raise DataError("the probed table has no column beside customer_id and as_of; give it the columns to probe")
    return names


def _cut(sample: Sample, snapshot: Snapshot, compute: Compute, rows: pl.DataFrame, seed: int) -> Iterator[Finding]:
    """Yield what does not hold at one snapshot, where ``rows`` are its part of the table from the whole log."""

    def table(log: Sample) -> pl.DataFrame:
        return compute(log.transactions, log.side, [snapshot])

    past = sample.before(snapshot.as_of)
    cut = table(past)
    unstable = differences(cut, table(past))
    changed = {"cut off": cut, "scrambled": table(scrambled(sample, snapshot, seed))}
    told: set[str] = set()
    for name in unstable:
        yield Finding("cut", name, "not judged", "two calls with the same rows disagree")
    for how, other in changed.items():
        for name, why in differences(rows, other).items():
            if name not in unstable and name not in told:
                told.add(name)
                yield Finding("cut", name, "leaks", f"rows from {snapshot.as_of} on, when {how}, change {why}")


def differences(one: pl.DataFrame, other: pl.DataFrame) -> dict[str, str]:
    """Return the columns in which two tables differ, with what differs; ``(rows)`` where they list other customers.

    >>> one = pl.DataFrame({"customer_id": ["a"], "as_of": [0], "n": [3.0]})
    >>> differences(one, one.with_columns(n=pl.lit(4.0)))
    {'n': "1 of 1 customers, such as 'a': 3.0 becomes 4.0"}
    """
    names = [name for name in one.columns if name not in KEYS]
    both = one.join(other, on=KEYS, how="inner", suffix="_other")
    found: dict[str, str] = {}
    away = max(one.height, other.height) - both.height
    if away:
        found[ROWS] = f"whom the table lists: {away} of {one.height} customers"
    for name in names:
        if name not in other.columns:
            found[name] = "whether there is such a column"
            continue
        changed = both.filter(_differs(both.schema[name], name))
        if changed.height:
            who, a, b = changed.select("customer_id", name, f"{name}_other").row(0)
            found[name] = f"{changed.height} of {both.height} customers, such as {who!r}: {a} becomes {b}"
    return found


def _differs(kind: pl.DataType, name: str) -> pl.Expr:
    one, other = pl.col(name), pl.col(f"{name}_other")
    if not kind.is_float():
        return one.ne_missing(other)
    near = (one - other).abs() <= _SLACK * pl.max_horizontal(one.abs(), other.abs())
    return one.ne_missing(other) & ~near.fill_null(value=False)


def scrambled(sample: Sample, snapshot: Snapshot, seed: int) -> Sample:
    """Return the sample with each column of the later rows shuffled by itself, and half of the goods coming back."""
    events = sample.side.events
    lines = _scrambled(sample.transactions, "purchased_at", snapshot, seed)
    odd = pl.int_range(pl.len()) % 2 == 1
    later = pl.col("purchased_at") >= snapshot.as_of
    lines = lines.with_columns(quantity=pl.when(later & odd).then(-pl.col("quantity")).otherwise("quantity"))
    mixed = None if events is None else _scrambled(events, "at", snapshot, seed)
    return Sample(lines, replace(sample.side, events=mixed))


def _scrambled(rows: pl.DataFrame, at: str, snapshot: Snapshot, seed: int) -> pl.DataFrame:
    later = rows.filter(pl.col(at) >= snapshot.as_of)
    mixed = later.select(pl.col(name).shuffle(seed=seed + place) for place, name in enumerate(later.columns))
    return pl.concat([rows.filter(pl.col(at) < snapshot.as_of), mixed])


def _idle(sample: Sample, snapshot: Snapshot, whole: pl.DataFrame) -> str:
    """Return why nothing could be seen to leak at a snapshot; empty where something could."""
    if sample.transactions.filter(pl.col("purchased_at") >= snapshot.as_of).is_empty():
        return f"there are no rows at or after {snapshot.as_of}"
    return "" if (whole["as_of"] == snapshot.as_of).any() else f"nobody is known before {snapshot.as_of}"
