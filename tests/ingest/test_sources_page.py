"""The page about sources knows every preset and every field."""

from pathlib import Path

import pytest

from regulars.ingest.fields import FIELD
from regulars.ingest.preset import Preset
from regulars.ingest.sources import PRESETS

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_documented(name: str) -> None:
    assert f"| `{name}` |" in PAGE
    assert name == "complete-journey" or f"## {name}\n" in PAGE


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_the_rules_that_a_preset_begins_with_are_documented(preset: Preset) -> None:
    begins = ["on" if rule else "off" for rule in (preset.exact_duplicates, preset.dated_returns)]
    later = "replaces the orders that it has" if preset.whole_orders else "adds what is new"
    assert f"| `{preset.name}` | {begins[0]} | {begins[1]} | {later} |\n" in PAGE


def test_every_field_is_documented() -> None:
    assert [name for name in FIELD if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_a_preset_names_fields_that_exist(preset: Preset) -> None:
    assert set(preset.columns) <= set(FIELD)
    assert preset.required <= set(preset.columns)
    assert {"amount", "price"} & set(preset.columns)
    known = {column for columns in preset.columns.values() for column in columns}
    assert set(preset.aliases) <= known
