"""The strongest reasons of a churn probability, each held against what would be without it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from regulars import features as ft
from regulars.estimators.base import Bools, ChurnEstimator, Floats, Ints
from regulars.features import Columns
from regulars.reasons.typical import Typical, typical
from regulars.reasons.whatif import changed, possible

SPOKEN_BY = {"overdue": "recency"}
"""Features that another one says in plainer words; what pushes them counts for the other."""
CALENDAR = frozenset({"as_of_weekday", *ft.YEAR})
"""Features of the day of asking, not of the customer: never a reason."""

_SPEAKING = tuple(name for name in ft.NAMES if name not in SPOKEN_BY and name not in CALENDAR)
_THEMES = {"regularity": "gap", "n_orders": "frequency", "basket_value": "spend", "line_value": "spend"}
"""What features are about where their name does not tell it."""
_OF_A_RULE = ("recency", "frequency")
"""What a model without contributions is asked about."""
_CANDIDATES = 8
"""Features of a customer that are tried out: the strongest contributions."""
_LEAST = 0.01
"""Change of the log-odds under which nothing is said."""
_CHUNK = 1024
"""Customers who are explained at a time: bounds memory."""
_EDGE = 1e-9
"""Probabilities nearer to 0 or 1 count as this near."""


class Reason(NamedTuple):
    """What moves a customer's churn probability: set to ``typical``, the feature would take ``effect`` away."""

    feature: str
    value: float
    typical: float
    own: bool
    """Whether ``typical`` is the customer's own; else it is the median of the train customers."""
    effect: float
    """Change of the log-odds of churn from the typical to the actual value; positive is more at risk."""


@dataclass(frozen=True)
class _Trial:
    """Some of the customers with one feature at its usual value."""

    feature: str
    row: Ints
    """(trials,) which customers."""
    usual: Typical
    """(trials,)"""
    rows: Floats
    """(trials, features) the customers with the feature and all that follows changed."""
    bare: Floats
    """(trials, features) the customers with nothing but the feature changed."""
    bare_possible: Bools
    """(trials,) whether there can be such customers."""


def explain(model: ChurnEstimator, features: pl.DataFrame, n: int = 3) -> list[list[Reason]]:
    """Return the ``n`` strongest reasons behind each customer's churn probability, strongest first.

    The model's SHAP contributions propose features. Each is set to its usual value, with what follows from it, and the
    model is asked again: the difference of the log-odds is the effect. A feature whose effect turns round when nothing
    else moves along is not a reason. At most one reason comes of each :func:`theme`.

    Args:
        model: a fitted churn model; one that has ``effects`` is asked about its strongest features, a rule about
            recency and frequency. Its ``typical_`` are the medians of the train customers.
        features: rows of ``features.table``.
        n: reasons a customer; there are fewer where less moves the probability, and none of what is not known.
    """
    return [reasons for some in features.iter_slices(_CHUNK) for reasons in _explained(model, some, n)]


def theme(feature: str) -> str:
    """Return what a feature is about: the same for all gaps, for visits and spend of late, for a share and its window.

    Reasons of one theme would say the same thing twice.

    >>> theme("gap_median"), theme("spend_30"), theme("trend_90"), theme("deal_share_90"), theme("spend_last")
    ('gap', 'lately', 'lately', 'deal_share', 'spend_last')
    """
    whole = "gap" if feature.startswith("gap_") else re.sub(r"_\d+$", "", feature)
    return "lately" if whole != feature and whole in ("days", "spend", "trend") else _THEMES.get(whole, whole)


def _explained(model: ChurnEstimator, features: pl.DataFrame, n: int) -> list[list[Reason]]:
    known = ft.matrix(features)
    rows = dict(zip(ft.NAMES, np.ascontiguousarray(known.T), strict=True))
    trials = list(_trials(model, features, rows))
    found: list[list[Reason]] = [[] for _ in range(features.height)]
    for trial, effect, holds in zip(trials, *_effects(model, features, known, trials), strict=True):
        for at in np.flatnonzero(holds):
            row = int(trial.row[at])
            value, usual = float(rows[trial.feature][row]), float(trial.usual.value[at])
            found[row].append(Reason(trial.feature, value, usual, bool(trial.usual.own[at]), float(effect[at])))
    return [_strongest(reasons, n) for reasons in found]


