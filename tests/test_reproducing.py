"""An experiment done again: from a run alone, from a folder, and what stands in the way."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from regulars import cli, reproducing, workshop
from regulars.errors import ConfigError, DataError, MissingError
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.passport import CONFIG
from regulars.tracking import Tracker
from tests import shops
from tests.test_experiment import asked

AUC = "candidates.quick.metrics.auc.mean"
VARIANT = """
[variants.quick]
of = "churn_lightgbm"
parameters = {rounds = 20}
training = {n_snapshots = 2}
"""


@pytest.fixture(scope="module")
def home(new_home: Callable[[Path], Home], tmp_path_factory: pytest.TempPathFactory) -> Home:
    return new_home(tmp_path_factory.mktemp("shop") / "home")


@pytest.fixture(scope="module")
def folder(home: Home, small_ledger: Ledger) -> Path:
    """A finished experiment with a variant of a model that is no candidate itself."""
    made = asked(home.root.parent, "churn", churn_lightgbm="quick")
    file = made / "experiment.toml"
    file.write_text(file.read_text("utf-8") + VARIANT, "utf-8")
    workshop.run(made, small_ledger, home)
    return made


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """A copy of the folder, to be spoilt."""
    made = tmp_path / folder.name
    made.mkdir()
    for file in folder.iterdir():
        (made / file.name).write_bytes(file.read_bytes())
    return made


def change(folder: Path, path: str, value: Any) -> None:
    """Write another number into a report."""
    file = folder / "report.json"
    found = inner = json.loads(file.read_text("utf-8"))
    *way, last = path.split(".")
    for name in way:
        inner = inner[name]
    inner[last] = value
    file.write_text(json.dumps(found), "utf-8")


def test_a_run_is_reproduced_from_its_own_configuration_alone(
    folder: Path, home: Home, small_ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = Tracker(home)
    [run] = tracker.parents("churn")
    assert set(tracker.document(run["run_id"], CONFIG)["models"]) == {"churn_recency", "churn_lightgbm", "quick"}
    before = (folder / "report.json").read_bytes()
    monkeypatch.setenv("REGULARS_MODELS", str(tmp_path))  # there are no models in it
    found = reproducing.reproduce(run["run_id"], small_ledger, home)
    told = found.summary()
    assert (told["reproduced"], told["beyond"], told["passport"], told["unmatched"]) == (True, [], {}, 0)
    assert told["compared"] > 100
    assert (folder / "report.json").read_bytes() == before
    assert tracker.parents("churn") == [run]


def test_a_changed_number_is_named(folder: Path, copy: Path, small_ledger: Ledger, tmp_path: Path) -> None:
    change(copy, AUC, 0.25)
    words = ["reproduce", str(copy), "--ledger", str(small_ledger.path)]
    spoken = CliRunner().invoke(cli.app, [*words, "--json"], env={"REGULARS_HOME": str(tmp_path / "home")})
    assert spoken.exit_code == 1
    told = json.loads(spoken.stdout)
    then = json.loads((folder / "report.json").read_text("utf-8"))["candidates"]["quick"]["metrics"]["auc"]["mean"]
    assert told["beyond"] == [{"number": AUC, "then": 0.25, "now": then}]
    assert not told["reproduced"]
    assert not (tmp_path / "home").exists()


def test_other_data_are_refused(folder: Path, home: Home, tmp_path: Path) -> None:
    other = shops.ledger(shops.simulate(20, 60), tmp_path / "other")
    message = r"was run on other data \(.* 150 customers.*\) than .*/other holds \(.* 20 customers.*regulars ingest"
    for what in (str(folder), Tracker(home).parents("churn")[0]["run_id"]):
        with pytest.raises(MissingError, match=message):
            reproducing.reproduce(what, other, home)


def test_a_changed_question_is_refused(copy: Path, home: Home, small_ledger: Ledger) -> None:
    file = copy / "experiment.toml"
    file.write_text(file.read_text("utf-8").replace("n_tests = 2", "n_tests = 1"), "utf-8")
    with pytest.raises(ConfigError, match=r"was changed after report\.json was written \(n_tests: 2 then, 1 now\)"):
        reproducing.reproduce(str(copy), small_ledger, home)


def test_what_was_not_kept_is_asked_for(copy: Path, home: Home, small_ledger: Ledger) -> None:
    with pytest.raises(MissingError, match="no experiment has the run id 'nothing'"):
        reproducing.reproduce("nothing", small_ledger, home)
    (copy / "report.json").write_text("{}", "utf-8")
    with pytest.raises(DataError, match=r"report\.json is damaged"):
        reproducing.reproduce(str(copy), small_ledger, home)
    (copy / "report.json").unlink()
    with pytest.raises(MissingError, match=r"no report\.json in .*; there is nothing to reproduce"):
        reproducing.reproduce(str(copy), small_ledger, home)


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        (None, MissingError, r"was made before configurations were kept; .*: experiments/old"),
        ({"experiment": {"unheard": 1}, "models": {}}, DataError, r"made with version 0\.0 .* check out abc"),
    ],
)
def test_runs_of_other_versions_are_told_from_ours(
    new_home: Callable[[Path], Home],
    tmp_path: Path,
    config: dict[str, Any] | None,
    error: type[Exception],
    message: str,
) -> None:
    tracker = Tracker(new_home(tmp_path / "home"))
    tags = {"regulars.version": "0.0", "regulars.commit": "abc"}
    with tracker.experiment("churn", "old", tags) as parent:
        parent.json("report.json", {"experiment": "old"})
        if config:
            parent.json(CONFIG, config)
    with pytest.raises(error, match=message):
        reproducing.of_run(parent.run_id, tracker)


def test_reports_are_compared_in_what_both_have() -> None:
    then = {"winner": "a", "protocol": {"n_tests": 2}, "candidates": {"a": {"auc": 0.7, "fit_seconds": 3.0}}}
    now = {"winner": "a", "candidates": {"a": {"auc": 0.700001, "fit_seconds": 9.0, "ece": 0.1}}, "pairs": {}}
    found = reproducing.compare("x", then, now)
    assert (found.n_compared, found.n_unmatched, found.beyond) == (2, 1, [])
    assert [(each.path, each.by) for each in found.differences] == [("candidates.a.auc", 1e-6)]


@pytest.mark.parametrize(
    ("then", "now", "beyond"),
    [
        (0.5, 0.500002, True),
        (1000.0, 1000.0009, False),
        (1000.0, 1000.002, True),
        (None, 0.5, True),
        (0.5, None, True),
        (None, None, False),
        (True, False, True),
        ([0.5, 0.6], [0.5, 0.7], True),
    ],
)
def test_how_far_a_number_may_be_off(then: Any, now: Any, beyond: bool) -> None:
    found = reproducing.compare("x", {"pairs": {"a": then}}, {"pairs": {"a": now}})
    assert bool(found.beyond) == beyond


def test_another_winner_is_a_difference() -> None:
    [found] = reproducing.compare("x", {"winner": "a"}, {"winner": "b"}).beyond
    assert (found.path, found.then, found.now) == ("winner", "a", "b")


def test_where_nothing_can_be_compared_nothing_is_reproduced() -> None:
    found = reproducing.compare("a", {"candidates": {}}, {"candidates": {"x": {"auc": 0.7}}})
    assert (found.n_compared, found.beyond, found.same, found.summary()["reproduced"]) == (0, [], False, False)
