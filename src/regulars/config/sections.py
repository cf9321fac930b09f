"""What experiment.toml and model.toml may say; a misspelt key is an error."""

from typing import Any, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from regulars import splits
from regulars.artefact import Task
from regulars.errors import ConfigError, did_you_mean
from regulars.estimators import registry
from regulars.manifest import Section

Role = Literal["default", "fallback", "last_resort"]
"""What ``regulars train`` tries, in this order."""


class ModelSpec(Section):
    """A configured model: ``models/<name>/model.toml``."""

    name: str
    """Name of its folder."""
    task: Task
    """The question it answers."""
    kind: str
    """Class name of its estimator."""
    role: Role | Literal["challenger"] = "challenger"
    """``default`` is what ``regulars train`` fits, ``fallback`` what it takes where the history is too thin, and
    ``last_resort`` what it takes where it is too thin for that as well."""
    fewest_customers: NonNegativeInt = 0
    """Customers below which ``regulars train`` passes the model over."""
    summary: str
    """One line for people."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Fields of the estimator that differ from its own defaults."""

    def build(self, horizon_days: int, seed: int) -> Any:
        """Return an unfitted estimator for the horizon, with the seed where it has one.

        Raises:
            ConfigError: a parameter is not a field of the estimator.
        """
        given = dict(self.parameters)
        fields = registry.kind(self.kind).__dataclass_fields__
        for name, value in (("horizon_days", horizon_days), ("seed", seed)):
            if name in fields:
                given.setdefault(name, value)
        for name in given:
            if name not in fields or name.endswith("_"):
                raise ConfigError(f"models/{self.name}: {self.kind} has no {name!r}{did_you_mean(name, fields)}")
        return registry.kind(self.kind)(**given)

    @property
    def seeded(self) -> bool:
        """Whether a seed changes what it learns."""
        return "seed" in registry.kind(self.kind).__dataclass_fields__


class Training(Section):
    """Which snapshots a model learns from."""

    horizon_days: PositiveInt = 90
    """Length of the label window [as_of, as_of + horizon)."""
    step_days: PositiveInt = 20
    """Days between train snapshots; no multiple of 7, so that they meet every weekday."""
    n_snapshots: PositiveInt = 10
    """Most train snapshots of either kind (complete, censored)."""
    n_seasonal: NonNegativeInt = 5
    """Most train snapshots around the day a year before, where the history reaches back."""
    min_history_days: PositiveInt = 14
    """Days of data before the first train snapshot."""

    @property
    def plan(self) -> splits.Plan:
        """The train snapshots as the splits take them."""
        return splits.Plan(**self.model_dump())


class Protocol(Section):
    """How an experiment judges."""

    n_tests: PositiveInt = 3
    """Test snapshots; the last window ends with the data."""
    test_step_days: PositiveInt = 30
    """Days between test snapshots."""
    seeds: tuple[int, ...] = Field((0, 1, 2, 3, 4), min_length=1)
    """Each seeded model is trained with each of them; seedless ones once."""
    n_resamples: PositiveInt = 1000
    """Bootstrap resamples of the customers behind every interval."""


class Variant(Section):
    """A candidate that differs from a model of ``models/`` in what is asked about; only its experiment knows it."""

    of: str
    """The model that it varies."""
    summary: str = ""
    """One line for people."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Fields of the estimator that differ from the model's."""
    training: dict[str, Any] = Field(default_factory=dict)
    """What it learns from, where that differs from the experiment's ``[training]``; never ``horizon_days``."""


class Experiment(Section):
    """A question to the data: ``experiments/<name>/experiment.toml``."""

    name: str
    """Name of its folder."""
    task: Task
    """What is judged."""
    question: str
    """What the experiment answers, as a sentence."""
    shop: str = "complete-journey"
    """Which shop is asked: the preset (``regulars presets``) that its ledger was read with."""
    metric: str
    """The metric that decides."""
    baseline: str
    """The model that must be beaten."""
    models: tuple[str, ...]
    """The candidates from simple to complex, the baseline among them: models of ``models/``, and variants."""
    variants: dict[str, Variant] = Field(default_factory=dict)
    """Candidates that differ from a model in parameters or training, by name."""
    training: Training = Training()
    """What they learn from."""
    protocol: Protocol = Protocol()
    """How they are judged."""
