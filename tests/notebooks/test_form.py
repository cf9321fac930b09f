"""Notebooks ask, call, show and claim; they compute nothing."""

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

pytestmark = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


def cells(notebook: Path) -> list[dict[str, Any]]:
    return list(json.loads(notebook.read_text(encoding="utf-8"))["cells"])


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def code(notebook: Path) -> list[ast.Module]:
    texts = (source(cell) for cell in cells(notebook) if cell["cell_type"] == "code")
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


def test_the_last_cell_claims_and_names_its_experiment(notebook: Path) -> None:
    last = cells(notebook)[-1]
    assert source(last).startswith("**Claim.**")
    named = re.findall(r"\]\(\.\./(experiments/[\w-]+)\)", source(last))
    assert named
    assert [folder for folder in named if not (ROOT / folder).is_dir()] == []


def test_figures_in_a_claim_come_from_the_results(notebook: Path) -> None:
    text = re.sub(r"[\w/.-]*-\d{3}-[\w-]*|80%|100%", "", source(cells(notebook)[-1]))
    assert re.findall(r"\d", text) == []
    assert "Markdown" in source(cells(notebook)[-2])


def test_no_cell_computes(notebook: Path) -> None:
    found = [type(node).__name__ for tree in code(notebook) for node in ast.walk(tree) if isinstance(node, COMPUTES)]
    assert found == [], "put it into src/regulars, with a docstring and a test"


def test_only_the_project_is_imported(notebook: Path) -> None:
    modules = [
        node.module or "" for tree in code(notebook) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    ]
    plain = [node for tree in code(notebook) for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert plain == []
    assert {name.partition(".")[0] for name in modules} <= {"IPython", "regulars"}


def test_metadata_says_nothing_of_a_machine(notebook: Path) -> None:
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    assert metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
