"""The models of ``models/``: what can be fitted, and which of them is tried first."""

import os
from pathlib import Path
from typing import Literal

from regulars.artefact import Task
from regulars.config.reading import read
from regulars.config.sections import ModelSpec
from regulars.errors import ConfigError, MissingError, did_you_mean


def models_folder() -> Path:
    """Return the folder of the models: ``REGULARS_MODELS``, or ``models/`` of this checkout."""
    return Path(os.environ.get("REGULARS_MODELS") or Path(__file__).parents[3] / "models")


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
    return read(file, ModelSpec)


def read_models() -> list[ModelSpec]:
    """Read every model, by name."""
    return [read(file, ModelSpec) for file in sorted(models_folder().glob("*/model.toml"))]


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
