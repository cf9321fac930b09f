"""Notebooks ask, call, show and claim; they compute nothing but what a reader is invited to change."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conventions.project import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
COMPUTES = (
    ast.BinOp,
    ast.AugAssign,
    ast.Compare,
    ast.For,
    ast.While,
    ast.If,
    ast.comprehension,
    ast.FunctionDef,
    ast.Lambda,
)

OWN = "09_your_own_feature_and_estimator"
"""The only notebook in which a reader writes code: in the cells with the tag YOURS."""
YOURS = "yours"

pytestmark = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


def cells(notebook: Path) -> list[dict[str, Any]]:
    return list(json.loads(notebook.read_text(encoding="utf-8"))["cells"])


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def code(notebook: Path) -> list[ast.Module]:
    """Return what the cells do that are not the reader's own."""
    ours = (cell for cell in cells(notebook) if YOURS not in cell["metadata"].get("tags", []))
    texts = (source(cell) for cell in ours if cell["cell_type"] == "code")
    return [ast.parse(re.sub(r"^%.*$", "", text, flags=re.MULTILINE)) for text in texts]


def test_the_first_cell_asks(notebook: Path) -> None:
    first = cells(notebook)[0]
    assert first["cell_type"] == "markdown"
    assert "**Question.**" in source(first)
    assert "?" in source(first).partition("**Question.**")[2]


def test_the_second_cell_holds_the_parameters(notebook: Path) -> None:
    second = cells(notebook)[1]
    assert second["metadata"]["tags"] == ["parameters"]
    assert all(isinstance(line, ast.Assign) for line in ast.parse(source(second)).body)


def test_it_ends_with_a_claim_that_names_its_experiment_and_with_what_to_try(notebook: Path) -> None:
    claim, further = (source(cell) for cell in cells(notebook)[-2:])
    assert claim.startswith("**Claim.**")
    named = re.findall(r"\]\(\.\./(experiments/[\w-]+)\)", claim)
    assert named
    assert [folder for folder in named if not (ROOT / folder).is_dir()] == []
    assert further.startswith("**What to try next.**")


def test_figures_in_a_claim_come_from_the_results(notebook: Path) -> None:
    text = re.sub(r"[\w/.-]*-\d{3}-[\w-]*|80%|100%|notebooks? \d( and \d)?", "", source(cells(notebook)[-2]))
    assert re.findall(r"\d", text) == []
    assert "Markdown" in source(cells(notebook)[-3])


def test_links_lead_somewhere(notebook: Path) -> None:
    texts = "\n".join(source(cell) for cell in cells(notebook) if cell["cell_type"] == "markdown")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", texts)]
    assert [target for target in targets if not (notebook.parent / target).exists()] == []


def test_it_leads_to_the_next(notebook: Path) -> None:
    following = NOTEBOOKS[NOTEBOOKS.index(notebook) + 1 :]
    if following:
        assert f"]({following[0].name})" in source(cells(notebook)[-1])
    assert source(cells(notebook)[0]).startswith(f"# {NOTEBOOKS.index(notebook) + 1}. ")


def test_every_picture_is_told_about_before_or_after(notebook: Path) -> None:
    """Between two pictures stands text, but for pairs that one text speaks of."""
    kinds = "".join(
        "t" if cell["cell_type"] == "markdown" else "p" if "plots." in source(cell) else "c" for cell in cells(notebook)
    )
    assert "ppp" not in kinds
    assert kinds.count("p") >= 2


def test_bars_and_maps_have_titles_and_units(notebook: Path) -> None:
    calls = [
        node
        for tree in code(notebook)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    for call in calls:
        assert isinstance(call.func, ast.Attribute)
        given = {keyword.arg for keyword in call.keywords}
        if call.func.attr in ("bar_plot", "stacked_plot", "heat_plot"):
            assert {"title", "unit"} <= given
        if call.func.attr in ("interval_plot", "snapshot_plot"):
            assert {"title", "metric"} <= given


def test_the_index_tells_of_it(notebook: Path) -> None:
    index = (ROOT / "docs/notebooks.md").read_text(encoding="utf-8")
    assert f"](../notebooks/{notebook.name})" in index


def test_only_the_last_notebook_has_cells_of_the_reader(notebook: Path) -> None:
    tagged = [cell for cell in cells(notebook) if YOURS in cell["metadata"].get("tags", [])]
    assert bool(tagged) == (notebook.stem == OWN)
    for cell in tagged:
        body = ast.parse(source(cell)).body
        assert all(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body)


def test_no_cell_computes(notebook: Path) -> None:
    found = [type(node).__name__ for tree in code(notebook) for node in ast.walk(tree) if isinstance(node, COMPUTES)]
    assert found == [], "put it into src/regulars, with a docstring and a test"


def test_only_the_project_is_imported(notebook: Path) -> None:
    modules = [
        node.module or "" for tree in code(notebook) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    ]
    plain = [
        each.name
        for tree in code(notebook)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for each in node.names
    ]
    own = {"dataclasses", "numpy"} if notebook.stem == OWN else set()
    assert {name.partition(".")[0] for name in (*modules, *plain)} <= {"IPython", "regulars"} | own


def test_metadata_says_nothing_of_a_machine(notebook: Path) -> None:
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    assert metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
