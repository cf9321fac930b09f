"""Who only reads leaves the store as it is."""

from collections.abc import Callable
from pathlib import Path

from regulars.artefact import TASKS
from regulars.home import Home
from regulars.tracking import Tracker
from regulars.tracking import client as door


def test_reading_makes_no_experiments(new_home: Callable[[Path], Home], tmp_path: Path) -> None:
    home = new_home(tmp_path / "home")
    before = [each.name for each in door.connect(home).search_experiments()]
    tracker = Tracker(home)
    assert [tracker.parents(), tracker.parents("churn")] == [[], []]
    assert tracker.find("churn", "key") is None
    with tracker.alone("churn", "key"):
        pass
    assert [each.name for each in door.connect(home).search_experiments()] == before
    assert not set(before) & set(TASKS)
