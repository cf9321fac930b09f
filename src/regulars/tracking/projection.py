"""``models/<name>/champion.json``: what the registry's alias says, where people look for it. Git does not keep it."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regulars import config
from regulars.artefact import Task

FILE = "champion.json"


def put(task: Task, model: str, content: Mapping[str, Any]) -> None:
    """Write ``content`` beside the champion's model.toml in one step, and take the file from those who lost ``task``.

    Nothing is written that is there already. The alias is the truth: where the folder cannot be written to, as that of
    an installed package, there is no such file.
    """
    file = config.models_folder() / model / FILE
    text = (json.dumps(dict(content), indent=1) + "\n").encode()
    with contextlib.suppress(OSError):
        if file.parent.is_dir() and not (file.is_file() and file.read_bytes() == text):
            draft = file.with_name(FILE + ".tmp")
            draft.write_bytes(text)
            draft.replace(file)
        for other in sorted(config.models_folder().glob(f"*/{FILE}")):
            if other.parent.name != model and _task(other) in (task, None):
                other.unlink(missing_ok=True)


def _task(file: Path) -> str | None:
    """Return the task that a champion.json speaks of; None where it cannot be read."""
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["task"])
    except (ValueError, KeyError, TypeError):
        return None
