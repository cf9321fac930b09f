"""A small experiment of each task, from text to report, and again to the same bytes."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars import config, experiment, judging, report, tables, workshop
from regulars.errors import ConfigError, DataError
from regulars.evaluation import intervals
from regulars.experiment import Outcome
from regulars.home import Home
from regulars.judging import key_metrics
from regulars.ledger import Ledger
from regulars.recording import LEVEL, Pictures
from regulars.tracking import Tracker
from regulars.tracking import client as door

MODELS = {
    "churn": ("auc", "churn_recency", "churn_lightgbm"),
    "timing": ("crps", "timing_median_gap", "timing_hazard"),
    "recommend": ("ndcg_at_10", "recommend_global_top", "recommend_own_top"),
    "spend": ("spearman", "spend_pace", "spend_gamma_gamma"),
    "replenish": ("crps", "replenish_own_gap", "replenish_group_gap"),
}
PICTURES = {
    "churn": ("calibration.png", "lift.png", "lift_money.png"),
    "timing": ("survival.png", "calibration_7.png", "calibration_30.png", "lift.png", "pit.png", "customers.png"),
    "recommend": ("ranking.png",),
    "spend": ("deciles.png", "lift.png", "sums.png"),
    "replenish": ("calibration_7.png", "calibration_30.png"),
}
HORIZONS = {"replenish": 42}
"""Days, where a task's models say another than 30."""
TEXT = """
task = "{task}"
question = "Is {model} better than {baseline}?"
metric = "{metric}"
baseline = "{baseline}"
models = ["{baseline}", "{model}"]
[training]
horizon_days = {horizon}
n_snapshots = 3
[protocol]
n_tests = 2
test_step_days = 20
seeds = [0, 1]
n_resamples = 20
"""


def asked(folder: Path, task: str, **changes: str) -> Path:
    """Write a small experiment on ``task`` and return its folder."""
    metric, baseline, model = MODELS[task]
    text = TEXT.format(task=task, metric=metric, baseline=baseline, model=model, horizon=HORIZONS.get(task, 30))
    for old, new in changes.items():
        text = text.replace(old, new)
    (folder / task).mkdir(parents=True)
    (folder / task / "experiment.toml").write_text(text, encoding="utf-8")
    return folder / task


