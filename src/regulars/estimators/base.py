"""What an estimator is: a dataclass of parameters with two verbs; what it learned ends in ``_``.

Every estimator can also ``save`` what it learned into a folder and ``load`` it back, as JSON, LightGBM
text, ``.npz``, ``.npy`` or Parquet, so that reading a model never runs code.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from regulars.errors import DataError, NotFittedError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


Source = Literal["model", "baseline"]
"""``model`` for what learns from features, ``baseline`` for a rule."""
Labels = Literal["complete", "censored"]
"""Whether an estimator needs windows that are over, or also learns from those that are not."""


class Estimator(Protocol):
    """What every estimator offers beside its verbs."""

    source: ClassVar[Source]
    learns_from: ClassVar[Labels]

    def fit(self, features: pl.DataFrame, duration: Ints, observed: Bools) -> Self:
        """Learn from a feature table and, row by row, the days to the next purchase (or watched without one)."""

    def save(self, folder: Path) -> None:
        """Write parameters and learned state into an existing folder."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote; the result answers the same."""


class ChurnEstimator(Estimator, Protocol):
    """Says how likely each customer makes no purchase in the horizon."""

    def predict(self, features: pl.DataFrame) -> Floats:
        """Return P(no purchase in the horizon) per row, in [0, 1]; higher is more at risk."""


class TimingEstimator(Estimator, Protocol):
    """Says when each customer will be back."""

    horizon_days: int

    def survival(self, features: pl.DataFrame) -> Floats:
        """Return (rows, horizon_days); column t - 1 is S(t) = P(no purchase in [as_of, as_of + t days))."""


def check(features: pl.DataFrame, duration: Ints, observed: Bools) -> Bools:
    """Return ``churned``, the complement of ``observed``, after checking that there is something to learn from.

    Raises:
        DataError: there are no rows, or features and labels differ in length.
    """
    if features.height == 0:
        raise DataError(
            "no train customers: the history before as_of is too short; use a later --as-of or a shorter --horizon"
        )
    if not features.height == len(duration) == len(observed):
        raise DataError(f"{features.height} rows of features but {len(duration)} durations and {len(observed)} flags")
    return ~observed


def write_state(folder: Path, estimator: Any, learned: dict[str, Any]) -> None:
    """Write an estimator's parameters and small learned state as ``state.json``."""
    kept = {
        item.name: getattr(estimator, item.name)
        for item in dataclasses.fields(estimator)
        if not item.name.endswith("_")
    }
    text = json.dumps({"parameters": kept, "learned": learned}, indent=1, sort_keys=True, allow_nan=False)
    (folder / "state.json").write_text(text + "\n", encoding="utf-8")


def read_state(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parameters and the learned state that :func:`write_state` wrote."""
    state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    return state["parameters"], state["learned"]


class KeptAsText:
    """``save`` and ``load`` of an estimator whose learned state, the fields that end in ``_``, is plain JSON."""

    def save(self, folder: Path) -> None:
        """Write parameters and learned state into ``folder``."""
        write_state(folder, self, {name: fitted(getattr(self, name), type(self).__name__) for name in _learned(self)})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        parameters, learned = read_state(folder)
        estimator = cls(**parameters)
        for name in _learned(cls):
            setattr(estimator, name, learned[name])
        return estimator


def _learned(estimator: Any) -> list[str]:
    return [item.name for item in dataclasses.fields(estimator) if item.name.endswith("_")]


def fitted(value: Any, name: str) -> Any:
    """Return ``value`` unless it is None.

    Raises:
        NotFittedError: it is.
    """
    if value is None:
        raise NotFittedError(f"{name} has not been fitted; call fit first")
    return value
