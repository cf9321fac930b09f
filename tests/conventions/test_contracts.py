"""Who may import whom."""

import re
import subprocess
import sys
from pathlib import Path

from tests.conventions.project import ROOT, pyproject


def test_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-logo", "--no-cache", "--config", ROOT / "pyproject.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_has_its_layer() -> None:
    layers = pyproject()["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = {part.strip(" ()").removeprefix("regulars.") for layer in layers for part in re.split("[|:]", layer)}
    present = {
        path.stem
        for path in (ROOT / "src/regulars").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem != "__init__"
    }
    assert present - placed == set(), "name its layer in the first contract of pyproject.toml"
