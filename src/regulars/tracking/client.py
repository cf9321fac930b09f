"""MLflow, pointed at the home and kept quiet."""

import logging
import os
import warnings
from pathlib import Path

from regulars import home as homes
from regulars.home import Home

homes.quiet()  # before the import: MLflow reads its telemetry switch when it is loaded

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # deprecations inside MLflow's own imports are not the reader's business
    import mlflow
    from mlflow import MlflowClient
    from mlflow.pyfunc.model import PythonModel

for _noisy in ("mlflow", "alembic"):
    logging.getLogger(_noisy).setLevel(logging.ERROR)

_ADDRESSES = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")


def connect(home: Home) -> MlflowClient:
    """Return a client of the home's tracking store, which also becomes MLflow's default."""
    uri, users = home.prepare().tracking_uri, {name: os.environ.get(name) for name in _ADDRESSES}
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    for name, value in users.items():  # MLflow exports its address; the next home would take it for the user's
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    return MlflowClient(uri, uri)


def experiment_id(client: MlflowClient, home: Home, name: str) -> str:
    """Return the id of the MLflow experiment ``name``, which is made with its artefacts in the home."""
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    where = Path(home.artifacts / name).as_uri()
    return str(client.create_experiment(name, where, tags={"mlflow.experimentKind": "custom_model_development"}))


__all__ = ["MlflowClient", "PythonModel", "connect", "experiment_id", "mlflow"]
