"""What one fitted model scored on one exam."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt


@dataclass(frozen=True)
class Cost:
    """What a fit took on this machine, beside whatever else it was doing; no result, so never in a report."""

    fit_seconds: float
    """To learn."""
    answer_seconds: float
    """To answer the whole exam and be held against the truth."""
    model_mb: float
    """Size of the fitted model on disk."""


@dataclass(frozen=True)
class Verdict:
    """What one fitted model scored on one exam."""

    model: str
    as_of: dt.date
    seed: int
    metrics: Mapping[str, float]
    values: Mapping[str, npt.NDArray[Any]]
    """A row of the exam each: what the key metrics and the pictures are made of."""
    answer: Any = None
    """The survival curves (timing), for pictures."""
    importance: Mapping[str, float] = field(default_factory=dict)
    """Each input's share of what the trees gained; empty for a model without trees."""
    cost: Cost | None = None
    """What it took, where that was measured."""
