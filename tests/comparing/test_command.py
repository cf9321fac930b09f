"""`regulars compare` and regulars.compare from names to tables: runs, folders, names, and what is refused."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import regulars
from regulars import comparing, report, workshop
from regulars.cli import app
from regulars.comparing import sources
from regulars.errors import ConfigError, DataError, MissingError, RegularsError
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.tracking import Tracker, family
from regulars.tracking import client as door
from tests.comparing.made import source
from tests.comparing.test_page import Page
from tests.test_experiment import asked


@pytest.fixture(scope="module")
def ran(
    small_ledger: Ledger, new_home: Callable[[Path], Home], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, Path]:
    """A home with the run of a small experiment, and the folder of that."""
    folder = tmp_path_factory.mktemp("asked")
    home = new_home(folder / "home")
    workshop.run(asked(folder, "churn"), small_ledger, home)
    return home, folder / "churn"


def run_id(home: Home) -> str:
    return str(Tracker(home).parents("churn")[0]["run_id"])


def written(found: report.Report, folder: Path) -> Path:
    """Write a report into a folder of its own."""
    folder.mkdir(parents=True)
    report.write(found, folder / "report.json")
    return folder


def test_run_folder_and_newest_are_the_same(ran: tuple[Home, Path]) -> None:
    home, folder = ran
    by_run, by_folder, newest = (comparing.find(names, home) for names in ([run_id(home)], [folder], []))
    assert by_run == by_folder == newest
    [found] = by_folder
    assert (found.name, found.run_id) == ("churn", run_id(home))
    assert set(found.costs) == {"churn_recency", "churn_lightgbm"}
    assert found.costs["churn_lightgbm"].model_mb > found.costs["churn_recency"].model_mb > 0


def test_named_twice_it_is_shown_once(ran: tuple[Home, Path]) -> None:
    home, folder = ran
    assert len(comparing.find([run_id(home), folder, str(folder)], home)) == 1


def test_a_report_that_no_run_gave_has_no_costs(ran: tuple[Home, Path], small_ledger: Ledger, tmp_path: Path) -> None:
    folder = written(source(small_ledger).report, tmp_path / "other")
    [found] = comparing.find([folder], ran[0])
    assert (found.run_id, found.costs) == (None, {})
    assert comparing.find([folder], Home(tmp_path / "no-home"))[0] == found
    assert not (tmp_path / "no-home").exists()


def test_names_are_looked_up_in_experiments(
    small_ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(source(small_ledger).report, tmp_path / "experiments" / "mine")
    [found] = comparing.find(["mine"], Home(tmp_path / "home"))
    assert found.name == "made-up"
    # Those of the checkout are there from anywhere, as from a notebook.
    assert sources._folder("churn-001-who-is-leaving") == sources.ROOT / "churn-001-who-is-leaving"


def test_the_page_and_the_costs_are_kept_with_the_run(ran: tuple[Home, Path]) -> None:
    home, _ = ran
    door.connect(home)
    path = door.mlflow.artifacts.download_artifacts(run_id=run_id(home), artifact_path="compare.html")
    page = Page(Path(path).read_text(encoding="utf-8"))
    assert page.open == []
    assert f"regulars reproduce {run_id(home)}" in page.text
    metrics = family.candidates(home, run_id(home))["churn_lightgbm"]
    assert {"fit_seconds", "answer_seconds", "model_mb", "auc", "lead_low"} <= set(metrics)
    assert family.candidates(home, "nonsense") == {}


def test_the_command_prints_a_leaderboard_and_writes_a_page(
    ran: tuple[Home, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, folder = ran
    monkeypatch.setenv("REGULARS_HOME", str(home.root))
    done = CliRunner().invoke(app, ["compare", str(folder), "--html", str(tmp_path / "page.html")])
    assert done.exit_code == 0, done.output
    rows = [line for line in done.output.splitlines() if line.lstrip().startswith("churn_")]
    assert "(winner)" in done.output
    assert len(rows) >= 2
    assert "the baseline" in done.output
    assert Page((tmp_path / "page.html").read_text(encoding="utf-8")).open == []


def test_machines_get_the_same_as_json(ran: tuple[Home, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_HOME", str(ran[0].root))
    done = CliRunner().invoke(app, ["compare", "--json"])
    assert done.exit_code == 0, done.output
    [board] = json.loads(done.output)
    assert (board["task"], board["experiments"], board["runs"]) == ("churn", ["churn"], [run_id(ran[0])])
    assert {each["name"] for each in board["candidates"]} == {"churn_recency", "churn_lightgbm"}


def test_a_notebook_gets_a_table(ran: tuple[Home, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_HOME", str(ran[0].root))
    table = regulars.compare(ran[1])
    assert set(table.index) == {"churn_recency", "churn_lightgbm"}
    assert (table["mb"] > 0).all()


def test_mixed_data_are_refused(
    ran: tuple[Home, Path], small_ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGULARS_HOME", str(ran[0].root))
    other = source(small_ledger).report
    other["data"]["fingerprint"] = "abc"
    done = CliRunner().invoke(app, ["compare", str(ran[1]), str(written(other, tmp_path / "other"))])
    assert isinstance(done.exception, ConfigError)
    assert str(done.exception) == (
        f"churn and made-up cannot be compared, as their data differ ({small_ledger.fingerprint} and abc); "
        "run both on the same ledger, or compare each by itself"
    )


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (None, MissingError, "no report.json in FOLDER; run the experiment: regulars run FOLDER"),
        ("[]", DataError, "FOLDER/report.json is no report of an experiment; run it again: regulars run FOLDER"),
        (
            '{"candidates": {}}',
            ConfigError,
            "the report of FOLDER is of an older version of regulars; run it again: regulars run FOLDER",
        ),
    ],
)
def test_a_folder_without_a_report_to_compare(
    content: str | None, error: type[RegularsError], said: str, tmp_path: Path
) -> None:
    (tmp_path / "experiment.toml").touch()
    if content is not None:
        (tmp_path / "report.json").write_text(content, encoding="utf-8")
    with pytest.raises(error) as caught:
        comparing.find([tmp_path], Home(tmp_path / "home"))
    assert str(caught.value) == said.replace("FOLDER", str(tmp_path))


def test_a_file_that_is_no_json(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"cannot read .*report\.json \(.*\); run the experiment again: regulars run"):
        comparing.find([tmp_path], Home(tmp_path / "home"))


def test_a_name_of_nothing(ran: tuple[Home, Path]) -> None:
    with pytest.raises(MissingError) as caught:
        comparing.find(["churn-001-who-is-leavin"], ran[0])
    assert str(caught.value) == (
        "no experiment has the run id 'churn-001-who-is-leavin', and none in experiments/ that name (did you mean "
        "'churn-001-who-is-leaving'?); name a folder such as experiments/churn-001-who-is-leaving"
    )


def two_newest(home: Home, reports: dict[str, report.Report], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``home`` have these as its newest runs, by run id, each on a task of its own."""
    monkeypatch.setenv("REGULARS_HOME", str(home.root))
    monkeypatch.setattr(sources, "_newest", lambda _: list(reports))
    monkeypatch.setattr(Tracker, "report", lambda _, run_id: reports[run_id])
    monkeypatch.setattr(sources, "_costs", lambda *_: {})


