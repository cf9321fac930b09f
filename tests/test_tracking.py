"""MLflow as we use it: families of runs, champions, and nothing stored that could run code."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from regulars import artefact
from regulars.artefact import Fitted
from regulars.errors import MissingError
from regulars.estimators.churn import LightGBMChurn
from regulars.home import Home
from regulars.tracking import Registry, Tracker
from regulars.tracking import client as door
from regulars.tracking.runs import KEY, WINNER
from tests.contracts import rows
from tests.test_artefact import META

NewHome = Callable[[Path], Home]
CODE = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")
"""How serialised Python objects begin, bare or zipped."""


@pytest.fixture
def home(new_home: NewHome, tmp_path: Path) -> Home:
    return new_home(tmp_path / "home")


def fitted(folder: Path, seed: int = 0) -> Fitted:
    """Write a small model into ``folder`` and return it."""
    known = rows()
    model = LightGBMChurn(rounds=5, seed=seed).fit(known.features, known.duration, known.observed)
    update = {"model": "churn_lightgbm", "kind": "LightGBMChurn", "source": "model", "seed": seed}
    found = Fitted(META.model_copy(update=update), model)
    artefact.write(folder, found)
    return found


def status(home: Home, run_id: str) -> str:
    return str(door.connect(home).get_run(run_id).info.status)


def test_a_family_of_runs(home: Home) -> None:
    tracker = Tracker(home)
    with tracker.experiment("churn", "who", {WINNER: "a"}) as parent:
        parent.child("a 1", {"model": "a"}, {"auc": 0.8, "lift": float("nan")}, {"regulars.model": "a"})
        parent.child("b 1", {"model": "b"}, {"auc": 0.7}, {"regulars.model": "b"})
        parent.log({"models": "a, b"})
        parent.json("report.json", {"winner": "a"})
        parent.dataset("ledger", "f" * 32, {"lines": 3})
        assert status(home, parent.run_id) == "RUNNING"
        assert tracker.find("churn", "key") is None
        parent.tag(KEY, "key")
    assert tracker.find("churn", "key") == parent.run_id
    assert tracker.find("timing", "key") is None
    assert tracker.report(parent.run_id) == {"winner": "a"}
    [found] = tracker.parents()
    assert (found["run_id"], found["name"], found["task"]) == (parent.run_id, "who", "churn")
    client = door.connect(home)
    inside = f"tags.`mlflow.parentRunId` = '{parent.run_id}'"
    children = client.search_runs([door.experiment_id(client, home, "churn")], inside)
    assert {run.info.run_name: dict(run.data.metrics) for run in children} == {"a 1": {"auc": 0.8}, "b 1": {"auc": 0.7}}
    assert {run.info.status for run in children} == {"FINISHED"}


@pytest.mark.parametrize(("error", "ending"), [(ValueError, "FAILED"), (KeyboardInterrupt, "KILLED")])
def test_a_run_that_breaks_off_is_not_found_again(home: Home, error: type[BaseException], ending: str) -> None:
    tracker = Tracker(home)
    with pytest.raises(error), tracker.experiment("churn", "who", {WINNER: "a", KEY: "key"}) as parent:
        raise error
    assert status(home, parent.run_id) == ending
    assert tracker.find("churn", "key") is None
    assert tracker.parents() == []


def test_the_newest_parent_comes_first(home: Home) -> None:
    tracker = Tracker(home)
    for name in ("old", "new"):
        with tracker.experiment("timing", name, {WINNER: "a", KEY: name}):
            pass
    assert [run["name"] for run in tracker.parents("timing")] == ["new", "old"]


def test_the_last_registered_is_the_champion(home: Home, tmp_path: Path) -> None:
    registry = Registry(home)
    assert registry.champions() == {}
    with pytest.raises(MissingError, match=r"no champion for churn .*; train one with: regulars train"):
        registry.champion("churn")
    for seed in (0, 1):
        told = fitted(tmp_path / str(seed), seed)
        champion = registry.register(tmp_path / str(seed), told.meta, {"why": f"seed {seed}"})
    assert champion == registry.champion("churn") == registry.champions()["churn"]
    assert (champion.name, champion.version, champion.alias) == ("regulars-churn", "2", "champion")
    assert registry.tags(champion)["why"] == "seed 1"
    assert champion.meta == told.meta
    assert dt.datetime.fromisoformat(champion.trained_at).utcoffset() == dt.timedelta(0)
    again = artefact.read(champion.folder)
    np.testing.assert_array_equal(again.estimator.predict(rows().asked), told.estimator.predict(rows().asked))
    lineage = champion.lineage()
    assert {"name", "version", "run_id", "alias", "trained_at", "source", "as_of", "fingerprint"} <= set(lineage)
    assert lineage["run_id"] == champion.run_id


def test_mlflow_loads_the_model_from_code(home: Home, tmp_path: Path) -> None:
    told = fitted(tmp_path / "model")
    Registry(home).register(tmp_path / "model", told.meta, {})
    loaded = door.mlflow.pyfunc.load_model("models:/regulars-churn@champion")
    answer = loaded.predict(rows().asked.to_pandas())
    assert list(answer.columns) == ["churn_probability"]
    np.testing.assert_allclose(answer["churn_probability"], told.estimator.predict(rows().asked))


def test_nothing_stored_can_run_code(home: Home, tmp_path: Path) -> None:
    told = fitted(tmp_path / "model")
    Registry(home).register(tmp_path / "model", told.meta, {})
    files = [file for file in home.artifacts.rglob("*") if file.is_file()]
    assert {"model.json", "booster.txt", "MLmodel"} <= {file.name for file in files}
    for file in files:
        assert file.suffix in {".json", ".txt", ".yaml", ".yml", ".py", ".npz", ".npy", ".parquet", ".png", ""}, file
        assert not file.read_bytes().startswith(CODE) or file.suffix == ".npz", file
    ours = (Path(door.__file__).parent / "model_code.py").read_bytes()
    assert [file.read_bytes() for file in files if file.suffix == ".py"] == [ours]


def test_homes_do_not_share_champions(new_home: NewHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    one, two = new_home(tmp_path / "one"), new_home(tmp_path / "two")
    told = fitted(tmp_path / "model")
    Registry(one).register(tmp_path / "model", told.meta, {})
    assert Registry(two).champions() == {}
    assert set(Registry(one).champions()) == {"churn"}
    assert Registry(one).champion("churn").folder.is_relative_to(one.artifacts)
