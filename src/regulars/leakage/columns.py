"""The column probe: for columns that come ready-made, of which nobody can see how they were computed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from regulars import features
from regulars.errors import DataError, did_you_mean
from regulars.estimators import boosting
from regulars.leakage import areas
from regulars.leakage.areas import Area, Bools, Floats
from regulars.leakage.placebo import ALARM, numbers
from regulars.leakage.report import Finding, Report
from regulars.leakage.values import as_dates, probeable

SHARE = 0.15
"""What a column may add to the AUC that the past explains, as a share of what is missing there to 1."""
FOLDS = 5
"""Parts of the customers; what a column adds is learned on the others."""

FEW = 30
"""Customers of either outcome below which nothing is judged."""

_EXPLAINS: Mapping[str, Any] = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 15, "min_data_in_leaf": 40, "feature_fraction": 0.3,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "num_threads": 1,
}  # fmt: skip
_ROUNDS = 200
_TINY, _DIGITS = 1e-12, 6


def probe_columns(
    train: pl.DataFrame,
    test: pl.DataFrame,
    columns: Sequence[str],
    trusted: Sequence[str] = features.NAMES,
    *,
    max_share: float = SHARE,
    alarm: float = ALARM,
    seed: int = 0,
) -> Report:
    """Return which ready-made columns know more of the future than the past explains.

    What the past explains is the AUC of a LightGBM that learns the trusted features at an earlier snapshot and is
    asked at the test one. A column leaks where it orders the test customers better than that by more than
    ``max_share`` of what is missing to 1, alone or put on top, beyond a paired interval that holds for all columns at
    once. What a column says alone and on top is learned on four fifths of the test customers and asked of the rest,
    so that neither its direction, its holes nor its shape matters. On top also counts what no sum of trusted features
    says of it: of a count that includes one day too many, that day is left. A column of dates leaks where one of them
    is at or after as_of; text counts as dates where nearly all of it reads as such in one format. A column that is not
    refused but has values for under 30 customers of either outcome is not judged.

    A weak leak passes; ``docs/leakage.md`` says how weak. A column whose code is at hand is better probed by
    :func:`~regulars.leakage.cut.cut_check`.

    Args:
        train: the trusted features and ``churned`` of one or more snapshots whose windows end before the test's as_of.
        test: the same at the test snapshot, a row a customer, with ``columns``: numbers, flags, dates or text.
        columns: what to probe. One that is among the trusted is left out of these while it is probed.
        trusted: features known not to leak.
        max_share: what an honest column may add, as a share of ``1 - AUC`` of what the past explains.
        alarm: probability of refusing anything where no column is above the bounds.
        seed: of every random choice.

    Raises:
        DataError: a column is missing, or holds lists or the like.
    """
    _present(train, [*trusted, "churned"], "train")
    _present(test, [*trusted, *columns, "churned"], "test")
    probeable(test, columns)
    churned = test["churned"].to_numpy()
    if min(churned.sum(), (~churned).sum()) < FEW or train["churned"].n_unique() < 2:
        why = f"fewer than {FEW} customers churned, or returned, in the window"
        return Report(tuple(Finding("column", name, "not judged", why) for name in columns))
    bounds = _Bounds(max_share, 1 - alarm / max(len(columns), 1))
    return Report(tuple(_findings(train, test, columns, trusted, bounds, seed)))


def _findings(
    train: pl.DataFrame,
    test: pl.DataFrame,
    columns: Sequence[str],
    trusted: Sequence[str],
    bounds: "_Bounds",
    seed: int,
) -> Iterator[Finding]:
    """Yield what is to be said of each column."""
    churned = test["churned"].to_numpy()
    scores: dict[tuple[str, ...], Floats] = {}
    for name in columns:
        left = tuple(other for other in trusted if other != name)
        if left not in scores:
            scores[left] = explained(train, test, left, seed)
        held, how = as_dates(test[name])
        if ahead := _dates_ahead(test, held, how):
            yield ahead
            continue
        values = numbers(held if how else test[name])
        rest = beyond(values, features.matrix(test, left))
        yield _judged(name, values, rest, Truth(churned, scores[left]), bounds, seed)


def _dates_ahead(test: pl.DataFrame, days: pl.Series, how: str) -> Finding | None:
    """Return what is wrong with a column of dates that had not come yet; ``how`` is how text was read as dates."""
    if days.dtype != pl.Date or "as_of" not in test.columns:
        return None
    ahead = days.filter(days >= test["as_of"])
    if ahead.is_empty():
        return None
    read = f", read as {how}" if how else ""
    why = f"{len(ahead):,} of {test.height:,} customers have a date at or after as_of, such as {ahead[0]}{read}"
    return Finding("column", days.name, "leaks", why)


def explained(train: pl.DataFrame, test: pl.DataFrame, trusted: Sequence[str], seed: int = 0) -> Floats:
    """Return the log-odds of churn of the test customers, as the trusted features explain them."""
    blank = () if features.spans_a_year(train) else features.YEAR
    rows, target = features.matrix(train, trusted, blank), train["churned"].to_numpy().astype(np.float64)
    booster = boosting.train(rows, target, trusted, _EXPLAINS, _ROUNDS, seed)
    return _log_odds(boosting.predict(booster, features.matrix(test, trusted, blank)))


@dataclass(frozen=True)
class Truth:
    """The test customers: what became of them, and what the past says of it."""

    churned: Bools
    """(customers,)."""
    base: Floats
    """(customers,) log-odds of churn that the past explains."""


@dataclass(frozen=True)
class _Bounds:
    share: float
    level: float


def _judged(name: str, values: Floats, rest: Floats, truth: Truth, bounds: _Bounds, seed: int) -> Finding:
    has = ~np.isnan(values)
    known = values[has]
    if not has.any() or (has.all() and known.min() == known.max()):
        why = "the same for every customer" if has.any() else f"none of {len(values):,} customers has a value"
        return Finding("column", name, "not judged", why)
    cover = "" if has.all() else f"; {len(known):,} of {len(values):,} customers have a value"
    past = areas.area(truth.churned, truth.base)
    alone = _alone(values, truth.churned, seed)
    parts = [*_shape(values), *_shape(rest), truth.base]
    together = areas.area(truth.churned, learned(parts, truth.churned, seed))
    added = areas.lead(together, past, bounds.level)
    figures = (alone.value, past.value, added.value, added.low, added.high)
    bar = past.raised(bounds.share)
    limit = f"the past explains {past.value:.3f}, an honest column on top at most {bar.value:.3f}"
    if areas.lead(alone, bar, bounds.level).low > 0:
        return Finding("column", name, "leaks", f"AUC {alone.value:.3f} by itself, where {limit}{cover}", *figures)
    if areas.lead(together, bar, bounds.level).low > 0:
        return Finding("column", name, "leaks", f"AUC {together.value:.3f} on top, where {limit}{cover}", *figures)
    if min(truth.churned[has].sum(), (~truth.churned[has]).sum()) < FEW:
        why = f"{cover.removeprefix('; ')}, and fewer than {FEW} of them churned, or returned"
        return Finding("column", name, "not judged", why)
    return Finding("column", name, "ok", f"AUC {together.value:.3f} on top of {past.value:.3f}{cover}", *figures)


def _alone(values: Floats, churned: Bools, seed: int) -> Area:
    """Return the best area that the column has by itself: as it is, turned round, or as learned."""
    plain = areas.area(churned, values)
    shaped = areas.area(churned, learned(_shape(values), churned, seed))
    return max(plain, plain.flipped(), shaped, key=lambda found: found.value)


def _shape(values: Floats) -> list[Floats]:
    """Return a column's rank, its square, and whether it is null."""
    rank = areas.ranks(values) / len(values) - 0.5
    return [rank, rank**2, np.isnan(values).astype(np.float64)]


