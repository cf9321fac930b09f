"""A new experiment's folder can be run as it is."""

from pathlib import Path

import pytest

from regulars import artefact, config, experiment, judging, scaffold
from regulars.errors import ConfigError, MissingError
from regulars.ledger import Ledger


@pytest.mark.parametrize("task", artefact.TASKS)
def test_it_can_be_read_for_every_task(task: artefact.Task, tmp_path: Path) -> None:
    made = scaffold.new_experiment(tmp_path, task, "Is it  better?")
    assert made == tmp_path / f"{task}-001-is-it-better"
    found = config.read_experiment(made)
    assert (found.question, found.baseline, len(found.models)) == ("Is it  better?", found.models[0], 2)
    judging.check_metric(found.metric, task, 90)
    readme = (made / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# Is it  better?\n")
    assert all(f"**{heading}**" in readme for heading in ("Question", "Protocol", "Result", "Decision"))


def test_it_runs_once_the_hints_are_followed(small_ledger: Ledger, tmp_path: Path) -> None:
    made = scaffold.new_experiment(tmp_path, "churn", "Is less enough?", models=["churn_recency"])
    file = made / "experiment.toml"
    text = file.read_text(encoding="utf-8")
    shown = ["[variants.", "of = ", "parameters = ", "training = ", "[training]", "horizon_days", "[protocol]",
             "n_tests", "test_step_days", "seeds"]  # fmt: skip
    for line in shown:
        text = text.replace(f"# {line}", line, 1)
    text = text.replace('models = ["churn_recency"]', 'models = ["churn_recency", "churn_recency_plain"]')
    text = text.replace("horizon_days = 90", "horizon_days = 30").replace("n_tests = 3", "n_tests = 2")
    file.write_text(text, encoding="utf-8")
    asked = config.read_experiment(made)
    assert asked.variants["churn_recency_plain"].training == {"n_snapshots": 3}
    assert {verdict.model for verdict in experiment.run(asked, small_ledger).verdicts} == set(asked.models)


def test_numbers_go_on_and_names_are_plain(tmp_path: Path) -> None:
    (tmp_path / "churn-007-old").mkdir()
    (tmp_path / "churn-x").mkdir()
    made = scaffold.new_experiment(
        tmp_path, "churn", "Does last year's saison d'\u00e9t\u00e9 help - at all, " + "really " * 20
    )
    assert made.name == "churn-008-does-last-years-saison-dete-help-at-all-really"
    assert scaffold.new_experiment(tmp_path, "timing", "And?").name == "timing-001-and"


def test_what_cannot_be_asked_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no letters"):
        scaffold.new_experiment(tmp_path, "churn", "?")
    with pytest.raises(ConfigError, match="timing_hazard answers timing, not churn"):
        scaffold.new_experiment(tmp_path, "churn", "Why?", models=["timing_hazard"])
    with pytest.raises(MissingError, match=r"no model 'churn_hazrd' \(did you mean"):
        scaffold.new_experiment(tmp_path, "churn", "Why?", models=["churn_hazrd"])
    assert not list(tmp_path.iterdir())
