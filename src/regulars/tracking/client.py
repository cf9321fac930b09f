"""MLflow, pointed at the home, kept quiet, and patient where others use the same database."""

import contextlib
import logging
import os
import sqlite3
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import sqlalchemy
import tenacity
from filelock import FileLock

from regulars import home as homes
from regulars.errors import MissingError
from regulars.home import Home

homes.quiet()  # before the import: MLflow reads its telemetry switch when it is loaded

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # deprecations inside MLflow's own imports are not the reader's business
    import mlflow
    from mlflow import MlflowClient
    from mlflow.pyfunc.model import PythonModel

for _noisy in ("mlflow", "alembic"):
    logging.getLogger(_noisy).setLevel(logging.ERROR)
logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # a busy database is tried again

_ADDRESSES = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
_BUSY = ("TEMPORARILY_UNAVAILABLE", "database is locked", "deadlock detected", "could not serialize")
"""What MLflow says of a call that came to nothing because of somebody else's, and may be made again."""

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def _busy(error: BaseException) -> bool:
    """Return whether the database was busy; a call that fails so was rolled back."""
    if not isinstance(error, mlflow.exceptions.MlflowException):
        return False
    return any(word in f"{error.error_code} {error.message}" for word in _BUSY)


def patiently(call: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Return ``call`` so that it is made again, a minute long, while the database is busy."""
    again = tenacity.retry(
        retry=tenacity.retry_if_exception(_busy),
        wait=tenacity.wait_random_exponential(multiplier=0.05, max=5),
        stop=tenacity.stop_after_delay(60),
        reraise=True,
    )
    return again(call)


class PatientClient(MlflowClient):
    """MLflow's client, whose calls wait for others that use the database as well."""

    create_experiment = patiently(MlflowClient.create_experiment)
    get_experiment_by_name = patiently(MlflowClient.get_experiment_by_name)
    create_run = patiently(MlflowClient.create_run)
    get_run = patiently(MlflowClient.get_run)
    search_runs = patiently(MlflowClient.search_runs)
    log_batch = patiently(MlflowClient.log_batch)
    log_inputs = patiently(MlflowClient.log_inputs)
    set_tag = patiently(MlflowClient.set_tag)
    set_terminated = patiently(MlflowClient.set_terminated)


def connect(home: Home) -> PatientClient:
    """Return a client of the home's tracking store, which also becomes MLflow's default.

    The first of several processes that begin at once sets the database up, and the others wait for it.

    Raises:
        MissingError: the database does not answer, or its driver is not installed.
    """
    uri, users = home.prepare().tracking_uri, {name: os.environ.get(name) for name in _ADDRESSES}
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    for name, value in users.items():  # MLflow exports its address; the next home would take it for the user's
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    with FileLock(home.root / "mlflow.lock"):
        if home.keeps_runs:
            _share(home.mlflow_db)
        return _opened(uri)


@tenacity.retry(
    retry=tenacity.retry_if_exception_type((sqlalchemy.exc.ProgrammingError, sqlalchemy.exc.IntegrityError)),
    wait=tenacity.wait_random_exponential(multiplier=0.2, max=5),
    stop=tenacity.stop_after_delay(60),
    reraise=True,
)  # another home sets the same database up; MLflow looks for its tables before it makes them, without a lock
def _opened(uri: str) -> PatientClient:
    try:
        return PatientClient(uri, uri)
    except ModuleNotFoundError as error:
        raise MissingError(f"{error}; install the driver of the database: pip install 'regulars[postgres]'") from error
    except sqlalchemy.exc.OperationalError as error:
        where = sqlalchemy.make_url(uri).render_as_string(hide_password=True)
        raise MissingError(f"no tracking database answers at {where}; start it, or mend MLFLOW_TRACKING_URI") from error


def _share(database: Path) -> None:
    """Let SQLite's readers and its one writer work side by side; the file remembers it."""
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def experiment_id(client: MlflowClient, home: Home, name: str) -> str:
    """Return the id of the MLflow experiment ``name``, which is made where there is none."""
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    where = f"{home.artifacts_uri}/{name}" if home.artifacts_uri else None
    try:
        return str(client.create_experiment(name, where, tags={"mlflow.experimentKind": "custom_model_development"}))
    except mlflow.exceptions.MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        return experiment_id(client, home, name)  # another process was quicker


__all__ = ["MlflowClient", "PatientClient", "PythonModel", "connect", "experiment_id", "mlflow", "patiently"]
