"""A release: champions, the customers they are asked about and the answers made beforehand, in one folder.

The folder is written once and never changed; a file beside it names the one that answers. So champions and answers
always belong together, and changing them is renaming one small file.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from regulars import features
from regulars.errors import ConfigError, DataError, MissingError
from regulars.scoring import Champions
from serving import drift, standing
from serving.contract import Answer, Model, Warned
from serving.drift import Drift
from serving.due import Due
from serving.prepared import Prepared
from serving.store import Store

CHAMPIONS, LINEAGE, STORE, PREPARED = "champions", "lineage.json", "store.sqlite", "prepared.sqlite"
DRIFT, DUE = "drift.json", "due.arrow"
"""What a release's folder holds; the lineage lies among the champions."""

CURRENT = "current"
"""The file, beside the releases, that names the one that answers."""


@dataclass(frozen=True)
class Release:
    """What answers are made of."""

    name: str
    """Of its folder: what it was made from, in short."""
    champions: Champions
    models: Mapping[str, Model]
    """Who the champions are, by task."""
    store: Store
    prepared: Prepared
    drift: Drift | None = None
    """How far the customers are from those the churn champion was trained on; None where there are none."""
    due: Due | None = None
    """What customers run out of; None where there are none, or no champion that knows."""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the release in ``folder``.

        Raises:
            MissingError: a part of it is absent.
            ConfigError: the store was built for other features than this code knows.
            DataError: a part of it is damaged.
        """
        models = read_models(folder / CHAMPIONS / LINEAGE)
        store = Store(folder / STORE)
        if store.header.features != features.NAMES:
            store.close()
            raise ConfigError(
                f"the store in {folder} holds other features than the models ask for; run: regulars refresh"
            )
        told = drift.read(folder / DRIFT)
        due = Due(folder / DUE, store.header.as_of) if (folder / DUE).is_file() else None
        champions, prepared = Champions.read(folder / CHAMPIONS), Prepared(folder / PREPARED)
        return cls(folder.name, champions, models, store, prepared, told, due)

    @property
    def as_of(self) -> dt.date:
        """The day that the stored rows and the prepared answers are for."""
        return self.store.header.as_of

    @property
    def currency(self) -> str:
        """Of the shop."""
        return self.store.header.currency

    def answer(
        self,
        tasks: tuple[str, ...],
        as_of: dt.date,
        request_id: str,
        warnings: list[Warned],
        asked: dt.date | None = None,
    ) -> Answer:
        """Return what every answer carries; ``asked`` is the day of the question, where ``as_of`` is a later one."""
        through = self.store.header.data_through
        return {
            "request_id": request_id,
            "as_of": as_of,
            "data_through": through,
            "model": {task: self.models[task] for task in tasks if task in self.models},
            "warnings": standing.stale(asked or as_of, through) + warnings,
        }

    def names(self, item_ids: list[str]) -> dict[str, str | None]:
        """Return what items are called."""
        return dict(self.store.items(item_ids).select("item_id", "name").iter_rows())

    def check(self) -> None:
        """Read every file whole, which :meth:`read` leaves to the questions.

        Raises:
            Exception: one is damaged or absent; of which kind depends on the file.
        """
        self.store.check()
        self.prepared.check()
        if set(self.models) != set(self.champions.by_task) or (self.due is None) == ("replenish" in self.models):
            raise DataError(f"the release {self.name} is incomplete; make it again with: regulars refresh")
        if self.due is not None:
            self.due.check()

    def close(self) -> None:
        """Close the files."""
        self.store.close()
        self.prepared.close()
        if self.due is not None:
            self.due.close()


def current(releases: Path) -> Path | None:
    """Return the folder of the release that answers; None where there is none yet."""
    try:
        name = (releases / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return releases / name


def read_models(lineage: Path) -> dict[str, Model]:
    """Return the public part of the champions' lineage, by task.

    Raises:
        MissingError: there is none.
        DataError: it is damaged.
    """
    if not lineage.is_file():
        raise MissingError(f"no champions in {lineage.parent}; train some with: regulars train --as-of DATE")
    try:
        entries = json.loads(lineage.read_text(encoding="utf-8"))
        return {task: _model(entry) for task, entry in entries.items()}
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise DataError(f"{lineage} is damaged ({error!r}); make it again with: regulars package") from error


def _model(entry: Mapping[str, Any]) -> Model:
    return {
        "name": entry["name"],
        "version": str(entry["version"]),
        "run_id": entry["run_id"],
        "alias": entry["alias"],
        "trained_at": entry["trained_at"],
        "model": entry["model"],
        "training_cut": dt.date.fromisoformat(entry["as_of"]),
    }
