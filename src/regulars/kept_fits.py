"""Verdicts on disk, so that an interrupted or extended experiment does not fit again what it has fitted."""

import json
import os
import tempfile
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from regulars import passport
from regulars.config import ModelSpec, Training
from regulars.judging import Cost, Exam, Verdict
from regulars.ledger import Ledger

_ABOUT, _ANSWER, _VALUE = "about", "answer", "value."
"""Names of the arrays in a file."""


@dataclass(frozen=True)
class KeptFits:
    """A folder with a file a fit, named by the fingerprint of everything that the fit depends on.

    Whatever changes a number changes the name, so nothing in it is ever out of date; it may be deleted at any time.
    """

    folder: Path

    def find(self, key: str, model: str, exam: Exam, seed: int) -> Verdict | None:
        """Return the verdict that was kept under ``key``; None where there is none, or it cannot be read."""
        try:
            with (self.folder / f"{key}.npz").open("rb") as file, np.load(file) as kept:
                about = json.loads(str(kept[_ABOUT]))
                values = {name.removeprefix(_VALUE): kept[name] for name in kept.files if name.startswith(_VALUE)}
                answer = kept[_ANSWER] if _ANSWER in kept.files else None
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return None
        cost, as_of = Cost(**about["cost"]), exam.snapshot.as_of
        return Verdict(model, as_of, seed, about["metrics"], values, answer, about["importance"], cost)

    def keep(self, key: str, verdict: Verdict) -> None:
        """Write a verdict in one step; one that was kept before is replaced."""
        self.folder.mkdir(parents=True, exist_ok=True)
        cost = asdict(verdict.cost or Cost(0.0, 0.0, 0.0))
        about = {"metrics": dict(verdict.metrics), "importance": dict(verdict.importance), "cost": cost}
        arrays: dict[str, Any] = {_ABOUT: np.array(json.dumps(about))}
        arrays |= {_VALUE + name: values for name, values in verdict.values.items()}
        if verdict.answer is not None:
            arrays[_ANSWER] = verdict.answer
        number, draft = tempfile.mkstemp(suffix=".tmp", dir=self.folder)
        try:
            with os.fdopen(number, "wb") as file:
                np.savez(file, **arrays)
            Path(draft).replace(self.folder / f"{key}.npz")
        finally:
            Path(draft).unlink(missing_ok=True)


def fit_key(ledger: Ledger, spec: ModelSpec, settings: Training, exam: Exam, seed: int) -> str:
    """Return the fingerprint of everything that a fit and its verdict depend on."""
    return passport.key(ledger, [spec, settings], "fit", str(exam.snapshot.as_of), str(seed if spec.seeded else 0))
