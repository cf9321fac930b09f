"""The journal of champions: which model was live when, why, and who lost. A run of MLflow an entry.

An entry is written before the registry's alias moves and ended after it. Where a command was killed in between, the
alias says at the next look which of the two happened.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from regulars.artefact import Task
from regulars.errors import ConfigError
from regulars.home import Home
from regulars.tracking import client as door

EXPERIMENT = "promotions"
"""MLflow experiment of the entries."""

Action = Literal["promote", "refresh", "train", "forced", "rollback", "found", "refused"]
"""``promote``: won a contest; ``refresh``: the same model, fitted anew; ``train``: without a contest, by ``regulars
train``; ``forced``: against the rule; ``rollback``: back to the one before; ``found``: the alias was moved by other
means; ``refused``: the champion stayed."""
State = Literal["open", "done", "not done"]

_STATES: Mapping[str, State] = {"RUNNING": "open", "FINISHED": "done"}
_TAG = "regulars."
_CHECK, _LOSER = f"{_TAG}check.", f"{_TAG}loser."


@dataclass(frozen=True)
class Change:
    """Why the champion of a task changes, or does not."""

    action: Action
    task: Task
    why: str
    """A sentence for people."""
    experiment: str = ""
    """Name of the experiment behind it."""
    run_id: str = ""
    """Of that experiment's parent run."""
    losers: Mapping[str, str] = field(default_factory=dict)
    """Who else was asked, and how far behind they were, in words."""
    checks: Sequence[str] = ()
    """What the contest looked at, in words."""


@dataclass(frozen=True)
class Named:
    """A version of a model."""

    model: str
    """Name of its folder in models/; empty for nobody."""
    version: str = ""
    """Of the task's registered model; empty where it was not registered."""


NOBODY = Named("")


@dataclass(frozen=True)
class Entry:
    """A change as the journal has it."""

    entry_id: str
    """MLflow run id."""
    change: Change
    state: State
    at: dt.datetime
    """When it was written, in UTC; the alias moved right after."""
    to: Named
    """The model that became champion, or was refused."""
    instead_of: Named
    """The champion before."""

    @property
    def moved(self) -> bool:
        """Whether the alias moved."""
        return self.state == "done" and self.change.action != "refused"


@dataclass(frozen=True)
class Stint:
    """An entry, and until when its model was live."""

    entry: Entry
    until: dt.datetime | None
    """When the next one took over; None where it is live still, or never was."""

    def summary(self) -> dict[str, Any]:
        """Return what a command prints about it."""
        entry, change = self.entry, self.entry.change
        return {
            "when": _said(entry.at), "task": change.task, "action": change.action, "state": entry.state,
            "model": entry.to.model, "version": entry.to.version,
            "live_from": _said(entry.at) if entry.moved else None,
            "live_to": _said(self.until) if self.until else None,
            "instead_of": entry.instead_of.model, "instead_of_version": entry.instead_of.version,
            "why": change.why, "experiment": change.experiment, "experiment_run": change.run_id,
            "losers": dict(change.losers), "checks": list(change.checks),
        }  # fmt: skip


