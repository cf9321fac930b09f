"""A busy database is asked again; whatever else goes wrong is not."""

import sqlite3

import pytest
import tenacity

from regulars.home import Home
from regulars.tracking import client as door


def test_a_busy_call_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenacity.nap.time, "sleep", lambda _: None)
    calls: list[str] = []

    def call(word: str) -> str:
        calls.append(word)
        if len(calls) < 4:
            raise door.mlflow.exceptions.MlflowException(
                "(sqlite3.OperationalError) database is locked", error_code=5000
            )
        return word

    assert door.patiently(call)("a") == "a"
    assert calls == ["a"] * 4


def test_another_error_ends_it_at_once() -> None:
    calls: list[str] = []

    def call() -> None:
        calls.append("once")
        raise door.mlflow.exceptions.MlflowException("no such run")

    with pytest.raises(door.mlflow.exceptions.MlflowException, match="no such run"):
        door.patiently(call)()
    assert calls == ["once"]


def test_readers_and_a_writer_do_not_lock_each_other_out(home: Home) -> None:
    client = door.connect(home)
    experiment = door.experiment_id(client, home, "churn")
    with sqlite3.connect(home.mlflow_db) as reader:
        assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        reader.execute("BEGIN")
        before = reader.execute("SELECT count(*) FROM runs").fetchone()
        client.create_run(experiment)
        assert reader.execute("SELECT count(*) FROM runs").fetchone() == before
    reader.close()
