"""Placebo runs: customers are dealt each other's futures, of which no honest feature can know anything."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from regulars import features, labels
from regulars.leakage import areas
from regulars.leakage.areas import Bools, Floats
from regulars.leakage.cut import KEYS, Compute
from regulars.leakage.report import Finding, Report
from regulars.leakage.sample import Sample, nobody
from regulars.windows import Snapshot

SHUFFLES = 5
"""Placebos of a run."""
ALARM = 0.01
"""Probability that a run in which nothing leaks refuses something, whatever the number of features."""
FEW = 10
"""Customers of either outcome below which nothing is judged."""
_DRAWS, _AT_ONCE = 999, 111


def dealt(sample: Sample, snapshot: Snapshot, rng: np.random.Generator) -> Sample:
    """Return the sample with the futures of the customers known at ``snapshot`` dealt out anew among them.

    A future is everything of a customer at or after as_of: order lines and events, or nothing. Pasts stay.

    Raises:
        DataError: nobody is known.
    """
    known = sample.transactions.filter((pl.col("quantity") > 0) & (pl.col("purchased_at") < snapshot.as_of))
    if known.is_empty():
        raise nobody(snapshot.as_of, sample.transactions["purchased_at"].dt.date().min())
    ids = known["customer_id"].unique().sort()
    new = ids.gather(rng.permutation(len(ids)))
    events = sample.side.events
    return Sample(
        _handed(sample.transactions, "purchased_at", snapshot, ids, new),
        replace(sample.side, events=None if events is None else _handed(events, "at", snapshot, ids, new)),
    )


def _handed(rows: pl.DataFrame, at: str, snapshot: Snapshot, ids: pl.Series, new: pl.Series) -> pl.DataFrame:
    who = pl.col("customer_id")
    given = who.replace_strict(ids, new, default=who, return_dtype=pl.String)
    return rows.with_columns(customer_id=pl.when(pl.col(at) >= snapshot.as_of).then(given).otherwise(who))


@dataclass(frozen=True)
class _Run:
    """One placebo: the columns' ranks and the outcomes."""

    names: list[str]
    ranks: Floats
    """(customers, columns), centred and scaled: summed over random churned customers, they vary by 1."""
    spread: Floats
    """(columns,) the standard deviation of the AUC where the column knows nothing; 0 of a constant one."""
    churned: Bools

    def scores(self, outcomes: Floats) -> Floats:
        """Return how many standard deviations each column's AUC lies from 0.5; (columns, draws) for many outcomes."""
        return np.asarray(self.ranks.T @ outcomes, np.float64)


def placebo(
    sample: Sample,
    snapshot: Snapshot,
    compute: Compute = features.table,
    *,
    shuffles: int = SHUFFLES,
    alarm: float = ALARM,
    seed: int = 0,
) -> Report:
    """Return which columns follow a future that was dealt to their customer at random.

    Labels and features are taken from the same dealt log. The past explains nothing of it, so the AUC of an honest
    column is 0.5 within its interval. The interval holds for all columns at once: outcomes are permuted 999 times,
    and it reaches as far as the largest deviation among all columns does in all but ``alarm`` of them. That is exact
    whatever ties, holes and correlations the columns have (Westfall & Young 1993).

    Args:
        sample: order lines that reach to the end of the snapshot's window.
        snapshot: where history is cut from future.
        compute: the features, or a whole pipeline that ends in a column of scores; see :func:`trained`.
        shuffles: how many placebos are run; the mean is judged.
        alarm: probability of refusing anything where nothing leaks.
        seed: of every random choice.

    Raises:
        DataError: nobody is known before the snapshot.
    """
    rng = np.random.default_rng(seed)
    runs = [_run(dealt(sample, snapshot, rng), snapshot, compute) for _ in range(shuffles)]
    names, churned = runs[0].names, runs[0].churned
    if min(churned.sum(), (~churned).sum()) < FEW:
        why = f"fewer than {FEW} customers churned, or returned, within {snapshot.horizon_days} days"
        return Report(tuple(Finding("placebo", name, "not judged", why) for name in names))
    root = np.sqrt(shuffles)
    score = np.sum([run.scores(run.churned.astype(np.float64)) for run in runs], axis=0) / root
    reach = float(np.quantile(_largest(runs, rng), 1 - alarm, method="higher"))
    spread = np.mean([run.spread for run in runs], axis=0) / root
    return Report(tuple(_finding(*each, reach) for each in zip(names, score, spread, strict=True)))


