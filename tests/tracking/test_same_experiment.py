"""Two commands that ask for the same experiment at the same moment: one works, the other takes its report."""

import json
import shutil
from pathlib import Path

import pytest

from regulars import workshop
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.tracking import Tracker
from tests.test_experiment import asked
from tests.tracking.families import at_once


def run(folder: Path, ledger: Path, root: Path) -> None:
    """What ``regulars run`` does."""
    workshop.run(folder, Ledger.open(ledger), Home(root))


def _both_end_well(ledger: Ledger, tmp_path: Path, folders: tuple[str, str]) -> None:
    (tmp_path / "one").mkdir()
    asked(tmp_path / "one", "spend")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    wanted = [(tmp_path / each / "spend", ledger.path, tmp_path / "home") for each in folders]
    assert at_once(run, wanted) == [0, 0]
    [parent] = Tracker(Home(tmp_path / "home")).parents("spend")
    found = Tracker(Home(tmp_path / "home")).report(parent["run_id"])
    assert [json.loads((tmp_path / each / "spend" / "report.json").read_text("utf-8")) for each in folders] == [
        found
    ] * 2


def test_on_sqlite_in_one_folder(small_ledger: Ledger, tmp_path: Path) -> None:
    _both_end_well(small_ledger, tmp_path, ("one", "one"))


@pytest.mark.postgres
def test_on_postgresql_in_two_folders(database: str, small_ledger: Ledger, tmp_path: Path) -> None:
    _both_end_well(small_ledger, tmp_path, ("one", "two"))
