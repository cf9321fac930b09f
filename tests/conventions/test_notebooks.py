"""Notebooks are stored as they were written, without what they printed."""

import json

from tests.conventions.project import ROOT


def test_notebooks_are_stored_without_outputs() -> None:
    dirty = [
        f"{path.name}: cell {number}"
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
        for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"], start=1)
        if cell.get("outputs") or cell.get("execution_count")
    ]
    assert dirty == [], "run: .venv/bin/nbstripout notebooks/*.ipynb"
