"""The benchmark of ingestion measures what it says."""

import json
from pathlib import Path

import polars as pl
from typer.testing import CliRunner

from benchmarks import ingest


def test_its_file_is_a_shop_without_twins(tmp_path: Path) -> None:
    ingest.write_file(tmp_path / "a.csv", 20_000)
    rows = pl.read_csv(tmp_path / "a.csv", try_parse_dates=True)
    assert rows.height == 20_000
    assert rows.n_unique(["order_id", "item_id"]) == 20_000
    assert rows["purchased_at"].is_sorted()
    assert (rows["quantity"] < 0).any()


def test_it_prints_one_object_a_file_with_ratios_of_one_run(tmp_path: Path) -> None:
    done = CliRunner().invoke(ingest.app, ["--lines", "5000", "--folder", str(tmp_path)])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["lines"] == 5000
    for way in ingest.WAYS:
        assert found["seconds"][way] > 0
        assert found["peak_mb"][way] > 0
    assert found["ratio_to_plain"] == round(found["seconds"]["plain"] / found["seconds"]["ingest"], 3)
    assert list(tmp_path.iterdir()) == []
