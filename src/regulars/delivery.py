"""From the registry to a service: champions and customers as a release, and the code that answers as a Bento."""

import contextlib
import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from regulars import scale, scoring, windows
from regulars.artefact import Task
from regulars.errors import MissingError, RegularsError
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.tracking import Champion, Registry
from serving import package, process, pruning, release_build, sales

NEEDED: tuple[Task, ...] = ("churn", "timing", "recommend")
"""The questions that every service answers."""

SERVED: tuple[Task, ...] = (*NEEDED, "replenish", "spend")
"""The questions that it answers where there is a champion."""

STANDING: tuple[Task, ...] = ("churn", "timing", "spend")
"""Those whose answers are put together."""


class Pruned(NamedTuple):
    """What became of the purchases that came in and that the releases hold by now."""

    n_lines: int = 0
    """Lines that were forgotten."""
    failure: str | None = None
    """Why none could be; the next refresh tries again."""


class Delivered(NamedTuple):
    """What answers from now on."""

    bento: str
    """Tag of the Bento."""
    release: str
    """Name of the release."""
    pruned: Pruned


class Refreshed(NamedTuple):
    """What answers from now on, by the code that answered before."""

    release: str
    """Name of the release."""
    pruned: Pruned


def deliver(
    home: Home,
    ledger: Ledger,
    as_of: dt.date | None = None,
    track: scale.Track[Any] = scale.silently,
    purchases: str | None = None,
) -> Delivered:
    """Build the Bento of the champions and the release that it answers from, and let both answer from now on.

    Args:
        home: whose champions.
        ledger: the shop.
        as_of: the day of the answers made beforehand; by default the day after the data.
        track: shows progress.
        purchases: where those that come in are kept, a path or the address of a database; by default in the home.
            Lines that every kept release holds are forgotten.

    Raises:
        MissingError: a task has no champion yet.
        ConfigError: the champions look ahead differently.
        LeakageError: a champion knows rows at or after ``as_of``.
    """
    with _bundled(home) as champions:
        folder = _release(home, ledger, champions, as_of, track)
        tag = package.package(champions, ledger, home)
    draft = home.current.with_suffix(".tmp")
    draft.write_text(tag + "\n", encoding="utf-8")
    draft.replace(home.current)
    return Delivered(tag, folder.name, _pruned(home, purchases))


def refresh(
    home: Home,
    ledger: Ledger,
    as_of: dt.date | None = None,
    track: scale.Track[Any] = scale.silently,
    purchases: str | None = None,
) -> Refreshed:
    """Build the release of today's champions and customers, and let running services answer from it.

    Raises:
        MissingError, ConfigError, LeakageError: as :func:`deliver`, whose arguments these are.
    """
    with _bundled(home) as champions:
        folder = _release(home, ledger, champions, as_of, track)
    return Refreshed(folder.name, _pruned(home, purchases))


def held(home: Home, purchases: str | None = None) -> sales.Sales | None:
    """Return the purchases that came in; None where none ever did.

    Raises:
        RegularsError: as :func:`serving.sales.opened`.
    """
    where = purchases or home.purchases
    return sales.opened(where) if sales.is_address(where) or Path(where).exists() else None


def _pruned(home: Home, purchases: str | None) -> Pruned:
    try:
        kept = held(home, purchases)
        if kept is None:
            return Pruned()
        with contextlib.closing(kept):
            return Pruned(pruning.prune(kept, home.releases))
    except RegularsError as error:
        return Pruned(failure=str(error))


def _release(home: Home, ledger: Ledger, champions: Path, as_of: dt.date | None, track: scale.Track[Any]) -> Path:
    day = as_of or windows.after(ledger.data_through)
    found = scoring.Champions.read(champions)
    found.refuse_the_past(day, *found.by_task)
    folder = release_build.build(ledger, champions, home.releases, day, track)
    release_build.point(folder)
    return folder


@contextlib.contextmanager
def _bundled(home: Home) -> Iterator[Path]:
    """Give a folder of the champions and their lineage.

    Raises:
        MissingError: a task has no champion yet.
        ConfigError: the champions look ahead differently.
    """
    home.prepare()
    champions = {task: found for task, found in Registry(home).champions().items() if task in SERVED}
    missing = [task for task in NEEDED if task not in champions]
    if missing:
        raise MissingError(f"no champion for {', '.join(missing)}; train them with: regulars train --as-of DATE")
    scoring.common_horizon(*(champions[task].meta for task in STANDING if task in champions))
    with tempfile.TemporaryDirectory(dir=home.staging, prefix="champions-") as folder:
        bundle(champions, Path(folder))
        yield Path(folder)


def bundle(champions: dict[Task, Champion], folder: Path) -> None:
    """Copy the champions and write their lineage, as a service reads them."""
    for task, champion in champions.items():
        shutil.copytree(champion.folder, folder / task)
    lineage = {task: champion.lineage() for task, champion in champions.items()}
    (folder / "lineage.json").write_text(json.dumps(lineage, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def plan(
    home: Home,
    port: int,
    clock: str | None,
    host: str = process.HOST,
    *,
    require_keys: bool = False,
    purchases: str | None = None,
) -> process.Plan:
    """Return what ``regulars serve`` starts: the Bento that was packaged last.

    ``purchases`` is where those that come in are kept, a path or the address of a database; by default in the home.

    Raises:
        MissingError: none was packaged yet.
    """
    if not home.current.is_file():
        raise MissingError(f"no service in {home.root}; package one with: regulars package")
    tag = home.current.read_text(encoding="utf-8").strip()
    kept = purchases or home.purchases
    return process.Plan(tag, home, home.releases, kept, port, clock, host=host, require_keys=require_keys)
