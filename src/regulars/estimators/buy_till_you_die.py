"""Churn and timing from frequency, recency and tenure alone, by a buy-till-you-die model."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, Self

import numpy as np
import polars as pl

from regulars.errors import ConfigError, did_you_mean
from regulars.estimators import btyd
from regulars.estimators.base import (
    Bools,
    Floats,
    Ints,
    Labels,
    Source,
    check,
    fitted,
    read_state,
    write_state,
)

Name = Literal["pareto_nbd", "bg_nbd", "mbg_nbd"]
"""Names of the models."""
Model = btyd.ParetoNBD | btyd.BGNBD | btyd.MBGNBD

_MODELS: dict[str, type[Model]] = {"pareto_nbd": btyd.ParetoNBD, "bg_nbd": btyd.BGNBD, "mbg_nbd": btyd.MBGNBD}


@dataclass
class BTYDCurve:
    """The customer's own pace and the risk that they have left, from three numbers of the history.

    The model needs no labels: it is fitted on the histories of all customers at the latest ``as_of`` among the
    train rows. What happened after earlier snapshots is part of them.

    References: Schmittlein, Morrison & Colombo (1987); Fader, Hardie & Lee (2005); Batislam et al. (2007).

    Raises:
        ConfigError: no model has this name.
    """

    horizon_days: int = 90
    """Length of the curve."""
    model: Name = "pareto_nbd"
    """Whether customers leave at any time (pareto_nbd), after a repeat purchase (bg_nbd) or after any (mbg_nbd)."""
    model_: Model | None = field(default=None, init=False, repr=False)
    typical_: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    """The median recency and frequency of the customers it was fitted on."""

    source: ClassVar[Source] = "baseline"
    learns_from: ClassVar[Labels] = "censored"

    def __post_init__(self) -> None:
        if self.model not in _MODELS:
            hint = did_you_mean(self.model, _MODELS)
            raise ConfigError(f"no buy-till-you-die model is called {self.model!r}{hint}; use {', '.join(_MODELS)}")

    def fit(self, features: pl.DataFrame, duration: Ints, observed: Bools) -> Self:
        """Fit the model on the rows of the latest ``as_of`` (the durations are not needed).

        Raises:
            DataError: there are no rows, or no customer bought on a second day.
        """
        check(features, duration, observed)
        latest = features.filter(pl.col("as_of") == pl.col("as_of").max())
        known = btyd.Customers.of(latest)
        self.model_ = _MODELS[self.model].fit(known)
        self.typical_ = {"recency": float(np.median(known.recency)), "frequency": float(np.median(known.frequency))}
        return self

    def survival(self, features: pl.DataFrame) -> Floats:
        """Return (rows, horizon_days); column t - 1 is S(t), never rising, in [0, 1]."""
        model: Model = fitted(self.model_, type(self).__name__)
        customers, _, place = btyd.Customers.of(features).distinct()
        return np.asarray(model.survival(customers, self.horizon_days)[place], dtype=np.float64)

    def save(self, folder: Path) -> None:
        """Write the settings and the model's four parameters into ``folder``."""
        learned = asdict(fitted(self.model_, type(self).__name__))
        write_state(folder, self, {"model": learned, "typical": self.typical_})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote."""
        parameters, learned = read_state(folder)
        curve = cls(**parameters)
        curve.model_, curve.typical_ = _MODELS[curve.model](**learned["model"]), learned["typical"]
        return curve


@dataclass
class BTYDChurn(BTYDCurve):
    """The end of the curve: S(horizon) is the probability of no purchase in the horizon.

    It is not the complement of ``p_alive``: who is alive may still stay away for the whole horizon.
    """

    def predict(self, features: pl.DataFrame) -> Floats:
        """Return P(no purchase in the horizon) per row."""
        return np.asarray(self.survival(features)[:, -1], dtype=np.float64)
