"""The benchmark of recommendations measures what it says."""

import datetime as dt
import json
import sys
from pathlib import Path

import pytest

from benchmarks import recommend_latency
from benchmarks.recommend_latency import Asked, Milliseconds
from regulars.ledger import Ledger


@pytest.fixture
def asked(small_ledger: Ledger, tmp_path: Path) -> Asked:
    return Asked(small_ledger.path, tmp_path / "model", dt.date(2023, 9, 1), 7, 5, 1)


def test_it_fits_once_and_measures(asked: Asked, small_ledger: Ledger) -> None:
    assert recommend_latency.fitted(asked) is not None
    assert recommend_latency.fitted(asked) is None
    found = recommend_latency.measure(asked)
    known = small_ledger.transactions(before=asked.as_of).collect()
    assert found["lines"] == known.height
    assert found["customers"] == known["customer_id"].n_unique() > 100
    assert found["items"] == 60
    for each in (found["one_ms"], found["call_ms"]):
        assert 0 < each["median"] <= each["p90"] <= each["p99"]
        assert each["cpu_median"] > 0
    a_customer = 1000 * found["batch_seconds"] / found["customers"]
    assert found["one_vs_batch_per_customer"] == pytest.approx(found["one_ms"]["median"] / a_customer, rel=0.1)
    assert found["call_vs_one"] == pytest.approx(found["call_ms"]["median"] / found["one_ms"]["median"], abs=0.01)
    assert found["batch_peak_mb"] > 50


def test_every_one_is_timed_and_some_twice() -> None:
    done: list[int] = []
    Milliseconds.of(done.append, list(range(30)))
    assert done == [*range(recommend_latency.WARM_UP), *range(30)]


@pytest.mark.slow
def test_it_prints_one_document(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--ledger", str(asked.ledger), "--as-of", "2023-09-01", "--model", str(asked.model), "--customers", "5"]
    monkeypatch.setattr(sys, "argv", ["recommend_latency", *given, "--json"])
    recommend_latency.main()
    first = json.loads(capsys.readouterr().out)
    recommend_latency.main()
    again = json.loads(capsys.readouterr().out)
    assert first["fit_seconds"] > 0
    assert again["fit_seconds"] is None
    assert first["artefact_mb"] == again["artefact_mb"] > 0
