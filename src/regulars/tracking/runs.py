"""Runs: a parent an experiment, a child a candidate, and a child a fit (candidate, snapshot and seed)."""

import contextlib
import datetime as dt
import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from regulars import artefact, passport
from regulars.errors import MissingError
from regulars.home import Home
from regulars.tracking import client as door
from regulars.tracking.alone import alone, home_id

KEY = "regulars.key"
"""Tag of the fingerprint of everything a run depends on: equal keys mean equal numbers."""

WINNER = "regulars.winner"
"""Tag of an experiment's winner; only parent runs have it."""

HOME = "regulars.home"
"""Tag of the home that a run was started in: a random number, and no path."""

_MOST = {"metrics": 1000, "params": 100}
"""How many of them MLflow takes at once."""


class Point(NamedTuple):
    """One point of a metric's course over the snapshots."""

    as_of: dt.date
    value: float | None


class Tracker:
    """Writes experiments to MLflow and finds them again; made when a run begins, since it keeps the time."""

    def __init__(self, home: Home) -> None:
        """Track in the store of ``home``."""
        self._began = time.perf_counter()
        self._home = home
        self._client = door.connect(home)
        passport.checkout()  # the state that the run begins with

    def find(self, task: str, key: str) -> str | None:
        """Return the id of a finished parent run with this key, or None."""
        if not (experiments := self._experiments([task])):
            return None
        query = f"tags.`{KEY}` = '{key}' and attributes.status = 'FINISHED'"
        found = self._client.search_runs(experiments, query, max_results=1)
        return str(found[0].info.run_id) if found else None

    @contextlib.contextmanager
    def alone(self, task: str, key: str) -> Iterator[None]:
        """Hold everybody else in this home off the run with this key; wait while another process has it.

        Whoever gets it knows that no process is at work on it: unfinished parent runs with the key are what a killed
        process has left, and are closed as killed.
        """
        with alone(self._home, key):
            query = f"tags.`{KEY}` = '{key}' and tags.`{HOME}` = '{home_id(self._home)}'"
            for experiment in self._experiments([task]):
                for left in self._client.search_runs([experiment], f"{query} and attributes.status = 'RUNNING'"):
                    self._close_family(experiment, str(left.info.run_id))
            yield

    def report(self, run_id: str) -> dict[str, Any]:
        """Return the report.json that a parent run logged.

        Raises:
            MissingError: there is no such run, or it is no experiment's.
        """
        return self.document(run_id, "report.json")

    def document(self, run_id: str, file: str) -> dict[str, Any]:
        """Return a JSON document that a parent run logged.

        Raises:
            MissingError: there is no such run, or it is no experiment's.
        """
        try:
            path = door.patiently(door.mlflow.artifacts.download_artifacts)(run_id=run_id, artifact_path=file)
        except (door.mlflow.exceptions.MlflowException, OSError) as error:
            raise MissingError(
                f"no experiment has the run id {run_id!r}; take one from MLflow's parent runs, or name none"
            ) from error
        with open(path, encoding="utf-8") as found:  # noqa: PTH123 - a path as MLflow gives it
            return dict(json.load(found))

    def tags(self, run_id: str) -> dict[str, str]:
        """Return the tags of a run.

        Raises:
            MissingError: there is no such run.
        """
        try:
            return dict(self._client.get_run(run_id).data.tags)
        except door.mlflow.exceptions.MlflowException as error:
            raise MissingError(f"no run has the id {run_id!r}; take one from MLflow's parent runs") from error

    def parents(self, task: str | None = None) -> list[dict[str, Any]]:
        """Return the finished parent runs, newest first: run_id, name, task, start_time (ms), tags."""
        if not (experiments := self._experiments([task] if task else artefact.TASKS)):
            return []
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
        """Open a parent run; it ends as finished, or as failed (killed on Ctrl-C) when the block raises.

        A finished one has the metrics ``duration_seconds``, from when the tracker was made, and ``peak_memory_mb``, of
        this process.
        """
        experiment = door.experiment_id(self._client, self._home, task)
        own = {"regulars.task": task, HOME: home_id(self._home)}
        run = self._client.create_run(experiment, run_name=name, tags={**tags, **own})
        parent = ParentRun(self._client, experiment, str(run.info.run_id))
        try:
            yield parent
            seconds = time.perf_counter() - self._began
            parent.measure({"duration_seconds": seconds, "peak_memory_mb": passport.peak_memory_mb()})
        except KeyboardInterrupt:
            self._client.set_terminated(parent.run_id, "KILLED")
            raise
        except BaseException:
            self._client.set_terminated(parent.run_id, "FAILED")
            raise
        self._client.set_terminated(parent.run_id, "FINISHED")

    def _experiments(self, tasks: Sequence[str]) -> list[str]:
        """Return the ids of the MLflow experiments of ``tasks`` that exist; none is made."""
        found = [self._client.get_experiment_by_name(task) for task in tasks]
        return [str(each.experiment_id) for each in found if each is not None]

    def _close_family(self, experiment: str, run_id: str) -> None:
        inside = f"tags.`mlflow.parentRunId` = '{run_id}' and attributes.status = 'RUNNING'"
        for child in self._client.search_runs([experiment], inside):
            self._client.set_terminated(child.info.run_id, "KILLED")
        self._client.set_terminated(run_id, "KILLED")


