"""The page on promotion is true: its commands exist, its tables are the code's, and its Python runs."""

import re
import shlex
from typing import Any, get_args

import pytest
import typer

from regulars import cli
from regulars.contest import CALIBRATED, COHERENT_WITHIN, checks
from regulars.tracking import Registry, journal
from tests.conventions.project import ROOT
from tests.promotion.test_journal import MODELS, crown
from tests.promotion.test_journal import registry as registry  # noqa: PLC0414 - a fixture

TEXT = (ROOT / "docs/promotion.md").read_text(encoding="utf-8")


def fenced(language: str) -> str:
    """Return the blocks of a language."""
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```", TEXT, flags=re.DOTALL | re.MULTILINE))


def column(title: str) -> list[str]:
    """Return the code in the first column of the table with this title."""
    rows = TEXT.split(f"\n| {title} |")[1].split("\n\n")[0].splitlines()[2:]
    return [re.findall(r"`(.*?)`", row)[0] for row in rows]


@pytest.mark.parametrize("line", fenced("sh").splitlines())
def test_the_commands_exist(line: str) -> None:
    _, verb, *words = shlex.split(line)
    command: Any = typer.main.get_command(cli.app)
    parsed = command.commands[verb].make_context(verb, words)
    assert parsed.params


def test_the_tables_are_the_codes() -> None:
    assert column("check") == [name for name in get_args(checks.Name) if name != "candidate"]
    assert column("action") == list(get_args(journal.Action))
    limits = re.findall(r"^\| `(\w+)` \| `(\w+)` \| ([\d.]+) \| ([\d.]+) \|$", TEXT, flags=re.MULTILINE)
    assert [(task, metric, float(ideal), float(limit)) for task, metric, ideal, limit in limits] == [
        (task, rule.metric, rule.ideal, rule.within) for task, rule in CALIBRATED.items()
    ]
    assert f"differ by {COHERENT_WITHIN} at most" in TEXT


def test_the_python_runs(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    crown(registry, MODELS[0], "the first of all")
    exec(compile(fenced("python"), "docs/promotion.md", "exec"), {"home": registry._home})  # noqa: S102 - our own page
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{MODELS[0]} 1 the first of all"
    assert said[1].endswith(f"None promote {MODELS[0]}")
