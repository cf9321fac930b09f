"""Parameters are written into model.toml and nothing else changes."""

import tomllib
from pathlib import Path

import pytest

from regulars import config, search
from tests.search.made import MODEL, model


def test_comments_and_order_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_MODELS", str(model(tmp_path)))
    diff = search.adopt("small", {"rounds": 17, "learning_rate": 0.0312})
    written = (tmp_path / "models/small/model.toml").read_text(encoding="utf-8")
    assert written == MODEL.replace("rounds = 5", "rounds = 17") + "learning_rate = 0.0312\n"
    assert {"-rounds = 5  # quick", "+rounds = 17  # quick", "+learning_rate = 0.0312"} <= set(diff.splitlines())
    assert config.read_model("small").parameters == {"rounds": 17, "min_data_in_leaf": 20, "learning_rate": 0.0312}
    assert [path.name for path in (tmp_path / "models/small").iterdir() if path.suffix == ".tmp"] == []


def test_what_is_there_already_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_MODELS", str(model(tmp_path)))
    assert search.adopt("small", {"rounds": 5}) == ""
    assert (tmp_path / "models/small/model.toml").read_text(encoding="utf-8") == MODEL


@pytest.mark.parametrize(
    "text", ['task = "churn"', 'task = "churn"\n', "[parameters]\n", "[parameters]\na = 1.50\n\n[other]\nb = 2\n"]
)
def test_any_model_file_takes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    file = model(tmp_path) / "small" / "model.toml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("REGULARS_MODELS", str(tmp_path / "models"))
    search.adopt("small", {"x": 0.5, "extra": True})
    before, after = tomllib.loads(text), tomllib.loads(file.read_text(encoding="utf-8"))
    assert after == {**before, "parameters": {**before.get("parameters", {}), "x": 0.5, "extra": True}}
    assert set(text.splitlines()) <= set(file.read_text(encoding="utf-8").splitlines())
