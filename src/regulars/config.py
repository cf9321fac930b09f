"""experiment.toml and model.toml as frozen, validated objects; a misspelt key is an error."""

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, NonNegativeInt, PositiveInt, ValidationError

from regulars import splits
from regulars.artefact import Task
from regulars.errors import ConfigError, MissingError, did_you_mean
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
    """The candidates, the baseline among them."""
    training: Training = Training()
    """What they learn from."""
    protocol: Protocol = Protocol()
    """How they are judged."""


Kind = TypeVar("Kind", bound=Section)


def models_folder() -> Path:
    """Return the folder of the models: ``REGULARS_MODELS``, or ``models/`` of this checkout."""
    return Path(os.environ.get("REGULARS_MODELS") or Path(__file__).parents[2] / "models")


def read_model(name: str) -> ModelSpec:
    """Read ``models/<name>/model.toml``.

    Raises:
        MissingError: there is no such model.
        ConfigError: it is not valid.
    """
    file = models_folder() / name / "model.toml"
    if not file.is_file():
        known = [spec.name for spec in read_models()]
        raise MissingError(f"no model {name!r}{did_you_mean(name, known)}; there are {', '.join(known)}")
    return _read(file, ModelSpec)


def read_models() -> list[ModelSpec]:
    """Read every model, by name."""
    return [_read(file, ModelSpec) for file in sorted(models_folder().glob("*/model.toml"))]


def model_for(task: Task, role: Literal["default", "fallback"]) -> ModelSpec:
    """Return the model that ``regulars train`` fits (``default``) or falls back to.

    Raises:
        ConfigError: not exactly one model has that role.
    """
    found = [spec for spec in read_models() if spec.task == task and spec.role == role]
    if len(found) != 1:
        raise ConfigError(f"exactly one model of task {task} must have role = {role!r}, but {len(found)} have")
    return found[0]


def ladder(task: Task) -> list[ModelSpec]:
    """Return what ``regulars train`` tries for ``task``, in order: default, fallback and, if there is one, last resort.

    Raises:
        ConfigError: not exactly one model is the default, or the fallback.
    """
    last = [spec for spec in read_models() if spec.task == task and spec.role == "last_resort"]
    return [model_for(task, "default"), model_for(task, "fallback"), *last]


def read_experiment(folder: Path) -> Experiment:
    """Read ``experiment.toml`` in ``folder`` and check that its models exist and answer its task.

    Raises:
        MissingError: there is no such file or model.
        ConfigError: it is not valid.
    """
    file = folder / "experiment.toml"
    if not file.is_file():
        raise MissingError(
            f"no experiment.toml in {folder}; name a folder such as experiments/churn-001-who-is-leaving"
        )
    experiment = _read(file, Experiment)
    if experiment.baseline not in experiment.models:
        raise ConfigError(f"{file}: the baseline {experiment.baseline!r} must be among the models")
    for name in experiment.models:
        if (task := read_model(name).task) != experiment.task:
            raise ConfigError(f"{file}: {name!r} answers {task}, not {experiment.task}")
    return experiment


def _read(file: Path, kind: type[Kind]) -> Kind:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        return kind.model_validate({"name": file.parent.name, **content})
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        unknown = first["type"] == "extra_forbidden"
        hint = did_you_mean(str(first["loc"][-1]), _keys(kind, first["loc"])) if unknown else ""
        raise ConfigError(f"{file}: {key}: {first['msg']}{hint}") from error


def _keys(kind: Any, place: tuple[int | str, ...]) -> Iterable[str]:
    """Return the keys that the section around ``place`` knows."""
    for part in place[:-1]:
        kind = kind.model_fields[part].annotation
    return list(kind.model_fields)
