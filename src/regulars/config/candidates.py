"""An experiment's candidates: models of ``models/``, and variants of them that only the experiment knows."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from regulars.config.models import read_model, read_models
from regulars.config.reading import complaint, read, wrong
from regulars.config.sections import Experiment, ModelSpec, Training
from regulars.errors import ConfigError, MissingError, did_you_mean


def read_experiment(folder: Path) -> Experiment:
    """Read ``experiment.toml`` in ``folder`` and check that its candidates exist and answer its task.

    Raises:
        MissingError: there is no such file or model.
        ConfigError: it is not valid; the message names the key and the line.
    """
    file = folder / "experiment.toml"
    if not file.is_file():
        raise MissingError(
            f"no experiment.toml in {folder}; name a folder such as experiments/churn-001-who-is-leaving"
        )
    experiment = read(file, Experiment)
    _check(experiment, file, file.read_text(encoding="utf-8"))
    return experiment


def specs(experiment: Experiment) -> Mapping[str, ModelSpec]:
    """Return every candidate by its name, in the order of the experiment."""
    return {name: spec_of(experiment, name) for name in experiment.models}


def spec_of(experiment: Experiment, name: str) -> ModelSpec:
    """Return a candidate; a variant is its model under a name and with parameters of its own.

    Raises:
        MissingError: there is no such model.
    """
    if name not in experiment.variants:
        return read_model(name)
    variant = experiment.variants[name]
    of = read_model(variant.of)
    changes = {
        "name": name,
        "role": "challenger",
        "summary": variant.summary or f"A variant of {variant.of}.",
        "parameters": {**of.parameters, **variant.parameters},
    }
    return of.model_copy(update=changes)


def training_of(experiment: Experiment, name: str) -> Training:
    """Return what a candidate learns from: the experiment's ``[training]``, with the changes of a variant."""
    changes = experiment.variants[name].training if name in experiment.variants else {}
    return Training.model_validate({**experiment.training.model_dump(), **changes})


def _check(experiment: Experiment, file: Path, text: str) -> None:
    for name in experiment.variants:
        _check_variant(experiment, name, file, text)
    if experiment.baseline not in experiment.models:
        raise wrong(file, text, ["baseline"], f"the baseline {experiment.baseline!r} must be among the models")
    for name in experiment.models:
        try:
            task = spec_of(experiment, name).task
        except MissingError as error:
            raise MissingError(f"{wrong(file, text, ['models'], str(error))}") from error
        if task != experiment.task:
            raise wrong(file, text, ["models"], f"{name!r} answers {task}, not {experiment.task}")


def _check_variant(experiment: Experiment, name: str, file: Path, text: str) -> None:
    """Refuse a variant that nobody asked for, of nothing, or with a horizon of its own."""
    place, variant = ["variants", name], experiment.variants[name]
    if name in (known := [spec.name for spec in read_models()]):
        raise wrong(file, text, place, f"{name!r} is a model of models/; call the variant otherwise")
    if name not in experiment.models:
        raise wrong(file, text, place, f"{name!r} is not among the models{did_you_mean(name, experiment.models)}")
    if variant.of not in known:
        raise wrong(file, text, [*place, "of"], f"no model {variant.of!r}{did_you_mean(variant.of, known)}")
    if "horizon_days" in variant.training:
        raise wrong(file, text, [*place, "training", "horizon_days"], "all candidates answer for the same horizon")
    try:
        training_of(experiment, name)
    except ValidationError as error:
        raise complaint(file, text, Training, error.errors()[0], [*place, "training"]) from error
    try:
        spec_of(experiment, name).build(experiment.training.horizon_days, 0)
    except ConfigError as error:
        raise wrong(file, text, [*place, "parameters"], str(error)) from error
