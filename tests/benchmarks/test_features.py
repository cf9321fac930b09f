"""The benchmark of features measures what it says."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks import features, shop
from benchmarks.contenders import bench, report, run


def size(asked: int, **seconds: float | dict[str, float]) -> dict[str, Any]:
    """Return what a size's measurement looks like; a single figure is that of six snapshots."""
    by = {name: found if isinstance(found, dict) else {"6": found} for name, found in seconds.items()}
    told = {"asked": asked, "lines": asked, "compared_at": 6, "not_run": {}}
    return told | {"seconds": by, "cpu_seconds": by, "peak_mb": by}


def test_it_prints_one_document_and_keeps_its_shops(tmp_path: Path) -> None:
    asked = ["--lines", "2000", "--small", "2000", "--snapshots", "1", "--contender", "floor"]
    done = CliRunner().invoke(features.app, [*asked, "--json", "--folder", str(tmp_path)])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert {name for name in report.MEANING if found[name] is not None} == {"one_customer_ms"}
    assert min(found["one_customer_ms"], found["cpu"]["one_customer_ms"]) > 0
    measured = found["sizes"][0]
    assert {name: list(by) for name, by in measured["seconds"].items()} == {"ours": ["1"], "floor": ["1"]}
    assert found["peak_mb"] == {"2000": measured["peak_mb"]["ours"]["1"]}
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"2000", "tables"}


@pytest.mark.slow
def test_it_measures_and_checks_pandas_and_duckdb(tmp_path: Path) -> None:
    asked = ["--lines", "3000", "--small", "2000", "--snapshots", "1", "--snapshots", "2", "--repeat", "2"]
    asked += ["--contender", "pandas", "--contender", "duckdb", "--json", "--folder", str(tmp_path)]
    done = CliRunner().invoke(features.app, asked)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["small"]["differences"] == {"pandas": [], "duckdb": []}
    measured = found["sizes"][0]
    by = {name: list(by) for name, by in measured["seconds"].items()}
    assert by == {"ours": ["1", "2"], "pandas": ["2"], "duckdb": ["2"]}
    assert found["marginal_snapshot"] == report.marginal(measured["seconds"]["ours"])


def test_tables_to_read_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    small = size(100_000, ours=0.2, duckdb=0.5)
    small |= {"differences": {"duckdb": ["spend: 3 rows"]}, "not_run": {"featuretools": "cannot be installed"}}
    report.show(report.document(small, [size(10_000_000, ours=5.0, duckdb=20.0)], (1.5, 1.2), 1))
    shown = capsys.readouterr().out
    for word in (
        "100,000",
        "10,000,000",
        "20.00",
        "ratio_to_duckdb_10m 0.25",
        "one_customer_ms 1.5",
        "cannot be installed",
    ):
        assert word in shown
    assert "duckdb: spend: 3 rows" in shown


def test_an_unknown_contender_is_named() -> None:
    done = CliRunner().invoke(features.app, ["--contender", "spark"])
    assert done.exit_code == 2
    assert "no contender 'spark'" in done.output


def test_figures_are_ratios_of_one_run_at_one_size() -> None:
    small = size(100_000, ours=0.2, featuretools=50.0)
    sizes = [
        size(50_000_000, ours=30.0),
        size(10_000_000, ours={"1": 3.0, "6": 5.0, "12": 6.3}, pandas=60.0, duckdb=20.0),
    ]
    assert report.figures(small, sizes, "seconds") == {
        "speedup_vs_pandas_10m": 12.0,
        "ratio_to_duckdb_10m": 0.25,
        "speedup_vs_featuretools": 250.0,
        "growth_50m_over_10m": 1.2,
        "marginal_snapshot": 0.1,
    }


def test_what_was_not_measured_is_null() -> None:
    found = report.document(size(100_000, ours=0.2), [size(1_500_000, ours={"6": 1.0})], (1.5, 1.2), 1)
    assert {name for name in report.MEANING if found[name] is not None} == {"one_customer_ms"}
    assert (found["one_customer_ms"], found["cpu"]["one_customer_ms"]) == (1.5, 1.2)
    assert json.loads(json.dumps(found)) == found


def fake(monkeypatch: pytest.MonkeyPatch, fails: str = "") -> list[str]:
    """Let nobody run; return who was asked to. The one that ``fails`` does so the first time."""
    asked: list[str] = []

    def once(name: str, *_: object) -> run.Run:
        asked.append(name)
        if name == fails:
            raise run.FailedError(f"{name} failed")
        return run.Run(float(asked.count(name)), 1.0, 100.0 * asked.count(name))

    monkeypatch.setattr(run, "once", once)
    return asked


def test_pandas_does_not_get_a_shop_that_its_memory_cannot_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.ledger(tmp_path / "2500", 2500)
    monkeypatch.setattr(bench, "PANDAS_AT_MOST", 2000)
    asked = fake(monkeypatch)
    found = bench.Bench(tmp_path, ["ours", "pandas"], [1], 1).size(2500)
    assert asked == list(found["seconds"]) == ["ours"]
    assert "more than 2,000 lines" in found["not_run"]["pandas"]


def test_contenders_take_turns_and_medians_count_but_the_highest_peak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.ledger(tmp_path / "2500", 2500)
    asked = fake(monkeypatch)
    found = bench.Bench(tmp_path, ["ours", "pandas"], [6], 3).size(2500)
    assert asked == ["ours", "pandas"] * 3
    assert found["seconds"] == {"ours": {"6": 2.0}, "pandas": {"6": 2.0}}
    assert found["peak_mb"] == {"ours": {"6": 300.0}, "pandas": {"6": 300.0}}


def test_a_contender_that_fails_is_left_out_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.ledger(tmp_path / "2500", 2500)
    asked = fake(monkeypatch, fails="pandas")
    found = bench.Bench(tmp_path, ["ours", "pandas"], [1], 2).small(2500)
    assert asked == ["ours", "pandas", "ours"]
    assert list(found["seconds"]) == ["ours"]
    assert found["not_run"] == {"pandas": "pandas failed"}
    assert found["differences"] == {}
    fake(monkeypatch, fails="ours")
    with pytest.raises(run.FailedError, match="ours failed"):
        bench.Bench(tmp_path, ["ours"], [1], 1).size(2500)


def test_featuretools_that_cannot_be_installed_is_left_out_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.ledger(tmp_path / "2000", 2000)
    failed = subprocess.CompletedProcess([], 1, "", "looking\nno such package")
    monkeypatch.setattr(run.subprocess, "run", lambda *_, **__: failed)
    asked = fake(monkeypatch)
    found = bench.Bench(tmp_path, ["ours", "featuretools"], [1], 1).small(2000)
    assert asked == ["ours"]
    assert found["not_run"] == {"featuretools": "featuretools cannot be installed: no such package"}


def test_a_process_that_fails_says_so() -> None:
    with pytest.raises(run.FailedError, match="failed"):
        run.child(["/bin/false"])


def test_a_shop_is_made_once(tmp_path: Path) -> None:
    first = shop.ledger(tmp_path / "shop", 2000)
    assert shop.ledger(tmp_path / "shop", 2000).fingerprint == first.fingerprint
    assert first.items()["category"].null_count() == shop.ITEMS // 50
