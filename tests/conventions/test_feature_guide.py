"""The guide to adding a feature is true: its code runs, and its changes make a feature of the set."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from regulars.ledger import Ledger
from tests.conventions.project import ROOT

TEXT = (ROOT / "docs/adding-a-feature.md").read_text(encoding="utf-8")
TRY, CHECK, SET, ROLLUP = "Try it", "Check it", "Make it part of the set", "When a roll-up lacks a column"
VALUES = """
import doctest
from regulars import features
from regulars.features import freshness
from regulars.features.example import ANNA, AS_OF, SIDE
from regulars.windows import Snapshot
print(features.__file__)
print(doctest.testmod(freshness))
print(features.NAMES[-1], features.table(ANNA, SIDE, [Snapshot(AS_OF)])["fresh_share"].item())
"""


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    language: str
    code: str
    file: str
    """The source file that the text before it names last."""


def blocks(title: str) -> list[Block]:
    """Return the blocks of a section."""
    section = TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]
    found = []
    for fence in re.finditer(r"^```(\w*)\n(.*?)^```", section, flags=re.DOTALL | re.MULTILINE):
        named = re.findall(r"`(src/[^`]+)`", section[: fence.start()])
        found.append(Block(fence[1], fence[2], named[-1] if named else ""))
    return found


def python(title: str) -> str:
    """Return the Python of a section."""
    return "\n".join(block.code for block in blocks(title) if block.language == "python")


def apply(diff: str, file: Path) -> None:
    """Change a file as the hunks of a diff say."""
    text = file.read_text(encoding="utf-8")
    for hunk in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] in kept) for kept in (" -", " +"))
        assert text.count(old) == 1, f"{file.name} has not one place for:\n{hunk}"
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package as it stands, to be changed."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "docs").mkdir()
    return tmp_path


def run(command: list[str], copy: Path) -> str:
    """Run a command on the copy and return what it prints."""
    environment = os.environ | {"PYTHONPATH": str(copy / "src")}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_feature_can_be_tried_and_checked(
    small_ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop").symlink_to(Path(str(small_ledger.path)).resolve())
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(python(TRY) + python(CHECK), "the guide", "exec"), names)  # noqa: S102 - our own page
    assert names["table"]["fresh_share"].is_not_null().all()


def test_the_first_example_takes_ten_lines() -> None:
    code = blocks(TRY)[0].code
    bare = re.sub(r'""".*?"""', "", code, flags=re.DOTALL)
    assert len([line for line in bare.splitlines() if line.strip()]) <= 10


def test_its_changes_make_a_feature_of_the_set(copy: Path) -> None:
    for block in blocks(SET):
        if block.language == "python":
            (copy / block.file).write_text(block.code, encoding="utf-8")
        elif block.language == "diff":
            apply(block.code, copy / block.file)
        else:
            run(["sh", "-c", block.code.replace("python", sys.executable, 1)], copy)
    where, examples, value = run([sys.executable, "-c", VALUES], copy).splitlines()
    assert Path(where).is_relative_to(copy)
    assert "failed=0, attempted=2" in examples
    assert value == f"fresh_share {1100 / 2100}"
    page = (copy / "docs/features.md").read_text(encoding="utf-8")
    assert re.search(r"^\| `fresh_share` \| share \| any \| .* \| 0\.524 \|$", page, re.MULTILINE)


def test_its_changes_make_a_column_of_a_roll_up(copy: Path) -> None:
    for block in blocks(ROLLUP):
        if block.language == "diff":
            apply(block.code, copy / block.file)
    code = blocks(TRY)[0].code + python(ROLLUP) + "\nprint(features.__file__, table['evening_share'].item())"
    assert run([sys.executable, "-c", code], copy) == f"{copy / 'src/regulars/features/__init__.py'} 0.2\n"
