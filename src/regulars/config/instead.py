"""Models as they were at another time, in the place of ``models/``."""

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import tomlkit

from regulars.config.sections import ModelSpec


@contextlib.contextmanager
def models_instead(specs: Iterable[ModelSpec]) -> Iterator[None]:
    """Let ``specs`` be the only models there are, for this process and the processes that it starts."""
    before = os.environ.get("REGULARS_MODELS")
    with tempfile.TemporaryDirectory() as folder:
        for spec in specs:
            (Path(folder) / spec.name).mkdir()
            text = tomlkit.dumps(spec.model_dump(mode="json", exclude={"name"}, exclude_none=True))
            (Path(folder) / spec.name / "model.toml").write_text(text, encoding="utf-8")
        os.environ["REGULARS_MODELS"] = folder
        try:
            yield
        finally:
            os.environ.pop("REGULARS_MODELS")
            if before is not None:
                os.environ["REGULARS_MODELS"] = before
