"""The guide to adding an estimator is true: who follows it sees the estimator in the comparison."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from regulars.home import Home
from regulars.ledger import Ledger
from tests.conventions.project import ROOT
from tests.conventions.test_feature_guide import apply

TEXT = (ROOT / "docs/adding-an-estimator.md").read_text(encoding="utf-8")
SMALLER = """
[training]
horizon_days = 30
n_snapshots = 3

[protocol]
n_tests = 2
test_step_days = 20
n_resamples = 20
"""
CHECK = """
from tests.contracts import ChurnContract
from regulars.estimators.overdue import OverdueRate



class TestIt(ChurnContract):
    make = OverdueRate
"""


def blocks() -> list[tuple[str, str, str]]:
    """Return the fenced blocks: language, code, the file that the text before them names last."""
    found = []
    for fence in re.finditer(r"^```(\w*)\n(.*?)^```", TEXT, flags=re.DOTALL | re.MULTILINE):
        named = re.findall(r"`((?:src|models)/[^`]+\.\w+)`", TEXT[: fence.start()])
        found.append((fence[1], fence[2], named[-1] if named else ""))
    return found


def follow(copy: Path) -> list[str]:
    """Make the changes of the guide in a copy of the project; return its commands."""
    for folder in ("src", "models", "experiments", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    commands: list[str] = []
    for language, code, file in blocks():
        if language == "diff":
            apply(code, copy / file)
        elif language:
            (copy / file).parent.mkdir(exist_ok=True)
            (copy / file).write_text(code, encoding="utf-8")
        else:
            commands += code.splitlines()
    return commands


def run(command: str, copy: Path, home: Home) -> str:
    """Run a command of the guide in the copy and return what it prints."""
    program = f"{sys.executable} -c 'from regulars.cli import main; main()'"
    environment = os.environ | {"PYTHONPATH": f"{copy / 'src'}{os.pathsep}{copy}", "REGULARS_HOME": str(home.root)}
    environment.pop("REGULARS_MODELS")  # the copy's own
    done = subprocess.run(
        ["sh", "-c", command.replace("regulars", program, 1)],
        cwd=copy, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_who_follows_it_sees_the_estimator_in_the_comparison(
    small_ledger: Ledger, new_home: Callable[[Path], Home], tmp_path: Path
) -> None:
    home, copy = new_home(tmp_path / "home"), tmp_path / "copy"
    home.ledger.symlink_to(Path(str(small_ledger.path)).resolve())
    new, run_it, compare = follow(copy)
    run(new, copy, home)
    [folder] = copy.glob("experiments/*-does-being-overdue-*")
    with (folder / "experiment.toml").open("a", encoding="utf-8") as file:
        file.write(SMALLER)
    run(run_it, copy, home)
    assert "churn_overdue" in (folder / "report.json").read_text(encoding="utf-8")
    said = run(compare.replace("churn-*", folder.name.partition("-does")[0]), copy, home)
    assert "churn_overdue" in said
    assert "churn_recency" in said


def test_it_keeps_the_contract_of_churn_estimators(tmp_path: Path) -> None:
    follow(tmp_path)
    (tmp_path / "tests/test_overdue.py").write_text(CHECK, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": f"{tmp_path / 'src'}{os.pathsep}{tmp_path}"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/test_overdue.py", "-p", "no:randomly"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_it_takes_less_than_thirty_lines() -> None:
    lines = 0
    for language, code, _ in blocks():
        bare = re.sub(r'"""[^"]*?"""', "", code)
        changed = (line for line in bare.splitlines() if line.strip())
        lines += sum(language != "diff" or line.startswith("+") for line in changed)
    assert lines < 30