class ParentRun:
    """An open parent run."""

    def __init__(self, client: door.MlflowClient, experiment_id: str, run_id: str) -> None:
        """Use :meth:`Tracker.experiment`."""
        self._client = client
        self._experiment_id = experiment_id
        self.run_id = run_id

    def child(
        self,
        name: str,
        params: Mapping[str, Any],
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
        courses: Mapping[str, Sequence[Point]] | None = None,
    ) -> None:
        """Log one fit or candidate as a finished child run; metrics that are not finite are left out.

        Args:
            name: of the run.
            params: what it was made with.
            metrics: one value each.
            tags: what it is.
            courses: metrics with a value a snapshot. MLflow draws them over the number of the snapshot (from 1), or
                over the day of its as_of, which stands in the place of the time.
        """
        family = {"mlflow.parentRunId": self.run_id, **tags}
        run_id = str(self._client.create_run(self._experiment_id, run_name=name, tags=family).info.run_id)
        self._log(run_id, params, [*_values(metrics), *_points(courses or {})])
        self._client.set_terminated(run_id)

    def log(self, params: Mapping[str, Any]) -> None:
        """Log parameters of the experiment as a whole."""
        self._log(self.run_id, params, [])

    def measure(self, metrics: Mapping[str, float]) -> None:
        """Log metrics of the experiment as a whole."""
        self._log(self.run_id, {}, _values(metrics))

    def tag(self, name: str, value: str) -> None:
        """Set a tag of the parent run."""
        self._client.set_tag(self.run_id, name, value)

    def figure(self, file: str, figure: Any) -> None:
        """Keep a picture with the run."""
        self._client.log_figure(self.run_id, figure, file)

    def json(self, file: str, content: Mapping[str, Any]) -> None:
        """Keep a JSON document with the run."""
        self._client.log_dict(self.run_id, dict(content), file)

    def text(self, file: str, content: str) -> None:
        """Keep a text with the run."""
        self._client.log_text(self.run_id, content, file)

    def dataset(self, name: str, fingerprint: str, profile: Mapping[str, Any]) -> None:
        """Say which data the run saw, in the place where MLflow shows it."""
        entities = door.mlflow.entities
        seen = entities.Dataset(
            name=name, digest=fingerprint[:32], source_type="ledger", source=json.dumps({"fingerprint": fingerprint}),
            profile=json.dumps(dict(profile)),
        )  # fmt: skip
        self._client.log_inputs(self.run_id, [entities.DatasetInput(seen)])

    def _log(self, run_id: str, params: Mapping[str, Any], metrics: Sequence[Any]) -> None:
        given = [door.mlflow.entities.Param(name, str(value)) for name, value in params.items()]
        for start in range(0, len(given), _MOST["params"]):
            self._client.log_batch(run_id, params=given[start : start + _MOST["params"]])
        for start in range(0, len(metrics), _MOST["metrics"]):
            self._client.log_batch(run_id, metrics=metrics[start : start + _MOST["metrics"]])


def _values(metrics: Mapping[str, float]) -> list[Any]:
    make = door.mlflow.entities.Metric
    return [make(name, float(value), 0, 0) for name, value in metrics.items() if math.isfinite(value)]


def _points(courses: Mapping[str, Sequence[Point]]) -> list[Any]:
    make = door.mlflow.entities.Metric
    return [
        make(name, float(value), _milliseconds(as_of), number)
        for name, course in courses.items()
        for number, (as_of, value) in enumerate(course, start=1)
        if value is not None and math.isfinite(value)
    ]


def _milliseconds(day: dt.date) -> int:
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    return int(midnight.timestamp() * 1000)
