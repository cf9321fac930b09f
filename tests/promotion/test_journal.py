"""The journal: who was champion when and why; and the way back."""

import datetime as dt
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from regulars import config
from regulars.errors import ConfigError, MissingError
from regulars.home import Home
from regulars.tracking import NOBODY, Change, Entry, Named, Registry
from regulars.tracking import client as door
from regulars.tracking.registry import BusyError
from tests.promotion.test_kill import MODELS, fitted

NewHome = Callable[[Path], Home]


@pytest.fixture
def registry(new_home: NewHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry without a champion."""
    for model in MODELS:
        (tmp_path / "models" / model).mkdir(parents=True)
    monkeypatch.setenv("REGULARS_MODELS", str(tmp_path / "models"))
    return Registry(new_home(tmp_path / "home"))


def crown(registry: Registry, model: str, why: str = "it won") -> str:
    """Register a model of churn and make it the champion; return its version."""
    folder = config.models_folder().parent / model
    version = registry.add(folder, fitted(folder, model), {})
    registry.crown(version, Change("promote", "churn", why, "churn-001", "run", {"loser": "-0.1"}, ("better: passed",)))
    return version


def told(registry: Registry) -> list[tuple[str, str, str]]:
    """Action, version and state of every entry, newest first."""
    return [(entry.change.action, entry.to.version, entry.state) for entry in registry.journal.entries("churn")]


def test_who_was_champion_when(registry: Registry) -> None:
    assert registry.journal.entries() == []
    crown(registry, MODELS[0], "the first")
    crown(registry, MODELS[1], "the second")
    new, old = registry.journal.stints("churn")
    assert (old.until, new.until) == (new.entry.at, None)
    assert (old.entry.instead_of, new.entry.instead_of) == (NOBODY, Named(MODELS[0], "1"))
    assert new.entry.change == Change(
        "promote", "churn", "the second", "churn-001", "run", {"loser": "-0.1"}, ("better: passed",)
    )
    assert registry.journal.live_at("churn", old.entry.at) == old.entry
    assert registry.journal.live_at("churn", new.entry.at - dt.timedelta(milliseconds=1)) == old.entry
    assert registry.journal.live_at("churn", new.entry.at + dt.timedelta(days=1)) == new.entry
    assert registry.journal.live_at("churn", old.entry.at - dt.timedelta(milliseconds=1)) is None
    assert registry.journal.live_at("timing", new.entry.at) is None
    with pytest.raises(ConfigError, match="give it a time zone"):
        registry.journal.live_at("churn", dt.datetime(2024, 1, 1))


def test_what_was_refused_never_was_live(registry: Registry) -> None:
    crown(registry, MODELS[0])
    registry.journal.note(Change("refused", "churn", "too weak"), Named(MODELS[1]), Named(MODELS[0], "1"))
    refused, live = registry.journal.stints()
    assert (refused.summary()["live_from"], refused.until, live.until) == (None, None, None)
    champion = registry.journal.live_at("churn", refused.entry.at + dt.timedelta(days=1))
    assert champion == live.entry


def test_back_and_further_back(registry: Registry) -> None:
    for model in (MODELS[0], MODELS[1], MODELS[0]):
        crown(registry, model)
    assert registry.rollback("churn").version == "2"
    file = config.models_folder() / MODELS[1] / "champion.json"
    assert json.loads(file.read_text(encoding="utf-8"))["why"] == "back from churn_recency (version 3)"
    assert json.loads(file.read_text(encoding="utf-8"))["experiment"] == "churn-001"
    assert registry.rollback("churn", "too many false alarms").version == "1"
    assert not file.exists()
    entry = registry.journal.entries("churn")[0]
    assert (entry.change.action, entry.change.why) == ("rollback", "too many false alarms")
    assert (entry.to, entry.instead_of) == (Named(MODELS[0], "1"), Named(MODELS[1], "2"))
    with pytest.raises(MissingError, match=r"no champion of churn came before churn_recency \(version 1\)"):
        registry.rollback("churn")
    crown(registry, MODELS[1])
    assert registry.rollback("churn").version == "1"


def test_no_way_back(registry: Registry) -> None:
    with pytest.raises(MissingError, match="no champion of churn came before now, so there is nothing to go back to"):
        registry.rollback("churn")
    assert registry.journal.entries() == []


def test_no_way_back_to_lost_files(registry: Registry) -> None:
    crown(registry, MODELS[0])
    lost = registry.champion("churn").folder / "model.json"
    crown(registry, MODELS[1])
    lost.unlink()
    with pytest.raises(MissingError, match="version 1 of regulars-churn has lost its files"):
        registry.rollback("churn")
    assert registry.champion("churn").version == "2"
    assert told(registry) == [("promote", "2", "done"), ("promote", "1", "done")]


def test_a_champion_whose_files_are_lost_can_be_followed(registry: Registry) -> None:
    crown(registry, MODELS[0])
    (registry.champion("churn").folder / "model.json").unlink()
    crown(registry, MODELS[1])
    assert registry.champion("churn").version == "2"
    assert registry.journal.entries("churn")[0].instead_of == Named(MODELS[0], "1")


def test_a_move_by_other_means_is_noted_once(registry: Registry) -> None:
    """As by hand in MLflow, or by a version that knew no journal."""
    for model in MODELS:
        crown(registry, model)
    door.mlflow.MlflowClient().set_registered_model_alias("regulars-churn", "champion", "1")
    for _ in range(2):
        assert registry.champions()["churn"].version == "1"
    assert told(registry) == [("found", "1", "done"), ("promote", "2", "done"), ("promote", "1", "done")]
    assert (config.models_folder() / MODELS[0] / "champion.json").is_file()
    assert registry.rollback("churn").version == "2"


def test_who_looked_too_early_is_corrected(registry: Registry) -> None:
    """Two homes share the store: one ends the other's intent, whose alias moves a moment later."""
    crown(registry, MODELS[0])
    folder = config.models_folder().parent / MODELS[1]
    version = registry.add(folder, fitted(folder, MODELS[1]), {})
    registry.journal.begin(Change("promote", "churn", "slow"), Named(MODELS[1], version), Named(MODELS[0], "1"))
    registry.mend()
    assert told(registry)[0] == ("promote", "2", "not done")
    door.mlflow.MlflowClient().set_registered_model_alias("regulars-churn", "champion", version)
    registry.mend()
    assert told(registry) == [("promote", "2", "done"), ("promote", "1", "done")]


def test_only_one_promotes_at_a_time(registry: Registry) -> None:
    """Another thread stands for another process: to the lock it is one."""
    crown(registry, MODELS[0])
    file = config.models_folder() / MODELS[0] / "champion.json"
    file.unlink()

    def elsewhere(call: Callable[[], object]) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(call).result()

    def hurried() -> None:
        with registry.alone(patience=0):
            pass

    with registry.alone():
        hurried()  # its own steps are let in
        with pytest.raises(BusyError, match=r"another command promotes in .*; try again when it is done"):
            elsewhere(hurried)
        elsewhere(registry.mend)  # leaves it to whoever is at work
        assert not file.exists()
    elsewhere(registry.mend)
    assert file.is_file()


def test_a_model_that_is_no_longer_in_models_has_no_file(registry: Registry) -> None:
    folder = config.models_folder().parent / "gone"
    version = registry.add(folder, fitted(folder, "churn_gone"), {})
    assert registry.crown(version, Change("train", "churn", "once")).meta.model == "churn_gone"
    assert list(config.models_folder().glob("*/champion.json*")) == []


def test_other_tasks_and_unreadable_files(registry: Registry) -> None:
    foreign = config.models_folder() / "timing_btyd" / "champion.json"
    damaged = config.models_folder() / MODELS[1] / "champion.json"
    foreign.parent.mkdir()
    foreign.write_text('{"task": "timing"}', encoding="utf-8")
    damaged.write_text("{", encoding="utf-8")
    crown(registry, MODELS[0])
    assert (foreign.is_file(), damaged.exists()) == (True, False)


def test_an_entry_is_what_was_said(registry: Registry) -> None:
    crown(registry, MODELS[0])
    [entry] = registry.journal.entries()
    assert isinstance(entry, Entry)
    summary = registry.journal.stints()[0].summary()
    assert (summary["when"], summary["live_from"], summary["live_to"]) == (
        entry.at.isoformat(timespec="seconds"), entry.at.isoformat(timespec="seconds"), None
    )  # fmt: skip
    assert (summary["losers"], summary["checks"]) == ({"loser": "-0.1"}, ["better: passed"])


def test_a_champion_file_that_is_no_text_is_written_anew(registry: Registry) -> None:
    crown(registry, MODELS[0])
    file = config.models_folder() / MODELS[0] / "champion.json"
    file.write_bytes(b"\xff\xfe")
    assert registry.champions()["churn"].version == "1"
    assert json.loads(file.read_text(encoding="utf-8"))["model"] == MODELS[0]
