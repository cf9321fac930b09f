"""Short modules, short functions, documented names, and no format that can run code when it is read."""

import ast
import re
from collections.abc import Iterator

from tests.conventions.project import modules, name, parse

MODULE_LINES = 300
FUNCTION_LINES = 60
UNSAFE = re.compile("|".join(("pick" + "le", "job" + "lib", r"\bdi" + r"ll\b")), re.IGNORECASE)
REFUSAL = "MLFLOW_ALLOW_PICK" + "LE_DESERIALIZATION"  # the setting with which MLflow refuses such files

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public(body: list[ast.stmt]) -> Iterator[Definition]:
    """The public classes and functions among the statements, and their public methods."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is None:
        return lines
    docstring = node.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def overrides(node: Definition) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "override" for mark in node.decorator_list)


def test_modules_are_short() -> None:
    sizes = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path: size for path, size in sizes.items() if size > MODULE_LINES} == {}


def test_functions_are_short() -> None:
    long = [
        f"{name(path)}:{node.lineno} {node.name}: {code_lines(node)} lines"
        for path in modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and code_lines(node) > FUNCTION_LINES
    ]
    assert long == []


def test_everything_public_is_documented() -> None:
    bare = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in modules()
        for node in public(parse(path).body)
        if not ast.get_docstring(node) and not overrides(node)
    ]
    bare += [name(path) for path in modules() if not ast.get_docstring(parse(path))]
    assert bare == []


def test_nothing_is_stored_in_a_form_that_can_run_code() -> None:
    texts = {name(path): path.read_text(encoding="utf-8").replace(REFUSAL, "") for path in modules()}
    assert {path: found.group() for path, text in texts.items() if (found := UNSAFE.search(text))} == {}
