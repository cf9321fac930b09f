"""The one way in which gradient boosting is trained, asked, saved and read here."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.errors import DataError, MissingError

try:
    import lightgbm as lgb
except OSError as error:  # the wheel links against OpenMP, which slim images lack
    raise MissingError(
        f"LightGBM needs the system library libgomp1; install it, e.g. with: apt-get install libgomp1 ({error})"
    ) from error

Booster = lgb.Booster

_FIXED: dict[str, Any] = {"deterministic": True, "force_row_wise": True, "verbosity": -1, "max_bin": 63}
"""Same rows, parameters and seed give the same trees; row-wise histograms are the faster half of that."""

_PATIENCE = 20
"""Trees without gain after which there will be none."""
_FEWEST = 20
"""Rows of either outcome that must be held out to tell a gain."""


def train(
    rows: npt.NDArray[Any],
    target: npt.NDArray[Any],
    names: Sequence[str],
    parameters: Mapping[str, Any],
    rounds: int,
    seed: int,
    **extra: Any,
) -> lgb.Booster:
    """Return a booster of ``rounds`` trees.

    Args:
        rows: (n, len(names)); NaN is "not known".
        target: (n,).
        names: the columns, kept in the booster.
        parameters: LightGBM parameters; determinism and silence are added.
        rounds: number of trees.
        seed: of every random choice.
        extra: passed to ``lgb.Dataset``: weight, group, init_score.
    """
    data = lgb.Dataset(rows, label=target, feature_name=list(names), free_raw_data=True, **extra)
    return lgb.train({**_FIXED, **parameters, "seed": seed}, data, num_boost_round=rounds)


def train_until_level(
    rows: npt.NDArray[Any],
    target: npt.NDArray[Any],
    names: Sequence[str],
    parameters: Mapping[str, Any],
    most_rounds: int,
    seed: int,
    held_out: npt.NDArray[np.bool_],
) -> lgb.Booster:
    """Return a booster of as many trees as customers who are held out still gain from.

    How many is found without the rows of ``held_out``; then all rows are learned from, with a tenth more trees
    for the rows that came back. A small shop gets few trees and a large one many.

    Args:
        rows: as :func:`train` takes them, and so the next three and the seed.
        target: 0 or 1 each.
        names: the columns.
        parameters: LightGBM's.
        most_rounds: trees at most; a quarter of them where too little is held out to tell.
        seed: of every random choice.
        held_out: (n,) rows of other customers than the rest.
    """
    enough = min(target[held_out].sum(), (1 - target[held_out]).sum(), target[~held_out].sum()) >= _FEWEST
    if not enough:
        return train(rows, target, names, parameters, max(1, most_rounds // 4), seed)
    gained = _rounds_with_gain(rows, target, {**_FIXED, **parameters, "seed": seed}, most_rounds, held_out)
    return train(rows, target, names, parameters, min(most_rounds, math.ceil(1.1 * gained)), seed)


def _rounds_with_gain(
    rows: npt.NDArray[Any],
    target: npt.NDArray[Any],
    parameters: Mapping[str, Any],
    most_rounds: int,
    held_out: npt.NDArray[np.bool_],
) -> int:
    """Return the number of trees after which the rows of ``held_out`` gain no more."""
    learn = lgb.Dataset(rows[~held_out], label=target[~held_out])
    watch = lgb.Dataset(rows[held_out], label=target[held_out], reference=learn)
    patience = lgb.early_stopping(_PATIENCE, verbose=False)
    found = lgb.train(dict(parameters), learn, num_boost_round=most_rounds, valid_sets=[watch], callbacks=[patience])
    return int(found.best_iteration)


def predict(booster: lgb.Booster, rows: npt.NDArray[Any], threads: int = 1) -> npt.NDArray[np.float64]:
    """Return the booster's answer per row, in the objective's own scale (probabilities for ``binary``)."""
    return np.asarray(booster.predict(rows, num_threads=threads), dtype=np.float64)


def contributions(booster: lgb.Booster, rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return (n, n_features + 1) additive SHAP contributions on the raw scale; the last is the base value."""
    return np.asarray(booster.predict(rows, pred_contrib=True, num_threads=1), dtype=np.float64)


def importance(boosters: Sequence[lgb.Booster]) -> dict[str, float]:
    """Return each column's share of the gain that all splits of all boosters made; the shares sum to 1 or are all 0."""
    gain = np.sum([booster.feature_importance("gain") for booster in boosters], axis=0, dtype=np.float64)
    shares = gain / max(gain.sum(), np.finfo(np.float64).tiny)
    return dict(zip(boosters[0].feature_name(), shares.tolist(), strict=True))


def save(booster: lgb.Booster, path: Path) -> None:
    """Write the booster as LightGBM text."""
    path.write_text(booster.model_to_string(), encoding="utf-8")


def load(path: Path, names: Sequence[str]) -> lgb.Booster:
    """Read a booster and check that it expects exactly the columns ``names``.

    Raises:
        DataError: it was trained on other columns.
    """
    booster = lgb.Booster(model_str=path.read_text(encoding="utf-8"))
    got = booster.feature_name()
    if got != list(names):
        gone, new = sorted(set(got) - set(names)), sorted(set(names) - set(got))
        raise DataError(
            f"{path.name} was trained on other features (only there: {gone}, only here: {new}); train again"
        )
    return booster
