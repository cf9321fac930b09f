"""experiment.toml and model.toml as frozen, validated objects.

``sections``    what the files may say
``reading``     from a file to an object, or to an error that names the key and the line
``models``      the models of ``models/``, and which of them is tried first
``candidates``  an experiment's candidates: models, and variants of them
"""

from regulars.config.candidates import read_experiment, spec_of, specs, training_of
from regulars.config.models import ladder, model_for, models_folder, read_model, read_models
from regulars.config.sections import Experiment, ModelSpec, Protocol, Role, Training, Variant

__all__ = [
    "Experiment",
    "ModelSpec",
    "Protocol",
    "Role",
    "Training",
    "Variant",
    "ladder",
    "model_for",
    "models_folder",
    "read_experiment",
    "read_model",
    "read_models",
    "spec_of",
    "specs",
    "training_of",
]
