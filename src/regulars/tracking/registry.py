"""The model registry: versions of fitted models, and which of them is the champion of its task."""

import contextlib
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import regulars
from regulars import artefact
from regulars.artefact import Meta, Task
from regulars.errors import MissingError
from regulars.home import Home
from regulars.scoring import Champions
from regulars.tracking import client as door

ALIAS = "champion"


@dataclass(frozen=True)
class Champion:
    """A promoted model version, and where its files lie."""

    task: Task
    name: str
    """Registered name."""
    version: str
    run_id: str
    alias: str
    trained_at: str
    """When its run began, ISO 8601 in UTC."""
    folder: Path
    """The fitted model, for ``artefact.read``."""
    meta: Meta

    def lineage(self) -> dict[str, Any]:
        """Return what a service says about the model: where it came from and what it knows."""
        kept = {key: value for key, value in asdict(self).items() if key not in ("folder", "meta", "task")}
        return {**kept, **self.meta.model_dump(mode="json")}


class Registry:
    """Registers fitted models and hands out the champions."""

    def __init__(self, home: Home) -> None:
        """Use the registry of ``home``."""
        self._home = home
        self._client = door.connect(home)

    def register(self, folder: Path, meta: Meta, tags: Mapping[str, str]) -> Champion:
        """Log the fitted model in ``folder`` as a model from code, register it and make it the champion."""
        experiment = door.experiment_id(self._client, self._home, meta.task)
        name = registered_name(meta.task)
        with door.mlflow.start_run(
            experiment_id=experiment, run_name=f"{meta.model} as of {meta.as_of}", tags=dict(tags)
        ):
            door.mlflow.log_params(meta.model_dump(mode="json"))
            logged = door.mlflow.pyfunc.log_model(
                name="model",
                python_model=str(Path(__file__).with_name("model_code.py")),
                artifacts={"fitted": str(folder)},
                pip_requirements=[f"regulars=={regulars.__version__}"],
            )
        with contextlib.redirect_stderr(io.StringIO()):  # MLflow announces each version; our callers say it better
            version = door.mlflow.register_model(logged.model_uri, name, tags=dict(tags))
        self._client.set_registered_model_alias(name, ALIAS, version.version)
        return self.champion(meta.task)

    def champion(self, task: Task) -> Champion:
        """Return the champion of ``task``.

        Raises:
            MissingError: nothing was promoted yet.
        """
        name = registered_name(task)
        try:
            version = self._client.get_model_version_by_alias(name, ALIAS)
        except door.mlflow.exceptions.MlflowException as error:
            raise MissingError(
                f"no champion for {task} in {self._home.root}; train one with: regulars train --as-of DATE"
            ) from error
        run = self._client.get_run(str(version.run_id))
        folder = self._folder(name, str(version.version))
        began = dt.datetime.fromtimestamp(run.info.start_time / 1000, dt.UTC)
        return Champion(
            task, name, str(version.version), str(version.run_id), ALIAS, began.isoformat(timespec="seconds"),
            folder, artefact.read_meta(folder),
        )  # fmt: skip

    def champions(self) -> dict[Task, Champion]:
        """Return the champions that exist, by task."""
        found: dict[Task, Champion] = {}
        for task in artefact.TASKS:
            try:
                found[task] = self.champion(task)
            except MissingError:
                continue
        return found

    def load(self) -> Champions:
        """Return the champions that exist, read and ready to answer."""
        return Champions({task: artefact.read(each.folder) for task, each in self.champions().items()})

    def tags(self, champion: Champion) -> dict[str, str]:
        """Return the tags of a champion's version."""
        return dict(self._client.get_model_version(champion.name, champion.version).tags)

    def _folder(self, name: str, version: str) -> Path:
        """Return where the files of exactly this version lie: the alias may move on in between."""
        try:
            root = Path(door.mlflow.artifacts.download_artifacts(f"models:/{name}/{version}"))
            return next(root.glob("artifacts/*/model.json")).parent
        except (door.mlflow.exceptions.MlflowException, OSError, StopIteration) as error:
            raise MissingError(
                f"version {version} of {name} has lost its files; train again with: regulars train --as-of DATE"
            ) from error


def registered_name(task: Task) -> str:
    """Return the name under which the models of ``task`` are registered."""
    return f"regulars-{task}"