def _run(shuffled: Sample, snapshot: Snapshot, compute: Compute) -> _Run:
    table = compute(shuffled.transactions, shuffled.side, [snapshot])
    truth = labels.churned(shuffled.transactions, [snapshot])
    rows = table.join(truth, on=KEYS, how="inner").sort(KEYS)
    names = [name for name in table.columns if name not in KEYS]
    churned = rows["churned"].to_numpy()
    ranked = np.column_stack([areas.ranks(numbers(rows[name])) for name in names])
    centred = ranked - ranked.mean(axis=0)
    n, n_gone = len(churned), int(churned.sum())
    pairs = max(n_gone * (n - n_gone), 1)
    spread = np.sqrt((centred**2).sum(axis=0) / (n * max(n - 1, 1) * pairs))
    return _Run(names, centred / (pairs * np.where(spread > 0, spread, np.inf)), spread, churned)


def _largest(runs: Sequence[_Run], rng: np.random.Generator) -> Floats:
    """Return the largest deviation among all columns, for each of many draws in which nothing leaks."""
    found = []
    for _ in range(_DRAWS // _AT_ONCE):
        total = np.zeros((len(runs[0].names), _AT_ONCE))
        for run in runs:
            drawn = rng.permuted(np.tile(run.churned.astype(np.float64), (_AT_ONCE, 1)), axis=1)
            total += run.scores(drawn.T)
        found.append(np.abs(total).max(axis=0) / np.sqrt(len(runs)))
    return np.concatenate(found)


def _finding(name: str, score: float, spread: float, reach: float) -> Finding:
    if spread == 0:
        return Finding("placebo", name, "not judged", "the same for every customer")
    lift = score * spread
    low, high = lift - reach * spread, lift + reach * spread
    leaks = abs(score) > reach
    why = f"AUC {0.5 + lift:.3f} on dealt futures, where 0.500 +- {reach * spread:.3f} is chance"
    return Finding("placebo", name, "leaks" if leaks else "ok", why, 0.5 + lift, 0.5, lift, low, high)


def numbers(values: pl.Series) -> Floats:
    """Return a column as numbers, null as NaN: dates by day, text by its place in the alphabet.

    >>> numbers(pl.Series(["b", None, "a"])).tolist()
    [1.0, nan, 0.0]
    """
    if values.dtype.is_numeric() or values.dtype == pl.Boolean or values.dtype.is_temporal():
        number = values.to_physical().cast(pl.Float64)
    else:
        number = (values.cast(pl.String).rank("dense") - 1).cast(pl.Float64)
    return number.fill_null(float("nan")).to_numpy()


def trained(
    fit: Callable[[pl.DataFrame], Callable[[pl.DataFrame], Floats]],
    learn_at: Sequence[Snapshot],
    compute: Compute = features.table,
) -> Compute:
    """Return a whole pipeline as a probe takes it: it learns from a log and scores it, and ends in ``score``.

    On a placebo the log that it learns from holds the dealt futures. A pipeline that learns from windows before as_of
    meets none of them; one that learns from windows that reach past as_of remembers, and is found out.

    Args:
        fit: takes a feature table with ``churned`` and returns what scores a feature table.
        learn_at: the train snapshots.
        compute: the features.
    """

    def pipeline(transactions: pl.DataFrame, side: features.Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
        train = compute(transactions, side, learn_at).join(labels.churned(transactions, learn_at), on=KEYS)
        predict = fit(train)
        rows = compute(transactions, side, snapshots)
        return rows.select(KEYS).with_columns(score=pl.Series(predict(rows), dtype=pl.Float64))

    return pipeline
