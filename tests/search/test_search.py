"""A small search from the command line to model.toml."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regulars import cli, search
from regulars.config import read_model
from regulars.errors import DataError
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.search import lead, story
from regulars.search.judge import Judge
from regulars.search.lead import Lead
from regulars.tracking import Tracker
from regulars.tracking import client as door
from tests.search.made import MODEL, SEARCH, model

BEFORE = "2023-09-01"
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(new_home: Callable[[Path], Home], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of the test's own, and a model in a folder of its own."""
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REGULARS_MODELS", str(model(tmp_path)))
    return new_home(tmp_path / "home")


@pytest.fixture
def say(home: Home, small_ledger: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs ``regulars search small`` on the small shop; returns code, output and what was said beside it."""

    def run(*words: object) -> tuple[int, str, str]:
        line = ["regulars", "search", "small", "--ledger", small_ledger.path, "--before", BEFORE, *words]
        monkeypatch.setattr("sys.argv", [str(word) for word in line])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def asked(ledger: Ledger, **changes: Any) -> search.Asked:
    return search.ask(read_model("small"), ledger, dt.date.fromisoformat(BEFORE), **changes)


def searches(home: Home) -> list[Any]:
    client = door.connect(home)
    return list(client.search_runs([door.experiment_id(client, home, "churn")], "tags.`regulars.level` = 'search'"))


def test_a_search_goes_on_and_is_logged(say: Say, home: Home) -> None:
    code, out, err = say("--trials", 2, "--json")
    assert code == 0
    assert "as of 2023-07-03, 2023-07-23;" in " ".join(err.split())
    first = json.loads(out)
    assert first["snapshots"] == ["2023-07-03", "2023-07-23"]
    assert [trial["number"] for trial in first["trials"]] == [0, 1]
    assert first["trials"][0]["parameters"] == {"rounds": 5, "learning_rate": 0.03}
    more = json.loads(say("--json")[1])
    assert more["study"] == first["study"]
    assert more["trials"][:2] == first["trials"]
    assert len(more["trials"]) == 4
    assert more["best"]["value"] <= more["present"]["value"]
    assert json.loads(say("--json")[1]) == more
    runs = searches(home)
    assert len(runs) == 2
    assert {run.data.params["trials"] for run in runs} == {"2", "4"}
    latest = max(runs, key=lambda run: run.info.start_time)
    kept = json.loads(
        Path(door.mlflow.artifacts.download_artifacts(run_id=latest.info.run_id, artifact_path="search.json"))
        .read_text(encoding="utf-8")
    )  # fmt: skip
    assert kept["trials"] == more["trials"]
    assert Tracker(home).parents("churn") == []


def test_the_same_budget_finds_the_same(home: Home, small_ledger: Ledger, tmp_path: Path) -> None:
    found = [search.run(asked(small_ledger), Home(tmp_path / name)).summary() for name in ("one", "two")]
    assert found[0] == found[1]


def test_other_questions_are_other_studies(home: Home, small_ledger: Ledger, tmp_path: Path) -> None:
    plain = asked(small_ledger)
    file = tmp_path / "models/small/search.toml"
    names = [plain.name, asked(small_ledger, horizon_days=30).name]
    names.append(search.ask(plain.spec, small_ledger, dt.date(2023, 8, 30)).name)
    file.write_text(SEARCH.replace("high = 40", "high = 50"), encoding="utf-8")
    names.append(asked(small_ledger).name)
    assert len(set(names)) == 4
    file.write_text(SEARCH.replace("trials = 4", "trials = 9"), encoding="utf-8")
    (file.with_name("model.toml")).write_text(MODEL.replace("rounds = 5", "rounds = 6"), encoding="utf-8")
    assert asked(small_ledger).name == plain.name
    (file.with_name("model.toml")).write_text(MODEL.replace("= 20", "= 21"), encoding="utf-8")
    assert asked(small_ledger).name != plain.name


def test_what_is_better_beyond_noise_is_written(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "lead", lambda *_: Lead(0.01, 0.005, 0.02, 2, 2))
    code, out, _ = say("--write", "--json")
    found = json.loads(out)
    assert code == 0
    assert read_model("small").parameters == {**found["best"]["parameters"], "min_data_in_leaf": 20}
    assert "+rounds = " in found["diff"]
    assert "# quick" in (tmp_path / "models/small/model.toml").read_text(encoding="utf-8")
    code, out, err = say("--write")
    assert code == 1
    assert "the best parameters are the present ones" in err


@pytest.mark.parametrize("found", [Lead(0.01, -0.001, 0.02, 2, 2), Lead(0.01, 0.001, 0.02, 1, 2)])
def test_what_is_not_is_refused(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Lead) -> None:
    monkeypatch.setattr(story, "lead", lambda *_: found)
    code, out, err = say("--write", "--trials", 3)
    assert code == 1
    assert "brier" in out
    assert (
        "error: models/small/model.toml stays as it is: the best parameters are not better beyond noise: +0.01" in err
    )
    assert (tmp_path / "models/small/model.toml").read_text(encoding="utf-8") == MODEL


def test_a_lead_is_positive_where_the_found_are_better(home: Home, small_ledger: Ledger) -> None:
    this = asked(small_ledger)
    judge = Judge(this.spec, small_ledger, this.search.training, "brier")
    # With no tree to speak of everyone gets the mean rate: worse than what has learned something.
    learned, nothing = {"rounds": 30, "learning_rate": 0.1}, {"rounds": 1, "learning_rate": 0.0001}
    ahead = lead.lead(judge, this.snapshots, learned, nothing, (0,))
    behind = lead.lead(judge, this.snapshots, nothing, learned, (0,))
    level = lead.lead(judge, this.snapshots, learned, learned, (0,))
    assert ahead.beyond_noise
    assert ahead.better_by == pytest.approx(-behind.better_by)
    assert not behind.beyond_noise
    assert (level.better_by, level.snapshots_won, level.beyond_noise) == (0.0, 0, False)


def test_ctrl_c_keeps_what_was_judged(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    say("--trials", 1)
    verdicts = Judge.verdicts

    def stopped(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Judge, "verdicts", stopped)
    code, out, err = say("--trials", 3)
    assert (code, out) == (130, "")
    assert "the same command goes on from there" in err
    monkeypatch.setattr(Judge, "verdicts", verdicts)
    found = json.loads(say("--trials", 3, "--json")[1])
    assert [trial["number"] for trial in found["trials"]] == [0, 2, 3]


def test_windows_in_test_windows_are_told(say: Say) -> None:
    told = "Experiments test from 2023-06-01 on: they cannot judge what this search finds"
    assert told in " ".join(say("--trials", 1)[2].split())
    assert "Experiments test" not in say("--trials", 1, "--before", "2023-06-01")[2]


def test_time_may_run_out(home: Home, small_ledger: Ledger) -> None:
    found = search.run(asked(small_ledger, budget=search.Budget(trials=50, minutes=1e-9)), home)
    assert [trial.parameters for trial in found.trials] == [{"rounds": 5, "learning_rate": 0.03}]
    assert found.lead is None


def test_too_short_a_history_says_what_to_do(home: Home, small_ledger: Ledger) -> None:
    with pytest.raises(DataError, match=r"with a horizon of 200 days; use --horizon \d+ or less"):
        asked(small_ledger, horizon_days=200)