def beyond(values: Floats, trusted: Floats) -> Floats:
    """Return what is left of a column once a linear regression on the trusted features has explained it.

    Holes count as the mean and as a feature of their own; those of the column stay. What is left of a column that is
    a sum of trusted features is rounding, and comes out as 0.
    """
    known = ~np.isnan(values)
    out = np.where(known, 0.0, np.nan)
    holes = np.isnan(trusted)
    mean = np.where(holes, 0.0, trusted).sum(axis=0) / np.maximum((~holes).sum(axis=0), 1)
    rows = np.column_stack([np.where(holes, mean, trusted), holes.astype(np.float64)])[known]
    if len(rows) <= 2 * rows.shape[1]:
        return out
    rows = np.column_stack([StandardScaler().fit_transform(rows), np.ones(len(rows))])
    left = values[known] - rows @ np.linalg.lstsq(rows, values[known], rcond=1e-10)[0]
    out[known] = np.round(left / max(float(values[known].std()), _TINY), _DIGITS)
    return out


def learned(parts: Sequence[Floats], churned: Bools, seed: int = 0) -> Floats:
    """Return the log-odds of churn as a logistic regression on ``parts`` has them, of each fifth from the others."""
    rows = StandardScaler().fit_transform(np.column_stack(parts))
    fold = np.random.default_rng(seed).permutation(len(churned)) % FOLDS
    score = np.empty(len(churned))
    for number in range(FOLDS):
        held = fold == number
        fitted = LogisticRegression().fit(rows[~held], churned[~held])
        score[held] = fitted.decision_function(rows[held])
    return score


def _log_odds(probability: Floats) -> Floats:
    kept = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(kept / (1 - kept)), np.float64)


def _present(table: pl.DataFrame, names: Sequence[str], which: str) -> None:
    for name in names:
        if name not in table.columns:
            raise DataError(f"the {which} table has no column {name!r}{did_you_mean(name, table.columns)}")