@pytest.fixture(scope="module", params=MODELS)
def outcome(request: pytest.FixtureRequest, small_ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What a small experiment of each task found."""
    folder = asked(tmp_path_factory.mktemp("asked"), request.param)
    return experiment.run(config.read_experiment(folder), small_ledger)


def test_every_candidate_meets_every_exam(outcome: Outcome) -> None:
    baseline, model = outcome.experiment.models
    seeds = 2 if config.read_model(model).seeded else 1
    assert len(outcome.exams) == 2
    assert (len(outcome.of(baseline)), len(outcome.of(model))) == (2, 2 * seeds)
    for verdict in outcome.verdicts:
        exam = next(exam for exam in outcome.exams if exam.snapshot.as_of == verdict.as_of)
        assert all(len(values) == len(exam.customers) for values in verdict.values.values())


def test_the_report_is_complete(outcome: Outcome, small_ledger: Ledger) -> None:
    found = report.build(outcome, small_ledger)
    task, (baseline, model) = outcome.experiment.task, outcome.experiment.models
    assert set(found["candidates"]) == {baseline, model}
    for candidate in found["candidates"].values():
        assert set(key_metrics(task, outcome.experiment.training.horizon_days)) == set(candidate["intervals"])
        for metric, interval in candidate["intervals"].items():
            assert interval["low"] <= interval["high"]
            assert interval["value"] == pytest.approx(candidate["metrics"][metric]["mean"], abs=2e-6)
        assert [each["rows"] for each in candidate["slices"].values()] == _slices(outcome)
    versus = found["against_baseline"][model]
    assert versus["low"] <= versus["better_by"] <= versus["high"]
    assert versus["over_snapshots"]["mean"] == pytest.approx(versus["better_by"], abs=2e-6)
    assert len(versus["by_snapshot"]) == len(outcome.exams)
    vetoed = any(
        each["against"] and each["against"]["behind"] for each in found["candidates"][model]["slices"].values()
    )
    assert found["winner"] == (model if versus["beyond_doubt"] and not vetoed else baseline)
    assert found["data"]["fingerprint"] == small_ledger.fingerprint


def test_intervals_are_those_of_a_bootstrap_of_each_metric(outcome: Outcome, small_ledger: Ledger) -> None:
    """The resamples are shared and the sorting is done once; the numbers are the same."""
    found, task = report.build(outcome, small_ledger), outcome.experiment.task
    customers = np.concatenate([exam.customers for exam in outcome.exams])
    for name in outcome.experiment.models:
        for metric in key_metrics(task, outcome.experiment.training.horizon_days):
            asked = judging.statistic(metric, outcome.exams, outcome.of(name))
            n = outcome.experiment.protocol.n_resamples
            expected = intervals.bootstrap(asked, customers, np.random.default_rng(0), n_resamples=n)
            told = found["candidates"][name]["intervals"][metric]
            assert [told[end] for end in ("value", "low", "high")] == pytest.approx(
                [expected.value, expected.low, expected.high], abs=1e-6
            )


def test_pictures_of_every_task(outcome: Outcome, small_ledger: Ledger) -> None:
    found = report.build(outcome, small_ledger)
    pictures = Pictures(outcome, found, "EUR").all()
    metric, task = outcome.experiment.metric, outcome.experiment.task
    assert {f"{metric}.png", "slices.png", "leads.png", *PICTURES[task]} <= set(pictures)
    for figure in pictures.values():
        figure.savefig(io.BytesIO(), format="png")
        axes = figure.axes[0]
        assert axes.get_title()
        assert axes.get_xlabel() or axes.get_ylabel()


def test_better_is_positive_whichever_way_the_metric_points(outcome: Outcome, small_ledger: Ledger) -> None:
    found = report.build(outcome, small_ledger)
    baseline, model = outcome.experiment.models
    values = [found["candidates"][name]["intervals"][found["metric"]]["value"] for name in (model, baseline)]
    sign = 1 if found["higher_is_better"] else -1
    assert found["against_baseline"][model]["better_by"] == pytest.approx(sign * (values[0] - values[1]), abs=3e-6)


def test_the_table_has_a_row_a_candidate(outcome: Outcome, small_ledger: Ledger) -> None:
    found = report.build(outcome, small_ledger)
    header, line, *rows = tables.markdown(found)
    assert {row.count("|") for row in (header, line, *rows)} == {header.count("|")}
    assert [row.split(" | ")[0].strip("|* ") for row in rows] == list(outcome.experiment.models)
    if outcome.experiment.task == "spend":
        assert rows[0].split(" | ")[-1].count("%") == len(outcome.exams)


def test_the_same_again_gives_the_same_bytes(outcome: Outcome, small_ledger: Ledger, tmp_path: Path) -> None:
    again = experiment.run(outcome.experiment, small_ledger)
    for name, each in (("one", outcome), ("two", again)):
        report.write(report.build(each, small_ledger), tmp_path / f"{name}.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    json.loads((tmp_path / "one.json").read_text(encoding="utf-8"), parse_constant=_no_constant)


def test_a_run_is_logged_once_and_then_reused(
    small_ledger: Ledger, new_home: Callable[[Path], Home], tmp_path: Path
) -> None:
    home, folder = new_home(tmp_path / "home"), asked(tmp_path, "churn")
    first, reused, _ = workshop.run(folder, small_ledger, home)
    written = (folder / "report.json").read_bytes()
    assert not reused
    again, reused, _ = workshop.run(folder, small_ledger, home)
    assert reused
    assert again == first == json.loads(written)
    assert (folder / "report.json").read_bytes() == written
    [run] = Tracker(home).parents("churn")
    assert run["tags"]["regulars.winner"] == first["winner"]
    # The seedless rule and two seeds of the model, at two snapshots.
    assert (_children(home, "fit"), _children(home, "candidate")) == (2 + 2 * 2, 2)
    asked(tmp_path / "home", "churn", n_resamples="n_resamples = 30 #")
    changed, reused, n_kept = workshop.run(tmp_path / "home" / "churn", small_ledger, home)
    assert (reused, n_kept) == (False, 6)
    assert changed["protocol"]["n_resamples"] == 30


def test_too_short_data_are_refused(small_ledger: Ledger, tmp_path: Path) -> None:
    folder = asked(tmp_path, "churn", test_step_days="test_step_days = 260 #")
    with pytest.raises(DataError, match="too short for 2 tests 260 days apart"):
        experiment.run(config.read_experiment(folder), small_ledger)


def test_a_metric_that_cannot_decide_is_refused(small_ledger: Ledger, tmp_path: Path) -> None:
    folder = asked(tmp_path, "timing", crps="crsp")
    with pytest.raises(ConfigError, match=r"metric 'crsp' cannot decide on timing \(did you mean 'crps'\?\)"):
        experiment.run(config.read_experiment(folder), small_ledger)


def _children(home: Home, level: str) -> int:
    client = door.connect(home)
    return len(client.search_runs([door.experiment_id(client, home, "churn")], f"tags.`{LEVEL}` = '{level}'"))


def _slices(outcome: Outcome) -> list[int]:
    numbers = np.concatenate([exam.slice_of for exam in outcome.exams])
    return [int((numbers == number).sum()) for number in range(len(outcome.exams[0].slice_names))]


def _no_constant(name: str) -> Any:
    raise AssertionError(f"{name} is no JSON")
