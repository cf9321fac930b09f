"""Where the project's files are, for the tests that read them."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("src/regulars", "serving")
TEXT = {".py", ".toml", ".md", ".lock", ".ipynb", ".json", ".yaml", ".yml", ".html", ".txt", ""}


def modules() -> list[Path]:
    """Every module that a user installs."""
    return sorted(path for folder in SOURCES for path in (ROOT / folder).rglob("*.py"))


def texts() -> Iterator[Path]:
    """Every text file of the project, without caches, environments and state (all hidden folders but .ci)."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts[:-1])
        if path.is_file() and path.suffix in TEXT and not hidden and "__pycache__" not in parts:
            yield path


def name(path: Path) -> str:
    """The path as a reader of a failing test wants to see it."""
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def pyproject() -> dict[str, Any]:
    """The content of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
