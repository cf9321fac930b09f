"""Several runs at once in one home, and what a killed run leaves."""

from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from regulars.home import Home
from regulars.tracking import Tracker
from regulars.tracking import client as door
from tests.tracking.families import at_once, broken_off, family, found, whole


@pytest.mark.parametrize("n", [2, 4])
def test_families_logged_at_once_into_an_empty_home_are_all_there(n: int, tmp_path: Path) -> None:
    names = [f"family {number}" for number in range(n)]
    assert at_once(family, [(tmp_path / "home", name) for name in names]) == [0] * n
    assert found(Home(tmp_path / "home")) == whole(names)


def test_what_a_killed_run_leaves_is_closed_when_the_same_is_run_again(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert at_once(broken_off, [(home.root, "key"), (home.root, "another")]) == [-9, -9]
    tracker, client = Tracker(home), door.connect(home)
    experiment = door.experiment_id(client, home, "churn")

    def statuses() -> dict[str, str]:
        runs = client.search_runs([experiment], "tags.`regulars.key` != ''")
        return {run.data.tags["regulars.key"]: run.info.status for run in runs}

    assert statuses() == {"key": "RUNNING", "another": "RUNNING"}
    assert tracker.parents() == []
    with tracker.alone("churn", "key"):
        assert statuses() == {"key": "KILLED", "another": "RUNNING"}
        with pytest.raises(Timeout):
            FileLock(home.locks / "key.lock", timeout=0).acquire()
    with FileLock(home.locks / "key.lock", timeout=0):
        pass


def test_a_run_of_another_home_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two homes, such as two machines, that keep their runs in one database do not see each other's locks."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'shared.db'}")
    here, there = Tracker(Home(tmp_path / "here")), Tracker(Home(tmp_path / "there"))
    with there.experiment("churn", "at work", {"regulars.key": "key"}) as run, here.alone("churn", "key"):
        client = door.connect(Home(tmp_path / "here"))
        assert client.get_run(run.run_id).info.status == "RUNNING"
