"""The README is true: its numbers come from the reports, and what it tells people to type works."""

import json
import re
import shlex
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from regulars import artefact, config, ingest, readme
from regulars.cli import app
from tests import shops

TEXT = (readme.ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, page: str = TEXT) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", readme.PAGES, ids=str)
def test_the_results_are_those_of_the_reports(page: Path) -> None:
    assert readme.render(page) == (readme.ROOT / page).read_text(encoding="utf-8"), "run: python -m regulars.readme"


def test_every_experiment_is_in_the_index_with_its_answer() -> None:
    index = (readme.ROOT / "experiments/README.md").read_text(encoding="utf-8")
    for file in readme.ROOT.glob("experiments/*/report.json"):
        assert f"| [{file.parent.name}]({file.parent.name}) |" in index
        said = (file.parent / "README.md").read_text(encoding="utf-8")
        assert all(f"**{heading}**" in said for heading in ("Question", "Protocol", "Result", "Decision"))


def test_every_experiment_has_a_report_over_three_snapshots_and_the_best_of_its_candidates_wins() -> None:
    reports = [json.loads(file.read_text()) for file in readme.ROOT.glob("experiments/*/report.json")]
    assert {report["task"] for report in reports} == set(artefact.TASKS)
    for report in reports:
        assert len(report["snapshots"]) >= 3
        # Nobody is better than the winner beyond doubt, unless a group of customers would pay for it.
        for name, versus in report["winner_against"].items():
            assert versus["high"] > 0 or name in report["why"], (report["experiment"], name)


def test_the_reports_answer_the_experiments_as_they_stand() -> None:
    for file in readme.ROOT.glob("experiments/*/report.json"):
        report, asked = json.loads(file.read_text()), config.read_experiment(file.parent)
        for key in ("question", "metric", "baseline"):
            assert report[key] == getattr(asked, key)
        assert report["protocol"] == asked.protocol.model_dump(mode="json")
        assert report["training"] == asked.training.model_dump(mode="json")


def test_every_field_of_a_ledger_is_named() -> None:
    assert [field.name for field in ingest.FIELDS if f"`{field.name}`" not in TEXT] == []


def test_nothing_is_left_to_fill_in() -> None:
    assert not re.search(r"@[A-Z]+@", TEXT)


@pytest.mark.usefixtures("new_home")
def test_the_commands_for_data_scientists_work_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    names = {"customer_id": "buyer", "item_id": "sku", "purchased_at": "date", "amount": "total"}
    shop = shops.simulate()
    sales = shop.transactions.select(*names, pl.col("order_id")).rename(names)
    sales.with_columns(pl.col("total") / 100).write_csv("sales.csv")
    lines = [line for block in blocks("") for line in block.splitlines() if "--ledger shop" in line]
    assert [shlex.split(line)[1] for line in lines] == ["ingest", "hygiene", "train", "score", "recommend", "remind"]
    for line in lines:
        done = CliRunner().invoke(app, shlex.split(line)[1:])
        assert done.exit_code == 0, f"{line}: {done.output} {done.exception}"
    assert pl.read_parquet("scores.parquet")["survival"].list.len().unique().to_list() == [90]
    assert pl.read_parquet("offers.parquet")["rank"].max() == 20
    for page in (TEXT, (readme.ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")):
        names: dict[str, object] = {}
        for block in blocks("python", page):
            exec(compile(block, "a page", "exec"), names)  # noqa: S102 - our own pages