def test_without_names_an_older_report_is_left_out_and_told(
    small_ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, old = Home(tmp_path), {"experiment": "spend-old", "candidates": {}}
    two_newest(home, {"new": source(small_ledger).report, "old": old}, monkeypatch)
    said = (
        "left out: the report of experiments/spend-old is of an older version of regulars; run it again: "
        "regulars run experiments/spend-old"
    )
    done = CliRunner().invoke(app, ["compare", "--json"])
    assert (done.exit_code, done.stderr) == (0, f"{said}\n")
    assert [board["experiments"] for board in json.loads(done.stdout)] == [["made-up"]]
    with pytest.warns(UserWarning, match="^left out: the report of experiments/spend-old") as caught:
        assert set(regulars.compare()["task"]) == {"churn"}
    assert caught[0].filename == __file__
    with pytest.raises(ConfigError, match="run it again"):
        comparing.find(["old"], home)


def test_without_names_and_with_older_reports_only_there_is_nothing_to_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_newest(Home(tmp_path), {"old": {"experiment": "spend-old", "candidates": {}}}, monkeypatch)
    with pytest.raises(ConfigError, match=r"run it again: regulars run experiments/spend-old$"):
        comparing.find([], Home(tmp_path))


def test_a_damaged_report_names_file_and_key(small_ledger: Ledger, tmp_path: Path) -> None:
    found = source(small_ledger).report
    del found["pairs"]["churn_recency"]["churn_btyd"]["metrics"]
    folder = written(found, tmp_path / "damaged")
    with pytest.raises(DataError) as caught:
        comparing.find([folder], Home(tmp_path / "home"))
    assert str(caught.value) == (
        f"{folder}/report.json is damaged: pairs.churn_recency.churn_btyd.metrics (field required); "
        f"run it again: regulars run {folder}"
    )


def test_the_package_is_imported_without_what_compares() -> None:
    code = "import sys, regulars; print({'pandas', 'matplotlib', 'mlflow', 'jinja2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
