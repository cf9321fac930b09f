"""What an operator sees: metrics of all workers, and a log that names no customer."""

import dataclasses
import datetime as dt
import io
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from serving import keys, logs, metrics
from serving.app import create_app
from serving.contract import Model
from serving.guard import Guard
from serving.keys import Ring
from serving.live import Live
from serving.rates import Rates
from serving.scorer import Scorer

WORKER = """
import sys
from serving import metrics
metrics.observe("/v1/score", 200, 0.002)
metrics.IN_FLIGHT.inc()
if "last" in sys.argv:
    print(metrics.exposition().decode())
"""


def samples(client: TestClient) -> dict[str, float]:
    """Every sample of /metrics, by name and labels as written."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        each.name + str(sorted(each.labels.items()) if each.labels else ""): each.value
        for family in families
        for each in family.samples
    }


def change(before: dict[str, float], after: dict[str, float], name: str, **labels: str) -> float:
    key = name + str(sorted(labels.items()) if labels else "")
    return after[key] - before.get(key, 0.0)


def test_what_was_asked(client: TestClient) -> None:
    before = samples(client)
    client.post("/v1/score", json={"customer_id": "C003"})
    client.post("/v1/recommend", json={"customer_id": "C003"})
    client.post("/v1/score", json={"customer_id": "C003", "as_of": "2024-05-15"})
    client.post("/v1/score", json={"customer_id": "nobody"})
    line = {"order_id": "new", "item_id": "I01", "purchased_at": "2024-06-20T10:00:00", "amount": "12.50"}
    for _ in range(2):
        client.post("/v1/purchases", json=[{**line, "customer_id": "C003"}])
    after = samples(client)
    assert change(before, after, "regulars_answers_total", source="prepared") == 2
    assert change(before, after, "regulars_answers_total", source="live") == 1
    assert change(before, after, "regulars_refused_total", code="UNKNOWN_CUSTOMER") == 1
    assert change(before, after, "regulars_purchases_total") == 1  # the second time it is known
    assert change(before, after, "regulars_request_seconds_count", route="/v1/score") == 3


def test_every_row_of_a_batch_counts_by_its_source(client: TestClient, scorer: Scorer) -> None:
    line = {"order_id": "new", "item_id": "I01", "purchased_at": "2024-06-20T10:00:00", "amount": "12.50"}
    client.post("/v1/purchases", json=[{**line, "customer_id": "C005"}]).raise_for_status()
    before = samples(client)
    client.post("/v1/score/batch", json={"customer_ids": ["C001", "C003", "C005", "nobody"]})
    client.get("/v1/customers/C003/profile")
    client.get("/v1/customers/C005/profile")
    after = samples(client)
    assert change(before, after, "regulars_answers_total", source="prepared") == 3
    assert change(before, after, "regulars_answers_total", source="live") == 2


def test_what_is_the_case(scorer: Scorer) -> None:
    live = Live(scorer)
    through = scorer.release.store.header.data_through
    client = TestClient(create_app(live, lambda _: through + dt.timedelta(days=5)))
    found = samples(client)
    assert (found["regulars_data_staleness_days"], found["regulars_release_age_days"]) == (5, 4)
    assert (found["regulars_ready"], found["regulars_release_failed"]) == (1, 0)
    drifted = {key: value for key, value in found.items() if key.startswith("regulars_feature_drift_psi[")}
    assert len(drifted) == 10
    assert max(drifted.values()) == found["regulars_feature_drift_psi_max"]
    models = [key for key in found if key.startswith("regulars_model_info")]
    assert len(models) == len(scorer.release.models)
    assert all(scorer.release.name in key for key in models)
    live.scorer = None
    live.failed = "other"
    found = samples(client)
    assert (found["regulars_ready"], found["regulars_release_failed"]) == (0, 1)
    assert "regulars_data_staleness_days" not in found


def test_former_champions_are_no_longer_told(scorer: Scorer) -> None:
    live = Live(scorer)
    client = TestClient(create_app(live, lambda _: scorer.release.as_of))
    newer: dict[str, Model] = {task: {**model, "version": "2"} for task, model in scorer.release.models.items()}
    assert "'version', '1'" in str(samples(client))
    live.scorer = dataclasses.replace(scorer, release=dataclasses.replace(scorer.release, models=newer))
    assert "'version', '1'" not in str(samples(client))
    assert "'version', '2'" in str(samples(client))


def test_several_workers_count_together(tmp_path: Path) -> None:
    """Counters outlive a worker; what a dead one had begun does not."""
    environment = {**os.environ, metrics.FOLDER: str(tmp_path)}
    for word in ("first", "last"):
        command = [sys.executable, "-c", WORKER, word]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert 'regulars_requests_total{route="/v1/score",status="200"} 2.0' in done.stdout
    assert re.search(r"^regulars_requests_in_flight 1\.0$", done.stdout, re.MULTILINE)


def lines_of(scorer: Scorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What is logged of a few requests, one of which fails."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.Lines())
    monkeypatch.setattr(logs.LOGGER, "handlers", [handler])
    monkeypatch.setattr(logs.LOGGER, "propagate", False)
    monkeypatch.setattr(logs.LOGGER, "level", logging.INFO)
    key = keys.add(tmp_path / "keys.json", "desk", ["read"])
    guard = Guard(Ring(tmp_path / "keys.json"), Rates())
    client = TestClient(create_app(Live(scorer), lambda _: scorer.release.as_of, guard))
    told = {"Authorization": f"Bearer {key}", "X-Request-ID": "r-1"}
    client.get("/v1/customers/secret-ada/profile?as_of=2024-06-01", headers=told)
    client.get("/secret-path", headers=told)
    client.post("/v1/score", json={"customer_id": "C003"}, headers=told)
    monkeypatch.setattr(Scorer, "score", lambda _, asked, *__, **___: {}[asked.customer_id])
    client.post("/v1/score", json={"customer_id": "secret-eve"}, headers=told)
    assert "secret" not in written.getvalue()
    assert key not in written.getvalue()
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_a_refusal(scorer: Scorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile, nowhere, failure, failed = lines_of(scorer, tmp_path, monkeypatch)
    assert (profile["route"], profile["code"]) == ("/v1/customers/{customer_id}/profile", "UNKNOWN_CUSTOMER")
    assert (profile["key"], profile["request_id"], profile["level"]) == ("desk", "r-1", "warning")
    assert (nowhere["route"], nowhere["status"]) == ("(none)", 404)
    assert failure["error"] == "KeyError"
    assert "test_metrics.py" in str(failure["at"])
    assert (failed["status"], failed["code"], failed["level"]) == (500, "INTERNAL", "error")
    assert {"time", "ms", "method"} <= set(failed)


def test_all_lines_on_demand(scorer: Scorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_LOG", "all")
    lines = lines_of(scorer, tmp_path, monkeypatch)
    assert [line["status"] for line in lines if "status" in line] == [404, 404, 200, 500]
