"""search.toml as a frozen, validated object: what is searched, how it is judged, and for how long."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, ValidationError, model_validator

from regulars import config, judging
from regulars.config import ModelSpec, Training
from regulars.errors import ConfigError, MissingError, did_you_mean
from regulars.estimators import registry
from regulars.manifest import Section

GIVEN = ("horizon_days", "seed", "threads", "predict_threads")
"""Fields of estimators that are given, not searched."""

Value = bool | int | float | str


class Dimension(Section):
    """What one parameter may be: a range (``low`` to ``high``) or one of ``choices``."""

    low: int | float | None = None
    """Smallest value."""
    high: int | float | None = None
    """Largest value, which counts."""
    log: bool = False
    """Whether ratios matter more than differences: 0.01 to 0.1 is as far as 0.1 to 1."""
    choices: tuple[Value, ...] = ()
    """The values to choose from, instead of a range."""

    @model_validator(mode="after")
    def _one_kind(self) -> "Dimension":
        if self.choices:
            if self.low is not None or self.high is not None or self.log:
                raise ValueError("give choices or a range, not both")
        elif self.low is None or self.high is None:
            raise ValueError("give low and high, or choices")
        elif self.low >= self.high:
            raise ValueError(f"low ({self.low}) must be below high ({self.high})")
        elif self.log and self.low <= 0:
            raise ValueError(f"with log = true, low must be above 0, not {self.low}")
        return self

    def holds(self, value: Any) -> bool:
        """Whether ``value`` lies in the range, or is among the choices."""
        if self.low is None or self.high is None:
            return value in self.choices
        return isinstance(value, int | float) and self.low <= value <= self.high


class Budget(Section):
    """When a search ends: at whichever comes first."""

    trials: PositiveInt = 40
    """Trials in all, those of earlier calls and those cut short among them."""
    minutes: PositiveFloat = 60.0
    """Minutes of one call; the trial that runs then is still finished."""


class Validation(Section):
    """Which windows parameters are judged on; all end before the first test snapshot."""

    n_snapshots: PositiveInt = 3
    """Rolling validation snapshots."""
    step_days: PositiveInt = 20
    """Days between them."""
    seeds: tuple[NonNegativeInt, ...] = Field((0, 1), min_length=1)
    """Each seeded model is trained with each of them."""


class Search(Section):
    """How a model's parameters are searched: ``models/<name>/search.toml``."""

    name: str
    """Name of its folder: the model."""
    metric: str
    """The metric that decides; which way it points is known."""
    space: dict[str, Dimension] = Field(min_length=1)
    """Parameter -> what it may be; the other parameters stay as they are."""
    seed: NonNegativeInt = 0
    """Of the order in which parameters are tried."""
    budget: Budget = Budget()
    """How long it may take."""
    validation: Validation = Validation()
    """What the parameters are judged on."""
    training: Training = Training()
    """What the models learn from."""


def read(spec: ModelSpec) -> Search:
    """Read ``models/<name>/search.toml`` and check it against the model.

    Raises:
        MissingError: the model has none.
        ConfigError: it is not valid, or names no parameter of the model.
    """
    file = config.models_folder() / spec.name / "search.toml"
    if not file.is_file():
        known = sorted(path.parent.name for path in config.models_folder().glob("*/search.toml"))
        raise MissingError(
            f"{spec.name} has no search.toml; write one, or search one of {', '.join(known) or 'none yet'}"
        )
    search = _parse(file)
    try:
        judging.check_metric(search.metric, spec.task, config.Training().horizon_days)
        _check_space(spec, search)
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from error
    return search


def present(spec: ModelSpec, search: Search) -> dict[str, Value]:
    """Return the values that the searched parameters have now: those of model.toml, or the estimator's own."""
    built = spec.build(search.training.horizon_days, 0)
    found = {name: getattr(built, name) for name in search.space}
    fields = built.__dataclass_fields__
    return {name: float(value) if fields[name].type is float else value for name, value in found.items()}


def _check_space(spec: ModelSpec, search: Search) -> None:
    fields = {
        name: field
        for name, field in registry.kind(spec.kind).__dataclass_fields__.items()
        if field.init and not name.endswith("_")
    }
    for name in search.space:
        if name in GIVEN:
            raise ConfigError(f"space.{name}: {name} is given, not searched; leave it out")
        if name not in fields:
            raise ConfigError(f"space.{name}: {spec.kind} has no {name!r}{did_you_mean(name, fields)}")
    for name, value in present(spec, search).items():
        dimension = search.space[name]
        if fields[name].type is int and isinstance(dimension.low, float):
            raise ConfigError(f"space.{name}: {name} is a whole number; write low and high without a point")
        if not dimension.holds(value):
            raise ConfigError(f"space.{name}: its present value {value!r} is not among what it may be; widen the space")


def _parse(file: Path) -> Search:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        return Search.model_validate({"name": file.parent.name, **content})
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {error}") from error
    except ValidationError as error:
        unknowns = (each for each in error.errors() if each["type"] == "extra_forbidden")
        first = next(unknowns, error.errors()[0])
        place = [str(part) for part in first["loc"]]
        unknown = first["type"] == "extra_forbidden"
        hint = did_you_mean(place[-1], _keys(place)) if unknown else ""
        said = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{file}: {'.'.join(place)}: {said}{hint}") from error


def _keys(place: list[str]) -> list[str]:
    """Return the keys that the section around the last part of ``place`` knows."""
    sections: dict[str, type[Section]] = {
        "space": Dimension, "budget": Budget, "validation": Validation, "training": Training,
    }  # fmt: skip
    return list((sections[place[0]] if len(place) > 1 else Search).model_fields)
