"""Configuration as text: frozen, closed, and clear about what is wrong with it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from regulars import config
from regulars.artefact import TASKS
from regulars.config import ModelSpec, Training, reading
from regulars.errors import ConfigError, MissingError, RegularsError

GOOD = """
task = "churn"
question = "Is it better?"
metric = "auc"
baseline = "churn_recency"
models = ["churn_recency", "churn_lightgbm"]
"""
ROOT = Path(__file__).parents[1]


def experiment(folder: Path, text: str) -> config.Experiment:
    (folder / "experiment.toml").write_text(text, encoding="utf-8")
    return config.read_experiment(folder)


def test_what_is_not_said_has_defaults(tmp_path: Path) -> None:
    found = experiment(tmp_path, GOOD)
    assert found.name == tmp_path.name
    assert found.training == Training()
    assert found.protocol.seeds == (0, 1, 2, 3, 4)
    with pytest.raises(ValidationError):
        found.metric = "brier"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (GOOD + "metrik = 1\n", ConfigError, r"metrik: .*\(did you mean 'metric'\?\)"),
        (GOOD + "[training]\nhorizn_days = 3\n", ConfigError, r"training\.horizn_days: .* mean 'horizon_days'\?\)"),
        (GOOD + "[protocol]\nseed = [1]\n", ConfigError, r"protocol\.seed: .*\(did you mean 'seeds'\?\)"),
        (GOOD + "[training]\nhorizon_days = 0\n", ConfigError, r"training\.horizon_days: .*greater than 0"),
        (GOOD.replace('"churn"', '"chrun"'), ConfigError, r"task: .*'churn', 'timing', 'recommend', '.*' or 'spend'"),
        (GOOD.replace("lightgbm", "lightgmb"), MissingError, r"no model 'churn_lightgmb' \(did .* 'churn_light.*'\?\)"),
        (GOOD.replace('["churn_recency", ', "["), ConfigError, "the baseline 'churn_recency' must be among the models"),
        (GOOD.replace("churn_lightgbm", "timing_hazard"), ConfigError, "'timing_hazard' answers timing, not churn"),
        (GOOD.replace('question = "Is it better?"', ""), ConfigError, "question: Field required"),
        ("task = churn", ConfigError, r"experiment\.toml: Invalid value"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, text: str, error: type[RegularsError], message: str) -> None:
    with pytest.raises(error, match=message) as raised:
        experiment(tmp_path, text)
    assert "\n" not in str(raised.value)


VARIANT = (
    GOOD.replace("lightgbm", 'lightgbm", "few')
    + """
[variants.few]
of = "churn_lightgbm"
parameters = { rounds = 20 }

[variants.few.training]
n_snapshots = 3
"""
)


def test_a_variant_is_its_model_but_for_what_it_says(tmp_path: Path) -> None:
    found = experiment(tmp_path, VARIANT)
    assert list(config.specs(found)) == ["churn_recency", "churn_lightgbm", "few"]
    whole, few = config.spec_of(found, "churn_lightgbm"), config.spec_of(found, "few")
    assert (few.name, few.task, few.kind) == ("few", whole.task, whole.kind)
    assert few.parameters == {**whole.parameters, "rounds": 20}
    assert few.build(30, 0).rounds == 20
    assert config.training_of(found, "few") == found.training.model_copy(update={"n_snapshots": 3})
    assert config.training_of(found, "churn_lightgbm") == found.training


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rounds = 20", "round = 20", r"line 10: variants\.few\.parameters: .* no 'round' \(did you mean 'rounds'\?\)"),
        ("n_snapshots = 3", "n_snapshot = 3", r"line 13: variants\.few\.training\.n_snapshot: .* 'n_snapshots'\?\)"),
        ("n_snapshots = 3", "n_snapshots = 0", r"line 13: variants\.few\.training\.n_snapshots: .*greater than 0"),
        ("n_snapshots = 3", "horizon_days = 3", r"line 13: .*horizon_days: all candidates answer for the same horizon"),
        (
            'of = "churn_lightgbm"',
            'of = "churn_lightgmb"',
            r"line 9: variants\.few\.of: no model 'churn_lightgmb' \(did",
        ),
        ('of = "churn_lightgbm"', 'off = "churn_lightgbm"', r"line 8: variants\.few\.of: Field required"),
        ("parameters", "parametres", r"line 10: variants\.few\.parametres: .*\(did you mean 'parameters'\?\)"),
        ("few", "churn_btyd", r"line 8: variants\.churn_btyd: 'churn_btyd' is a model of models/"),
        (', "few"]', "]", r"line 8: variants\.few: 'few' is not among the models"),
        ('"churn_lightgbm", "few"', '"timing_hazard", "few"', r"line 6: models: 'timing_hazard' answers timing"),
    ],
)
def test_what_is_wrong_with_a_variant_is_named_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as raised:
        experiment(tmp_path, VARIANT.replace(old, new))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (["a"], 1), (["training"], 4), (["training", "y"], 6), (["variants", "p"], 8), (["variants", "q", "of"], 13),
        (["variants", "p", "training", "n"], 10), (["training", "absent"], 4), (["absent"], None), (["a", 0], 1),
    ],
)  # fmt: skip
def test_the_line_of_a_key(place: list[int | str], expected: int | None) -> None:
    text = (
        'a = 1\n\n# note\n[training]\nx = 3\ny = 4\n\n[variants.p]\nof = "x"\ntraining = { n = 3 }\n\n'
        '[variants.q]\nof = "z"\n'
    )
    assert reading.line(text, place) == expected


def test_no_experiment(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"no experiment\.toml in .*; name a folder such as"):
        config.read_experiment(tmp_path)


def test_every_task_has_a_default_and_a_fallback() -> None:
    for task in TASKS:
        assert config.model_for(task, "default").build(30, 0).source == "model"
        assert config.model_for(task, "fallback").build(30, 0).source == "baseline"


@pytest.mark.parametrize("spec", config.read_models(), ids=lambda spec: spec.name)
def test_every_model_can_be_built(spec: ModelSpec) -> None:
    built = spec.build(45, 3)
    assert getattr(built, "horizon_days", 45) == spec.parameters.get("horizon_days", 45)
    assert getattr(built, "seed", 3) == 3
    assert spec.name.startswith(f"{spec.task}_")


@pytest.mark.parametrize(
    "folder",
    sorted(file.parent for file in (ROOT / "experiments").glob("*/experiment.toml")),
    ids=lambda folder: folder.name,
)
def test_every_experiment_can_be_read(folder: Path) -> None:
    found = config.read_experiment(folder)
    assert found.name == folder.name
    assert found.name.startswith(f"{found.task}-")


def test_a_parameter_that_does_not_exist() -> None:
    spec = ModelSpec(name="mine", task="churn", kind="LightGBMChurn", summary="", parameters={"round": 5})
    with pytest.raises(ConfigError, match=r"models/mine: LightGBMChurn has no 'round' \(did you mean 'rounds'\?\)"):
        spec.build(30, 0)
    with pytest.raises(ConfigError, match="has no 'booster_'"):
        spec.model_copy(update={"parameters": {"booster_": 5}}).build(30, 0)


def test_models_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_MODELS", str(tmp_path))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model.toml").write_text(
        'task = "churn"\nkind = "RecencyRate"\nsummary = ""\n[parameters]\nn_bins = 5\n', encoding="utf-8"
    )
    assert config.read_model("mine").build(30, 0).n_bins == 5
    assert not config.read_model("mine").seeded
    with pytest.raises(ConfigError, match="exactly one model of task churn must have role = 'default', but 0 have"):
        config.model_for("churn", "default")