def _trials(model: ChurnEstimator, features: pl.DataFrame, rows: Columns) -> Iterator[_Trial]:
    medians: dict[str, float] = getattr(model, "typical_", {})
    names, strength = _proposed(model, features)
    usual = [typical(rows, name, medians) for name in names]
    silent = [_silent(rows, name, told.value) for name, told in zip(names, usual, strict=True)]
    strength = np.where(np.column_stack(silent), 0.0, strength)
    order = np.argsort(-strength, axis=1, kind="stable")[:, :_CANDIDATES]
    chosen = np.zeros(strength.shape, dtype=np.bool_)
    np.put_along_axis(chosen, order, values=True, axis=1)
    for name, told, tried in zip(names, usual, (chosen & (strength > 0)).T, strict=True):
        row = np.flatnonzero(tried)
        if len(row):
            known = {each: values[row] for each, values in rows.items()}
            yield _trial(name, row, Typical(told.value[row], told.own[row]), known)


def _silent(rows: Columns, feature: str, usual: Floats) -> Bools:
    """Return of whom a feature says nothing: it is unknown, as usual, or a pace of somebody who came once."""
    value = rows[feature]
    paceless = (rows["frequency"] == 0) if feature == "gap_shrunk" else np.zeros(len(value), dtype=np.bool_)
    return np.asarray(np.isnan(value) | np.isnan(usual) | (value == usual) | paceless)


def _proposed(model: ChurnEstimator, features: pl.DataFrame) -> tuple[tuple[str, ...], Floats]:
    """Return names, and (rows, names) how strongly each seems to push."""
    effects = getattr(model, "effects", None)
    if effects is None:
        return _OF_A_RULE, np.ones((features.height, len(_OF_A_RULE)))
    total = {name: np.zeros(features.height) for name in _SPEAKING}
    for name, effect in effects(features).items():
        speaker = SPOKEN_BY.get(name, name)
        if speaker in total:
            total[speaker] += effect
    return _SPEAKING, np.abs(np.column_stack(list(total.values())))


def _trial(feature: str, row: Ints, usual: Typical, rows: Columns) -> _Trial:
    whole, bare = changed(rows, feature, usual.value), {**rows, feature: usual.value}
    can = np.flatnonzero(possible(whole))
    return _Trial(
        feature,
        row[can],
        Typical(usual.value[can], usual.own[can]),
        np.column_stack([whole[name] for name in ft.NAMES])[can],
        np.column_stack([bare[name] for name in ft.NAMES])[can],
        possible(bare)[can],
    )


def _effects(
    model: ChurnEstimator, features: pl.DataFrame, known: Floats, trials: list[_Trial]
) -> tuple[list[Floats], list[Bools]]:
    """Return each trial's effects, and whether they are strong enough and do not turn round; in one call of predict."""
    parts = [(np.arange(features.height), known)]
    for trial in trials:
        can = trial.bare_possible
        parts += [(trial.row, trial.rows), (trial.row[can], trial.bare[can])]
    answers = iter(np.split(_log_odds(model, features, parts), np.cumsum([len(row) for row, _ in parts])[:-1]))
    actual = next(answers)
    effects, holds = [], []
    for trial in trials:
        effect = actual[trial.row] - next(answers)
        bare = effect.copy()
        bare[trial.bare_possible] = actual[trial.row][trial.bare_possible] - next(answers)
        effects.append(effect)
        holds.append((np.abs(effect) >= _LEAST) & (bare * effect > 0))
    return effects, holds


def _log_odds(model: ChurnEstimator, features: pl.DataFrame, parts: list[tuple[Ints, Floats]]) -> Floats:
    """Return the log-odds of churn of changed customers: which they were, and their features."""
    keys = features.select(ft.KEYS)[np.concatenate([row for row, _ in parts])]
    values = np.concatenate([rows for _, rows in parts])
    asked = keys.hstack(pl.DataFrame(np.asfortranarray(values), schema=list(ft.NAMES)))
    churn = np.clip(model.predict(asked), _EDGE, 1 - _EDGE)
    return np.asarray(np.log(churn) - np.log1p(-churn))


def _strongest(reasons: list[Reason], n: int) -> list[Reason]:
    kept: dict[str, Reason] = {}
    for reason in sorted(reasons, key=lambda each: -abs(each.effect)):
        kept.setdefault(theme(reason.feature), reason)
    return list(kept.values())[:n]
