"""What one fitted model scored on one exam."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt


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
