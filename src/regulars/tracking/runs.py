"""Runs: a parent an experiment, a child a candidate, and a child a fit (candidate, snapshot and seed)."""

import contextlib
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from regulars import artefact
from regulars.errors import MissingError
from regulars.home import Home
from regulars.tracking import client as door

KEY = "regulars.key"
"""Tag of the fingerprint of everything a run depends on: equal keys mean equal numbers."""

WINNER = "regulars.winner"
"""Tag of an experiment's winner; only parent runs have it."""


class Tracker:
    """Writes experiments to MLflow and finds them again."""

    def __init__(self, home: Home) -> None:
        """Track in the store of ``home``."""
        self._home = home
        self._client = door.connect(home)

    def find(self, task: str, key: str) -> str | None:
        """Return the id of a finished parent run with this key, or None."""
        experiment = door.experiment_id(self._client, self._home, task)
        query = f"tags.`{KEY}` = '{key}' and attributes.status = 'FINISHED'"
        found = self._client.search_runs([experiment], query, max_results=1)
        return str(found[0].info.run_id) if found else None

    def report(self, run_id: str) -> dict[str, Any]:
        """Return the report.json that a parent run logged.

        Raises:
            MissingError: there is no such run, or it is no experiment's.
        """
        try:
            path = door.mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="report.json")
        except (door.mlflow.exceptions.MlflowException, OSError) as error:
            raise MissingError(
                f"no experiment has the run id {run_id!r}; take one from MLflow's parent runs, or name none"
            ) from error
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a path as MLflow gives it
            return dict(json.load(file))

    def parents(self, task: str | None = None) -> list[dict[str, Any]]:
        """Return the finished parent runs, newest first: run_id, name, task, start_time (ms), tags."""
        tasks = [task] if task else list(artefact.TASKS)
        experiments = [door.experiment_id(self._client, self._home, name) for name in tasks]
        query = f"tags.`{WINNER}` != '' and tags.`{KEY}` != '' and attributes.status = 'FINISHED'"
        found = self._client.search_runs(experiments, query, order_by=["attributes.start_time DESC"])
        return [
            {
                "run_id": run.info.run_id,
                "name": run.info.run_name,
                "task": run.data.tags["regulars.task"],
                "start_time": run.info.start_time,
                "tags": dict(run.data.tags),
            }
            for run in found
        ]

    @contextlib.contextmanager
    def experiment(self, task: str, name: str, tags: Mapping[str, str]) -> Iterator["ParentRun"]:
        """Open a parent run; it ends as finished, or as failed (killed on Ctrl-C) when the block raises."""
        experiment = door.experiment_id(self._client, self._home, task)
        run = self._client.create_run(experiment, run_name=name, tags={**tags, "regulars.task": task})
        parent = ParentRun(self._client, experiment, str(run.info.run_id))
        try:
            yield parent
        except KeyboardInterrupt:
            self._client.set_terminated(parent.run_id, "KILLED")
            raise
        except BaseException:
            self._client.set_terminated(parent.run_id, "FAILED")
            raise
        self._client.set_terminated(parent.run_id, "FINISHED")


class ParentRun:
    """An open parent run."""

    def __init__(self, client: door.MlflowClient, experiment_id: str, run_id: str) -> None:
        """Use :meth:`Tracker.experiment`."""
        self._client = client
        self._experiment_id = experiment_id
        self.run_id = run_id

    def child(
        self, name: str, params: Mapping[str, Any], metrics: Mapping[str, float], tags: Mapping[str, str]
    ) -> None:
        """Log one fit as a finished child run; metrics that are not finite are left out."""
        family = {"mlflow.parentRunId": self.run_id, **tags}
        run_id = str(self._client.create_run(self._experiment_id, run_name=name, tags=family).info.run_id)
        self._log(run_id, params, metrics)
        self._client.set_terminated(run_id)

    def log(self, params: Mapping[str, Any]) -> None:
        """Log parameters of the experiment as a whole."""
        self._log(self.run_id, params, {})

    def tag(self, name: str, value: str) -> None:
        """Set a tag of the parent run."""
        self._client.set_tag(self.run_id, name, value)

    def figure(self, file: str, figure: Any) -> None:
        """Keep a picture with the run."""
        self._client.log_figure(self.run_id, figure, file)

    def json(self, file: str, content: Mapping[str, Any]) -> None:
        """Keep a JSON document with the run."""
        self._client.log_dict(self.run_id, dict(content), file)

    def dataset(self, name: str, fingerprint: str, profile: Mapping[str, Any]) -> None:
        """Say which data the run saw, in the place where MLflow shows it."""
        entities = door.mlflow.entities
        seen = entities.Dataset(
            name=name, digest=fingerprint[:32], source_type="ledger", source=json.dumps({"fingerprint": fingerprint}),
            profile=json.dumps(dict(profile)),
        )  # fmt: skip
        self._client.log_inputs(self.run_id, [entities.DatasetInput(seen)])

    def _log(self, run_id: str, params: Mapping[str, Any], metrics: Mapping[str, float]) -> None:
        entities = door.mlflow.entities
        self._client.log_batch(
            run_id,
            metrics=[
                entities.Metric(name, float(value), 0, 0) for name, value in metrics.items() if math.isfinite(value)
            ],
            params=[entities.Param(name, str(value)) for name, value in params.items()],
        )
