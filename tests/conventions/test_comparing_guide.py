"""The guide to comparing is true: its commands and its code run, and it names what reports have."""

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from regulars import workshop
from regulars.cli import app
from regulars.comparing import Leaderboard
from regulars.home import Home
from regulars.ledger import Ledger
from tests.conventions.project import ROOT
from tests.test_experiment import asked

TEXT = (ROOT / "docs/comparing.md").read_text(encoding="utf-8")
NAME = "churn-001-who-is-leaving"


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, flags=re.DOTALL | re.MULTILINE)


def test_its_commands_and_its_code_run(
    small_ledger: Ledger, new_home: Callable[[Path], Home], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = new_home(tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGULARS_HOME", str(home.root))
    (tmp_path / "experiments").mkdir()
    folder = shutil.move(asked(tmp_path, "churn"), tmp_path / "experiments" / NAME)
    found = workshop.run(Path(folder), small_ledger, home).report
    for line in "".join(blocks("sh")).splitlines():
        done = CliRunner().invoke(app, shlex.split(line)[1:])
        assert done.exit_code == 0, f"{line}: {done.output} {done.exception}"
    assert "<h1>" in (tmp_path / "churn.html").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for block in blocks("python"):
        exec(compile(block, "the guide", "exec"), names)  # noqa: S102 - our own page
    assert isinstance(names["ahead"], Leaderboard)
    assert names["found"] == found
    assert (names["lead"] is None) == (found["winner"] == found["baseline"])
    rows = re.findall(r"^\| (`.*?) \|", TEXT, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert told == set(found["candidates"]["churn_recency"])
