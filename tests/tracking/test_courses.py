"""Metrics by slice and by snapshot, as a candidate's run has them."""

import datetime as dt
import json
from pathlib import Path

from regulars import workshop
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.passport import CONFIG
from regulars.recording import LEVEL, courses
from regulars.tracking import Tracker
from regulars.tracking import client as door
from tests.test_experiment import asked

FOUND = {
    "metric": "auc",
    "snapshots": [{"as_of": "2023-08-01"}, {"as_of": "2023-08-21"}],
    "candidates": {
        "a": {
            "metrics": {"auc": {"snapshots": [0.7, None]}},
            "slices": {
                "3-9 purchases, lapsed": {"auc": 0.6, "low": 0.5, "high": 0.7},
                "one purchase": {"auc": None, "low": None, "high": None},
            },
        }
    },
    "against_baseline": {"a": {"by_snapshot": [{"value": 0.1, "low": 0.0, "high": 0.2}] * 2}},
}


def test_slices_and_snapshots_by_name() -> None:
    assert courses.slices(FOUND, "a") == {
        "by_slice/auc.3_9_purchases_lapsed": 0.6,
        "by_slice/auc.3_9_purchases_lapsed_low": 0.5,
        "by_slice/auc.3_9_purchases_lapsed_high": 0.7,
    }
    told = courses.snapshots(FOUND, "a")
    assert told["by_snapshot/auc"] == [(dt.date(2023, 8, 1), 0.7), (dt.date(2023, 8, 21), None)]
    assert [point.value for point in told["by_snapshot/lead_high"]] == [0.2, 0.2]


def test_a_run_has_its_dataset_its_files_and_its_course(small_ledger: Ledger, home: Home, tmp_path: Path) -> None:
    folder = asked(tmp_path, "churn", n_resamples="n_resamples = 5 #")
    workshop.run(folder, small_ledger, home)
    found = json.loads((folder / "report.json").read_text("utf-8"))
    client = door.connect(home)
    [parent] = Tracker(home).parents("churn")
    run = client.get_run(parent["run_id"])
    [seen] = run.inputs.dataset_inputs
    assert (seen.dataset.name, seen.dataset.digest) == ("ledger", small_ledger.fingerprint)
    assert {"report.json", CONFIG} <= {file.path for file in client.list_artifacts(parent["run_id"])}
    assert run.data.metrics["duration_seconds"] > 0
    assert run.data.metrics["peak_memory_mb"] > 10
    candidates = client.search_runs([run.info.experiment_id], f"tags.`{LEVEL}` = 'candidate'")
    [model] = [each for each in candidates if each.info.run_name == "churn_lightgbm"]
    course = client.get_metric_history(model.info.run_id, "by_snapshot/auc")
    assert [point.value for point in course] == found["candidates"]["churn_lightgbm"]["metrics"]["auc"]["snapshots"]
    days = [dt.datetime.fromtimestamp(point.timestamp / 1000, dt.UTC).date() for point in course]
    assert [(point.step, str(day)) for point, day in zip(course, days, strict=True)] == [
        (number, each["as_of"]) for number, each in enumerate(found["snapshots"], start=1)
    ]
    assert any(name.startswith("by_slice/auc.") for name in model.data.metrics)
    assert model.data.metrics["auc"] == found["candidates"]["churn_lightgbm"]["metrics"]["auc"]["mean"]
