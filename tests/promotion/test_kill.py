"""Killed at any moment, a promotion leaves the old champion or the new one whole; the next look repairs the rest."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from regulars import artefact, config
from regulars.artefact import Fitted, Meta
from regulars.estimators.churn import RecencyRate
from regulars.home import Home
from regulars.tracking import Champion, Change, Registry
from tests.conventions.project import ROOT
from tests.promotion.mortal import STEPS
from tests.test_artefact import META

MODELS = ("churn_recency", "churn_btyd")
ROWS = pl.DataFrame({"recency": [1, 1, 9, 9]})


def fitted(folder: Path, model: str) -> Meta:
    """Write a small model into ``folder`` and return what it says of itself."""
    made = RecencyRate(n_bins=1).fit(ROWS, np.array([3, 1, 3, 1]), np.array([False, True, False, True]))
    told = {"model": model, "kind": "RecencyRate", "source": "baseline", "task": "churn"}
    meta = META.model_copy(update=told)
    artefact.write(folder, Fitted(meta, made))
    return meta


@dataclass
class Place:
    """The registry of a home with two versions, and who kills promotions in it."""

    registry: Registry
    killer: subprocess.Popen[str]

    def promote(self, version: str, point: str) -> str:
        """Promote in another process that dies at ``point``; return how it ended."""
        assert self.killer.stdin is not None
        assert self.killer.stdout is not None
        self.killer.stdin.write(f"{version} {point}\n")
        self.killer.stdin.flush()
        return self.killer.stdout.readline().strip()


@pytest.fixture(scope="module")
def place(new_home: Callable[[Path], Home], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Version 1 is a churn_recency and the champion, version 2 a churn_btyd."""
    root = tmp_path_factory.mktemp("mortal")
    for model in MODELS:
        (root / "models" / model).mkdir(parents=True)
        text = (ROOT / "models" / model / "model.toml").read_text(encoding="utf-8")
        (root / "models" / model / "model.toml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGULARS_MODELS", str(root / "models"))
        home = new_home(root / "home")
        registry = Registry(home)
        for model in MODELS:
            registry.add(root / model, fitted(root / model, model), {})
        registry.crown("1", Change("train", "churn", "the first"))
        words = [sys.executable, "-m", "tests.promotion.mortal", str(home.root)]
        with subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=dict(os.environ)
        ) as killer:  # fmt: skip
            yield Place(registry, killer)
            assert killer.stdin is not None
            killer.stdin.close()


def settled(place: Place) -> Champion:
    """Return the champion after a look at it, which must have brought everything else in line with the alias."""
    registry = place.registry
    before = registry.champion("churn")
    assert artefact.read(before.folder).meta.model == before.meta.model
    found = registry.champions()["churn"]
    assert found == before
    files = list(config.models_folder().glob("*/champion.json"))
    assert [file.parent.name for file in files] == [found.meta.model]
    told = json.loads(files[0].read_text(encoding="utf-8"))
    assert (told["version"], told["run_id"], told["model"]) == (found.version, found.run_id, found.meta.model)
    entries = registry.journal.entries("churn")
    assert "open" not in {entry.state for entry in entries}
    assert next(entry for entry in entries if entry.moved).to.version == found.version
    assert "found" not in {entry.change.action for entry in entries}
    assert told["since"] == next(entry for entry in entries if entry.moved).at.isoformat(timespec="seconds")
    return found


def other(champion: Champion) -> str:
    return {"1": "2", "2": "1"}[champion.version]


@pytest.mark.parametrize("point", STEPS)
def test_killed_at_a_step(place: Place, point: str) -> None:
    before = place.registry.champion("churn")
    new = other(before)
    assert place.promote(new, point) == "killed"
    moved = list(STEPS).index(point) >= list(STEPS).index("after the alias")
    found = settled(place)
    assert found.version == (new if moved else before.version)
    intents = [entry for entry in place.registry.journal.entries("churn") if point in entry.change.why]
    intended = list(STEPS).index(point) >= list(STEPS).index("after the intent")
    assert [entry.state for entry in intents] == (["done" if moved else "not done"] if intended else [])
    again = place.registry.crown(other(found), Change("promote", "churn", "the next one"))
    assert settled(place) == again


def test_killed_between_version_and_intent(place: Place, tmp_path: Path) -> None:
    """The version stays in the registry, whole, and nobody is champion who was not before."""
    before = place.registry.champion("churn")
    fitted(tmp_path / "orphan", MODELS[0])
    assert place.promote(str(tmp_path / "orphan"), "after the version is registered") == "killed"
    assert settled(place) == before
    orphan = place.registry.crown("3", Change("promote", "churn", "after all"))
    assert artefact.read(orphan.folder).meta.model == MODELS[0]
    assert settled(place) == orphan
    place.registry.crown(before.version, Change("promote", "churn", "as it was"))


def test_killed_at_random_moments(place: Place) -> None:
    rng = random.Random(7)  # noqa: S311 - moments, no secrets
    ends = set()
    for _ in range(8):
        before = place.registry.champion("churn")
        new = other(before)
        ends.add(place.promote(new, f"{rng.uniform(0.0, 0.6):.3f}"))
        assert settled(place).version in (before.version, new)
    assert "killed" in ends
    assert "failed" not in ends
    assert place.registry.crown(other(settled(place)), Change("promote", "churn", "last")) == settled(place)
