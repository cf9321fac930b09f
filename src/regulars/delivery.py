"""From the registry to a service: champions, their lineage and the online store, packaged as a Bento."""

import json
import shutil
import tempfile
from pathlib import Path

from regulars import scoring
from regulars.artefact import Task
from regulars.errors import MissingError
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.tracking import Champion, Registry
from serving import package, process, store_build

SERVED: tuple[Task, ...] = ("churn", "timing", "recommend")
"""The questions that the service answers; the others are answered in files, by ``regulars score`` and ``remind``."""


def deliver(home: Home, ledger: Ledger) -> str:
    """Build the online store and the Bento of the champions, note it as the one to serve, and return its tag.

    Raises:
        MissingError: a task has no champion yet.
        ConfigError: the champions of churn and timing look ahead differently.
    """
    home.prepare()
    champions = {task: found for task, found in Registry(home).champions().items() if task in SERVED}
    missing = [task for task in SERVED if task not in champions]
    if missing:
        raise MissingError(f"no champion for {', '.join(missing)}; train them with: regulars train --as-of DATE")
    scoring.common_horizon(champions["churn"].meta, champions["timing"].meta)
    store_build.build(ledger, home.store)
    with tempfile.TemporaryDirectory(dir=home.staging, prefix="champions-") as folder:
        bundle(champions, Path(folder))
        tag = package.package(Path(folder), home, home.store)
    draft = home.current.with_suffix(".tmp")
    draft.write_text(tag + "\n", encoding="utf-8")
    draft.replace(home.current)
    return tag


def bundle(champions: dict[Task, Champion], folder: Path) -> None:
    """Copy the champions and write their lineage, as a service reads them."""
    for task, champion in champions.items():
        shutil.copytree(champion.folder, folder / task)
    lineage = {task: champion.lineage() for task, champion in champions.items()}
    (folder / "lineage.json").write_text(json.dumps(lineage, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def plan(home: Home, port: int, clock: str | None) -> process.Plan:
    """Return what ``regulars serve`` starts: the Bento that was packaged last.

    Raises:
        MissingError: none was packaged yet.
    """
    if not home.current.is_file():
        raise MissingError(f"no service in {home.root}; package one with: regulars package")
    tag = home.current.read_text(encoding="utf-8").strip()
    return process.Plan(tag, home, home.store, port, clock)
