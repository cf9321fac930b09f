"""A fitted model as a folder of text and arrays: what MLflow keeps, a Bento carries and everybody loads."""

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

import regulars
from regulars.errors import DataError, MissingError
from regulars.estimators import registry
from regulars.manifest import Section

Task = Literal["churn", "timing", "recommend", "replenish", "spend"]
TASKS: tuple[Task, ...] = ("churn", "timing", "recommend", "replenish", "spend")
"""Who leaves, when each is back, what to offer; when a thing is bought again, and what each will spend."""


class Meta(Section):
    """What a fitted model is, and what it may know."""

    task: Task
    """The question it answers."""
    model: str
    """Name of its folder in models/."""
    kind: str
    """Class name of its estimator."""
    source: Literal["model", "baseline"]
    """Learned from features, or a rule."""
    horizon_days: int
    """Length of the window it speaks about."""
    as_of: dt.date
    """The training cut: it knows rows before this day and nothing later."""
    fingerprint: str
    """Of the ledger it was trained on."""
    seed: int
    """Of every random choice in it."""
    regulars_version: str = regulars.__version__
    """The code that wrote it."""


@dataclass(frozen=True)
class Fitted:
    """An estimator with its meta data."""

    meta: Meta
    estimator: Any


def write(folder: Path, fitted: Fitted) -> None:
    """Write ``fitted`` into ``folder``, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    fitted.estimator.save(folder)
    (folder / "model.json").write_text(fitted.meta.model_dump_json(indent=1) + "\n", encoding="utf-8")


def megabytes(fitted: Fitted) -> float:
    """Return the size of ``fitted`` on disk, in millions of bytes."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), fitted)
        return sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1e6


def read_meta(folder: Path) -> Meta:
    """Read what the model in ``folder`` says of itself, without loading it.

    Raises:
        MissingError: there is no model in the folder.
        DataError: it is damaged.
    """
    file = folder / "model.json"
    if not file.is_file():
        raise MissingError(f"no model in {folder}; train one with: regulars train --as-of DATE")
    try:
        return Meta.model_validate_json(file.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise DataError(f"{file} is damaged or from another version; train again") from error


def read(folder: Path) -> Fitted:
    """Read what :func:`write` wrote; raises as :func:`read_meta` does."""
    meta = read_meta(folder)
    return Fitted(meta, registry.kind(meta.kind).load(folder))
