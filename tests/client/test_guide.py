"""The guide for application developers is true: calls work, answers are of the contract, tables are complete."""

import itertools
import json
import re
import shlex
import shutil
import subprocess
from typing import Any, get_args

import pytest

from serving.contract import ProblemAnswer, Warned
from serving.operations import OPERATIONS
from serving.problems import KINDS
from tests.conventions.project import ROOT
from tests.serving.test_contract import roundtrip

TEXT = (ROOT / "docs/api.md").read_text(encoding="utf-8")
HERE = "http://127.0.0.1:3000"
OURS = {"1123": "C003", "995242": "I01", "2017-12-20": "2024-06-01", "2018-01-02": "2024-06-25"}
"""The demo shop's customer, item and days, and those of the shop here."""

BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
CALLS = [
    line for language, block in BLOCKS if language == "sh" for line in re.split(r"^(?=curl)", block, flags=re.M) if line
]
ANSWERED = [(call, answer) for (kind, call), (next_kind, answer) in itertools.pairwise(BLOCKS)
            if (kind, next_kind) == ("sh", "json")]  # fmt: skip


def here(text: str, service: str) -> str:
    """Ask the shop here what the guide asks the demo shop."""
    for theirs, our in {HERE: service, **OURS}.items():
        text = text.replace(theirs, our)
    return text


def route(call: str) -> Any:
    """The operation that a call asks."""
    path = re.search(rf"{HERE}([^'?\s]+)", call)[1].replace("/1123/", "/{customer_id}/")  # type: ignore[index]
    return next(operation for operation in OPERATIONS if operation.path == path)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{route(call).name} {CALLS.index(call)}")
def test_the_calls_are_answered(call: str, service: str) -> None:
    command = [*shlex.split(here(call.replace("\\\n", " "), service)), "--noproxy", "*", "-w", "\n%{http_code}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    answer, _, status = done.stdout.rpartition("\n")
    operation = route(call)
    if "wnat" in call:
        assert roundtrip(ProblemAnswer, json.loads(answer)) == json.loads(answer)
        assert status == "422"
        return
    assert int(status) == operation.status, answer
    if operation.answer is not str:
        assert roundtrip(operation.answer, json.loads(answer)) == json.loads(answer)


@pytest.mark.parametrize(("call", "answer"), ANSWERED, ids=lambda text: text[:60])
def test_the_answers_are_of_the_contract(call: str, answer: str) -> None:
    told = json.loads(answer)
    assert roundtrip(ProblemAnswer if "wnat" in call else route(call).answer, told) == told


def test_the_python_runs(service: str) -> None:
    names: dict[str, Any] = {}
    for language, block in BLOCKS:
        if language == "python":
            exec(compile(here(block, service), "the guide", "exec"), names)  # noqa: S102 - our own page
    assert 0 <= names["churn"]["probability"] <= 1
    assert names["likely"] == ["C003"]
    assert len(names["offers"]) == 5
    assert names["kept"].n_new + names["kept"].n_known == 1
    assert "no purchase of customer 'nobody'" in names["said"]
    assert 0 <= names["probabilities"][0] <= 1


def test_every_route_is_shown() -> None:
    assert {operation.name for operation in OPERATIONS} - {route(call).name for call in CALLS} == set()


def test_every_code_is_told() -> None:
    warned = get_args(Warned.__annotations__["code"])
    assert [code for code in (*KINDS, *warned) if f"`{code}`" not in TEXT] == []
