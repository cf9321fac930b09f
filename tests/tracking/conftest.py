"""A database for runs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from regulars.home import Home
from tests.postgres import Server, postgres

__all__ = ["postgres"]


@pytest.fixture
def database(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty database, which is also where runs go."""
    address = postgres.created()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    return address


@pytest.fixture
def home(new_home: Callable[[Path], Home], tmp_path: Path) -> Home:
    return new_home(tmp_path / "home")
