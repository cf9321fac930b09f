"""A fitted model in a folder: text only, and it says what it is."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from regulars import artefact
from regulars.artefact import Fitted, Meta
from regulars.errors import ConfigError, DataError, MissingError
from regulars.estimators.churn import RecencyRate
from tests.contracts import rows

META = Meta(
    task="churn", model="churn_recency", kind="RecencyRate", source="baseline", horizon_days=30,
    as_of=dt.date(2023, 9, 1), fingerprint="0" * 32, seed=0,
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model in a folder two levels deep."""
    known = rows()
    rule = RecencyRate().fit(known.features, known.duration, known.observed)
    artefact.write(tmp_path / "churn" / "model", Fitted(META, rule))
    return tmp_path / "churn" / "model"


def test_what_was_written_can_be_read(folder: Path) -> None:
    found, asked = artefact.read(folder), rows().asked
    assert found.meta == META == artefact.read_meta(folder)
    known = rows()
    again = RecencyRate().fit(known.features, known.duration, known.observed)
    np.testing.assert_array_equal(found.estimator.predict(asked), again.predict(asked))
    assert {file.name for file in folder.iterdir()} == {"model.json", "state.json"}


def test_no_model(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="train one with: regulars train"):
        artefact.read(tmp_path)


@pytest.mark.parametrize("damage", ["", "{", '{"task": "churn"}', "[]"])
def test_a_damaged_model(folder: Path, damage: str) -> None:
    (folder / "model.json").write_text(damage, encoding="utf-8")
    with pytest.raises(DataError, match=r"model\.json is damaged or from another version; train again"):
        artefact.read(folder)


def test_only_known_estimators_are_loaded(folder: Path) -> None:
    content = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps(content | {"kind": "RecencyRat"}), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no estimator is called 'RecencyRat' \(did you mean 'RecencyRate'\?\)"):
        artefact.read(folder)


def test_meta_is_frozen_and_closed() -> None:
    with pytest.raises(ValidationError):
        META.seed = 1  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Meta.model_validate(META.model_dump() | {"sed": 1})
