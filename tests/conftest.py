"""What every test gets: a home of its own session, no telemetry, no window, examples that repeat."""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock

from regulars import home
from regulars.home import Home
from regulars.ingest import ingest
from regulars.ledger import Ledger
from tests import shops, simulated
from tests.conventions.project import ROOT

home.quiet()
os.environ["MPLBACKEND"] = "Agg"

hypothesis.settings.register_profile("regulars", max_examples=60, deadline=None, derandomize=True)
hypothesis.settings.load_profile("regulars")


@pytest.fixture(autouse=True, scope="session")
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests out of the user's home, and champion.json out of the checkout's models."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in ("models", "experiments"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("champion.json*"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGULARS_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("REGULARS_MODELS", str(copy / "models"))
        yield


@pytest.fixture(scope="session")
def complete_journey_ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The whole demo shop, ingested once a test run (do not write to it)."""
    shared = _shared(tmp_path_factory)
    path = shared / "complete-journey"
    with FileLock(shared / "complete-journey.lock"):
        if not path.exists():
            ingest([], "complete-journey", path)
    return Ledger.open(path)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of a test run share."""
    return _shared(tmp_path_factory)


@pytest.fixture(scope="session")
def simulated_ledger(shared: Path) -> Ledger:
    """A year of a simulated shop of 1,300 customers (do not write to it)."""
    return simulated.ledger(shared)


@pytest.fixture(scope="session")
def small_ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """A simulated shop of 150 customers and 300 days (do not write to it)."""
    return shops.ledger(shops.simulate(), tmp_path_factory.mktemp("small") / "ledger")


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Home]:
    """Makes a home in a folder; MLflow's empty database, which takes seconds to set up, is copied."""
    blank = Home(_shared(tmp_path_factory) / "blank-home")
    with FileLock(f"{blank.root}.lock"):
        if not blank.mlflow_db.exists():
            from regulars.tracking import Tracker

            Tracker(blank)

    def make(root: Path) -> Home:
        made = Home(root).prepare()
        with (
            contextlib.closing(sqlite3.connect(blank.mlflow_db)) as full,
            contextlib.closing(sqlite3.connect(made.mlflow_db)) as empty,
        ):
            full.backup(empty)  # what is not in the file yet, but in its log, too
        return made

    return make


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all workers of a test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
