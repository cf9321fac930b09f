"""The model registry: versions of fitted models, and which of them is the champion of its task."""

import contextlib
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

import regulars
from regulars import artefact
from regulars.artefact import Meta, Task
from regulars.errors import ConfigError, MissingError
from regulars.home import Home
from regulars.scoring import Champions
from regulars.tracking import client as door
from regulars.tracking import projection
from regulars.tracking.example import example
from regulars.tracking.journal import NOBODY, Change, Entry, Journal, Named

ALIAS = "champion"
MODEL, WHY = "regulars.model", "regulars.why"
"""Tags of a version: the name of its model, and why it was fitted."""
PATIENCE = 600.0
"""Seconds that a promotion waits for another one of the same home."""
_NONE = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""What MLflow says where there is no such model, or no such alias."""


class BusyError(ConfigError):
    """Another command promotes in the same home."""


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
    """Registers fitted models, moves the alias of the champions and hands them out."""

    def __init__(self, home: Home) -> None:
        """Use the registry of ``home``."""
        self._home = home
        self._client = door.connect(home)
        self.journal = Journal(self._client, home)
        """Every move of an alias."""

    @contextlib.contextmanager
    def alone(self, patience: float = PATIENCE) -> Iterator[None]:
        """Keep other promotions of this home away, also those of other processes; may be nested.

        Raises:
            BusyError: somebody else is at it for longer than ``patience``, in seconds.
        """
        lock = FileLock(self._home.locks / "promotion.lock", is_singleton=True)
        try:
            lock.acquire(timeout=patience)
        except Timeout as error:
            raise BusyError(f"another command promotes in {self._home.root}; try again when it is done") from error
        try:
            yield
        finally:
            lock.release()

    def register(self, folder: Path, meta: Meta, tags: Mapping[str, str], change: Change | None = None) -> Champion:
        """Log the fitted model in ``folder`` as a model from code, register it and make it the champion.

        Without ``change`` the journal says that it was trained, and why by the tag ``regulars.why``.
        """
        change = change or Change("train", meta.task, tags.get(WHY, ""))
        with self.alone():
            return self.crown(self.add(folder, meta, tags), change)

    def add(self, folder: Path, meta: Meta, tags: Mapping[str, str]) -> str:
        """Register the fitted model in ``folder`` with all its files and tags; return its version, no champion yet."""
        experiment = door.experiment_id(self._client, self._home, meta.task)
        tags = {**tags, MODEL: meta.model}
        known = example(artefact.read(folder))
        begin, name = door.patiently(door.mlflow.start_run), f"{meta.model} as of {meta.as_of}"
        with begin(experiment_id=experiment, run_name=name, tags=tags):
            door.patiently(door.mlflow.log_params)(meta.model_dump(mode="json"))
            logged = door.mlflow.pyfunc.log_model(
                name="model",
                python_model=str(Path(__file__).with_name("model_code.py")),
                artifacts={"fitted": str(folder)},
                signature=known.signature,
                input_example=known.input_example,
                pip_requirements=[f"regulars=={regulars.__version__}"],
            )
        with contextlib.redirect_stderr(io.StringIO()):  # MLflow announces each version; our callers say it better
            register = door.patiently(door.mlflow.register_model)
            version = register(logged.model_uri, registered_name(meta.task), tags=tags)
        return str(version.version)

    def crown(self, version: str, change: Change) -> Champion:
        """Make ``version`` the champion of the change's task: first the intent, then the alias, then the rest.

        The alias moves in one transaction of the database. Whatever is missing after a kill, :meth:`mend` makes up for.

        Raises:
            MissingError: the version does not exist, or has lost its files.
        """
        task = change.task
        with self.alone():
            before = self._settle(task)
            comes = self._read(self._version(task, version))
            entry = self.journal.begin(change, Named(comes.meta.model, version), before)
            door.patiently(self._client.set_registered_model_alias)(registered_name(task), ALIAS, version)
            self.journal.end(entry)
            self._settle(task)
        return self.champion(task)

    def rollback(self, task: Task, reason: str = "") -> Champion:
        """Make the champion before the present one the champion again; once more, and it is the one before that.

        Raises:
            MissingError: there is none before, or its files are gone.
        """
        with self.alone():
            self._settle(task)
            line = self.journal.line(task)
            if len(line) < 2:
                raise MissingError(
                    f"no champion of {task} came before "
                    f"{f'{line[0].to.model} (version {line[0].to.version})' if line else 'now'}, "
                    "so there is nothing to go back to; promote or train another"
                )
            back, gone = line[-2], line[-1].to
            why = reason or f"back from {gone.model} (version {gone.version})"
            change = replace(back.change, action="rollback", why=why, losers={gone.model: "rolled back"}, checks=())
            return self.crown(back.to.version, change)

    def mend(self) -> None:
        """Bring the journal and every champion.json up to what the aliases say.

        Does nothing while another command promotes: it leaves everything in order itself.
        """
        with contextlib.suppress(BusyError), self.alone(patience=0):
            for task in artefact.TASKS:
                self._settle(task)

    def champion(self, task: Task) -> Champion:
        """Return the champion of ``task``.

        Raises:
            MissingError: nothing was promoted yet.
        """
        version = self._alias(task)
        if version is None:
            raise MissingError(
                f"no champion for {task} in {self._home.root}; train one with: regulars train --as-of DATE"
            )
        return self._read(version)

    def champions(self) -> dict[Task, Champion]:
        """Return the champions that exist, by task; see to it that the journal and champion.json say the same."""
        self.mend()
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

    def _alias(self, task: Task) -> Any | None:
        """Return the version that has the alias."""
        try:
            return self._client.get_model_version_by_alias(registered_name(task), ALIAS)
        except door.mlflow.exceptions.MlflowException as error:
            if error.error_code not in _NONE:
                raise
            return None

    def _version(self, task: Task, version: str) -> Any:
        try:
            return self._client.get_model_version(registered_name(task), version)
        except door.mlflow.exceptions.MlflowException as error:
            raise MissingError(f"there is no version {version} of {registered_name(task)}") from error

    def _read(self, version: Any) -> Champion:
        """Return a version with the place of its files."""
        run = self._client.get_run(str(version.run_id))
        folder = self._folder(version.name, str(version.version))
        began = dt.datetime.fromtimestamp(run.info.start_time / 1000, dt.UTC)
        meta = artefact.read_meta(folder)
        return Champion(
            meta.task, version.name, str(version.version), str(version.run_id), ALIAS,
            began.isoformat(timespec="seconds"), folder, meta,
        )  # fmt: skip

    def _settle(self, task: Task) -> Named:
        """Make the journal and champion.json of ``task`` say what its alias says; return who that is."""
        version = self._alias(task)
        if version is None:
            self.journal.settle(task, NOBODY)
            return NOBODY
        try:
            champion: Champion | None = self._read(version)
        except MissingError:  # its files are gone, and nothing is known of it but its tags
            champion = None
        model = champion.meta.model if champion else version.tags.get(MODEL, "unknown")
        live = Named(model, str(version.version))
        entry = self.journal.settle(task, live)
        if champion is not None and entry is not None:
            projection.put(task, model, _told(champion, entry))
        return live

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


def _told(champion: Champion, entry: Entry) -> dict[str, Any]:
    """Return what champion.json says."""
    meta, change = champion.meta, entry.change
    return {
        "task": meta.task, "name": champion.name, "version": champion.version, "run_id": champion.run_id,
        "model": meta.model, "as_of": str(meta.as_of), "fingerprint": meta.fingerprint,
        "experiment": change.experiment, "why": change.why, "since": entry.at.isoformat(timespec="seconds"),
    }  # fmt: skip
