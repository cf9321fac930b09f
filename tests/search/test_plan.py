"""search.toml: closed, and clear about what is wrong with it."""

from pathlib import Path

import pytest

from regulars import config, search
from regulars.config import ModelSpec
from regulars.errors import ConfigError, MissingError
from regulars.search import plan
from tests.search.made import SEARCH, model

SPACE = "rounds = { low = 2, high = 40 }"


def read(root: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> search.Search:
    monkeypatch.setenv("REGULARS_MODELS", str(model(root, text)))
    return search.read(config.read_model("small"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("metric =", "metrik =", r"metrik: .*\(did you mean 'metric'\?\)"),
        ("trials =", "trails =", r"budget\.trails: .*\(did you mean 'trials'\?\)"),
        ("seeds =", "seed =", r"validation\.seed: .*\(did you mean 'seeds'\?\)"),
        ("log = true", "logs = true", r"space\.learning_rate\.logs: .*\(did you mean 'log'\?\)"),
        ("learning_rate =", "learning_rat =", r"has no 'learning_rat' \(did you mean 'learning_rate'\?\)"),
        ('"brier"', '"briar"', r"metric 'briar' cannot decide on churn \(did you mean 'brier'\?\)"),
        (SPACE, "seed = { low = 0, high = 4 }", r"space\.seed: seed is given, not searched"),
        (SPACE, "booster_ = { low = 0, high = 4 }", r"LightGBMChurn has no 'booster_'"),
        (SPACE, "rounds = { low = 40, high = 2 }", r"space\.rounds: low \(40\) must be below high \(2\)"),
        (SPACE, "rounds = { low = 2 }", r"space\.rounds: give low and high, or choices"),
        (SPACE, "rounds = { low = 2, choices = [5] }", r"space\.rounds: give choices or a range, not both"),
        (SPACE, "rounds = { low = 0, high = 9, log = true }", r"space\.rounds: with log = true, low must be above 0"),
        (SPACE, "rounds = { low = 2.5, high = 40 }", r"space\.rounds: rounds is a whole number"),
        (SPACE, "rounds = { low = 10, high = 40 }", r"space\.rounds: its present value 5 is not .*; widen the space"),
        (SPACE, "rounds = { choices = [10, 20] }", r"space\.rounds: its present value 5 is not"),
        ("n_snapshots = 2", "n_snapshots = 0", r"validation\.n_snapshots: .*greater than 0"),
        ("[space]", "[space", r"search\.toml: "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    assert old in SEARCH
    with pytest.raises(ConfigError, match=message) as raised:
        read(tmp_path, monkeypatch, SEARCH.replace(old, new, 1))
    assert "\n" not in str(raised.value)


def test_no_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_MODELS", str(model(tmp_path)))
    (tmp_path / "models/small/search.toml").unlink()
    with pytest.raises(MissingError, match=r"small has no search\.toml; write one, or search one of none yet"):
        search.read(config.read_model("small"))


def test_the_present_is_what_the_model_is_built_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = read(tmp_path, monkeypatch, SEARCH)
    spec = config.read_model("small")
    assert plan.present(spec, asked) == {"rounds": 5, "learning_rate": spec.build(40, 0).learning_rate}


def test_a_whole_number_for_a_real_parameter_is_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = read(tmp_path, monkeypatch, f"{SEARCH}lambda_l2 = {{ low = 1, high = 9 }}")
    spec = config.read_model("small").model_copy(update={"parameters": {"lambda_l2": 3}})
    assert isinstance(plan.present(spec, asked)["lambda_l2"], float)


SEARCHED = [spec for spec in config.read_models() if (config.models_folder() / spec.name / "search.toml").is_file()]


@pytest.mark.parametrize("spec", SEARCHED, ids=lambda spec: spec.name)
def test_every_search_can_be_read(spec: ModelSpec) -> None:
    assert search.read(spec).name == spec.name
