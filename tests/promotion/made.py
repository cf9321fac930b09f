"""A churn model that knows the truth, less or more of it, and for one slice of the customers nothing."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl

from regulars import config, labels
from regulars.estimators.base import Bools, Floats, Ints, check, read_state, write_state
from regulars.ledger import Ledger
from regulars.windows import Snapshot

HORIZON = 30
MODEL = """
task = "churn"
kind = "Planted"
summary = "Planted by a test."
[parameters]
{parameters}
"""
METRICS = {"churn": "auc", "spend": "spearman", "timing": "crps"}
ASKED = """
task = "{task}"
question = "Which of them?"
metric = "{metric}"
baseline = "{baseline}"
models = [{models}]
[training]
horizon_days = 30
n_snapshots = 2
n_seasonal = 0
[protocol]
n_tests = 3
test_step_days = 30
seeds = [0]
n_resamples = 60
"""


@dataclass
class Planted:
    """Answers with the truth, blurred; customers of the blind slice get the same answer but for noise."""

    skill: float = 0.5
    """0: nothing but noise; 1: the truth."""
    blind: bool = False
    """Whether customers with 2-4 purchases are told nothing."""
    too_sure: bool = False
    """Whether all probabilities are drawn towards 0, which leaves their order as it is."""
    seed: int = 0

    source: ClassVar[str] = "model"
    learns_from: ClassVar[str] = "complete"
    truth: ClassVar[Mapping[dt.date, dict[str, bool]]] = {}
    """Who churned, by snapshot."""

    def fit(self, features: pl.DataFrame, duration: Ints, observed: Bools) -> Self:
        """Learn nothing: the truth is known."""
        check(features, duration, observed)
        return self

    def predict(self, features: pl.DataFrame) -> Floats:
        """Return P(no purchase in the horizon)."""
        rows = features.select("customer_id", "as_of", "frequency").rows()
        fallible = np.array([self._one(*row) for row in rows])
        return fallible**3 * 0.3 if self.too_sure else fallible

    def _one(self, customer: str, as_of: dt.date, frequency: int) -> float:
        number = int(customer[1:]) if customer[1:].isdigit() else 0  # Anna, of the example that goes with a model
        noise = np.random.default_rng([self.seed, number, as_of.toordinal()]).uniform()
        if self.blind and 1 <= frequency < 4:
            return 0.7 + 0.01 * noise
        churned = self.truth.get(as_of, {}).get(customer, False)
        told = 1.0 if churned else 0.0
        return float(np.clip(self.skill * told + (1.0 - self.skill) * noise, 0.0, 1.0))

    def save(self, folder: Path) -> None:
        """Write the parameters."""
        write_state(folder, self, {})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what save wrote."""
        return cls(**read_state(folder)[0])


def know(ledger: Ledger, as_ofs: list[dt.date]) -> dict[dt.date, dict[str, bool]]:
    """Return who churned as of each day."""
    lines = ledger.transactions().collect().lazy()
    told: dict[dt.date, dict[str, bool]] = {}
    for as_of in as_ofs:
        rows = labels.next_purchase(lines, [Snapshot(as_of, HORIZON)])
        told[as_of] = dict(zip(rows["customer_id"], ~rows["observed"], strict=True))
    return told


def plant(name: str, **parameters: Any) -> None:
    """Write a model of models/."""
    known = {field.name for field in dataclasses.fields(Planted)}
    assert set(parameters) <= known
    folder = config.models_folder() / name
    folder.mkdir(exist_ok=True, parents=True)
    text = "\n".join(f"{key} = {str(value).lower()}" for key, value in parameters.items())
    (folder / "model.toml").write_text(MODEL.format(parameters=text), encoding="utf-8")


def asked(folder: Path, name: str, *models: str, task: str = "churn", text: str = "") -> Path:
    """Write an experiment whose first candidate is the baseline, and return its folder; ``text`` comes last."""
    made = folder / name
    made.mkdir()
    listed = ", ".join(f'"{model}"' for model in models)
    keys = ASKED.format(task=task, metric=METRICS[task], baseline=models[0], models=listed)
    (made / "experiment.toml").write_text(keys + text, encoding="utf-8")
    return made


def entry(
    value: float, low: float | None, high: float | None, won: int = 3, **slices: tuple[float, float, float]
) -> Any:
    """Return an entry of a report's pairs over three snapshots."""
    sure = low is not None and low > 0.0
    return {
        "metric": "auc", "better_by": value, "low": low, "high": high, "snapshots_won": won, "snapshots": 3,
        "beyond_doubt": sure and won >= 2, "behind": high is not None and high < 0.0,
        "slices": {
            label: {"better_by": mean, "low": least, "high": most, "behind": most < 0.0, "counts": True}
            for label, (mean, least, most) in slices.items()
        },
    }  # fmt: skip
