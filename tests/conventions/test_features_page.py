"""The page about the features says what the docstrings and the code say."""

import subprocess
import sys

from regulars import features
from regulars.features import contract, pairs
from regulars.features.example import ANNA, SIDE
from regulars.features.lines import read
from regulars.features.page import page
from regulars.features.past import Past
from regulars.features.rollups import rollups
from tests.conventions.project import ROOT

FIRST, SECOND, THIRD = "\n## Customer x item features\n", "\n## What features are made of\n", "\n### Questions"


def listed(text: str) -> list[str]:
    """The names in the first column of the tables."""
    return [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]


def test_the_page_is_what_the_docstrings_say() -> None:
    written = (ROOT / "docs/features.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m regulars.features > docs/features.md"


def test_every_feature_is_on_it() -> None:
    text = page()
    assert listed(text.split(FIRST)[0]) == list(features.NAMES)
    assert sorted(listed(text.split(FIRST)[1].split(SECOND)[0])) == sorted(pairs.NAMES)


def test_every_column_of_a_roll_up_is_on_it() -> None:
    found = rollups(read(ANNA, SIDE), SIDE)
    text = page().split(SECOND)[1].split(THIRD)[0]
    parts = {name: listed(part) for name, _, part in (each.partition("\n") for each in text.split("### past.")[1:])}
    assert parts == {name: list(rollup.columns) for name, rollup in found.items()}


def test_every_column_of_a_roll_up_is_told_of_and_lies_in_its_range() -> None:
    for name, rollup in rollups(read(ANNA, SIDE), SIDE).items():
        told = {feature.name: feature.range for feature in contract.read(vars(Past)[name].func).features}
        assert sorted(told) == sorted(rollup.columns), name
        values = {column: found.tolist() for column, found in rollup.columns.items()}
        assert [c for c, found in values.items() if not all(told[c].holds(value) for value in found)] == []


def test_the_command_prints_it() -> None:
    done = subprocess.run([sys.executable, "-m", "regulars.features"], capture_output=True, check=True)
    assert done.stdout.decode("utf-8") == page()
