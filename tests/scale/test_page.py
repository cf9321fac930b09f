"""docs/scale.md is true: what it tells people to type works."""

import re
import shlex
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from regulars import scale
from regulars.cli import app
from regulars.scale import session
from tests import shops
from tests.conventions.project import ROOT, pyproject

PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements-spark.lock").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that the page works in."""
    monkeypatch.chdir(tmp_path)
    shops.ledger(shops.simulate(), tmp_path / "shop")


def test_the_commands_work_as_written() -> None:
    lines = [line for line in blocks("")[0].splitlines() if "spark" not in line]
    assert len(lines) == 2
    for line in lines:
        done = CliRunner().invoke(app, shlex.split(line)[1:])
        assert done.exit_code == 0, f"{line}: {done.output} {done.exception}"
        assert pl.read_parquet("features").height > 100


def test_every_command_has_options_that_exist() -> None:
    lines = [line for block in blocks("") for line in block.splitlines() if line.startswith("regulars ")]
    for line in lines:
        verb, *words = shlex.split(line)[1:]
        told = CliRunner().invoke(app, [verb, "--help"]).output
        assert [word for word in words if word.startswith("--") and word not in told] == []


def test_the_code_works_as_written() -> None:
    [code] = blocks("python")
    names: dict[str, object] = {}
    exec(compile(code, "the page", "exec"), names)  # noqa: S102 - our own page
    assert isinstance(names["table"], pl.DataFrame)
    table = names["table"]
    empty = tuple(name for name in table.columns if table[name].is_null().all())
    assert names["written"] == scale.Written(Path("features"), 4, table.height, empty)


def test_the_page_says_how_to_get_spark() -> None:
    assert "`make spark`, or `pip install '.[spark]'`, and Java 17 or 21" in PAGE
    assert "make spark, or pip install '.[spark]', and Java 17 or 21" in session.NEEDS_PYSPARK


def test_the_lock_of_spark_holds_versions_and_hashes_only() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert "://" not in LOCK
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    asked = {re.split(r"[<>=]", line)[0] for line in pyproject()["project"]["optional-dependencies"]["spark"]}
    assert asked <= {entry.partition("==")[0] for entry in entries}