class Journal:
    """Writes and reads the entries of a tracking store, which all who use it share."""

    def __init__(self, client: door.MlflowClient, home: Home) -> None:
        """Write through ``client``."""
        self._client = client
        self._home = home

    def entries(self, task: Task | None = None) -> list[Entry]:
        """Return all entries, or those of one task; newest first."""
        experiment = self._client.get_experiment_by_name(EXPERIMENT)
        if experiment is None:
            return []
        query = f"tags.`{_TAG}task` = '{task}'" if task else ""
        found: list[Entry] = []
        token: str | None = ""
        while token is not None:
            page = self._client.search_runs(
                [experiment.experiment_id], query, order_by=["attributes.start_time DESC"], page_token=token or None
            )
            found += map(_entry, page)
            token = page.token or None
        return found

    def stints(self, task: Task | None = None) -> list[Stint]:
        """Return all entries with the time that their models were live; newest first."""
        ended: dict[Task, dt.datetime] = {}
        found: list[Stint] = []
        for entry in self.entries(task):
            found.append(Stint(entry, ended.get(entry.change.task) if entry.moved else None))
            if entry.moved:
                ended[entry.change.task] = entry.at
        return found

    def live_at(self, task: Task, instant: dt.datetime) -> Entry | None:
        """Return the entry of the model that was champion of ``task`` at ``instant``; None where there was none.

        Raises:
            ConfigError: ``instant`` has no time zone.
        """
        if instant.tzinfo is None:
            raise ConfigError(f"{instant} could be anywhere; give it a time zone, as in {instant}+00:00")
        return next((entry for entry in self.entries(task) if entry.moved and entry.at <= instant), None)

    def line(self, task: Task) -> list[Entry]:
        """Return the champions that led to the present one, oldest first; what was rolled back is not among them."""
        found: list[Entry] = []
        for entry in reversed(self.entries(task)):
            if entry.moved and entry.change.action == "rollback":
                while found and found[-1].to.version != entry.to.version:
                    found.pop()
            if entry.moved and not (found and found[-1].to.version == entry.to.version):
                found.append(entry)
        return found

    def begin(self, change: Change, to: Named, instead_of: Named) -> str:
        """Write an open entry and return its id; it is one transaction."""
        told = {
            "level": "promotion", "task": change.task, "action": change.action, "why": change.why,
            "to.model": to.model, "to.version": to.version,
            "from.model": instead_of.model, "from.version": instead_of.version,
            "experiment": change.experiment, "experiment_run": change.run_id,
        }  # fmt: skip
        tags = {_TAG + name: value for name, value in told.items()}
        tags |= {f"{_CHECK}{number:02d}": said for number, said in enumerate(change.checks)}
        tags |= {f"{_LOSER}{name}": said for name, said in change.losers.items()}
        name = f"{change.action} {change.task}: {to.model} {to.version}".strip()
        experiment = door.experiment_id(self._client, self._home, EXPERIMENT)
        return str(self._client.create_run(experiment, run_name=name, tags=tags).info.run_id)

    def end(self, entry_id: str, *, done: bool = True) -> None:
        """End an entry: what it says was done, or was not."""
        self._client.set_terminated(entry_id, "FINISHED" if done else "FAILED")

    def note(self, change: Change, to: Named, instead_of: Named) -> None:
        """Write an entry about what is over already."""
        self.end(self.begin(change, to, instead_of))

    def settle(self, task: Task, live: Named) -> Entry | None:
        """End the open entries of ``task`` by what the alias says, and note a move that was made by other means.

        Returns:
            the entry that made ``live`` the champion.
        """
        entries = self.entries(task)
        for entry in entries:
            if entry.state == "open":
                self.end(entry.entry_id, done=entry.change.action == "refused" or entry.to == live)
        if any(entry.state == "open" for entry in entries):
            entries = self.entries(task)
        last = next((entry for entry in entries if entry.moved), None)
        if live == NOBODY or (last is not None and last.to.version == live.version):
            return last
        newest = next((entry for entry in entries if entry.change.action != "refused"), None)
        if newest is not None and newest.to == live:  # ended as not done by somebody who looked too early
            self.end(newest.entry_id)
        else:
            said = "champion since before this entry: it was promoted by other means than these commands"
            self.note(Change("found", task, said), live, last.to if last else NOBODY)
        return next(entry for entry in self.entries(task) if entry.moved)


def _entry(run: Any) -> Entry:
    tags: Mapping[str, str] = run.data.tags

    def told(name: str) -> str:
        return tags.get(_TAG + name, "")

    change = Change(
        told("action"),  # type: ignore[arg-type]
        told("task"),  # type: ignore[arg-type]
        told("why"), told("experiment"), told("experiment_run"),
        {name.removeprefix(_LOSER): said for name, said in sorted(tags.items()) if name.startswith(_LOSER)},
        tuple(said for name, said in sorted(tags.items()) if name.startswith(_CHECK)),
    )  # fmt: skip
    return Entry(
        str(run.info.run_id), change, _STATES.get(run.info.status, "not done"),
        dt.datetime.fromtimestamp(run.info.start_time / 1000, dt.UTC),
        Named(told("to.model"), told("to.version")), Named(told("from.model"), told("from.version")),
    )  # fmt: skip


def _said(instant: dt.datetime) -> str:
    return instant.isoformat(timespec="seconds")
