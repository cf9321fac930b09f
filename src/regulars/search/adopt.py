"""Found parameters go into model.toml, where they are reviewed like code."""

import difflib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

from regulars import config
from regulars.errors import ConfigError


def adopt(model: str, parameters: Mapping[str, Any]) -> str:
    """Write ``parameters`` into ``models/<model>/model.toml`` in one step; return the difference, line by line.

    What else the file says stays as it is: other keys, their order, comments.

    Raises:
        ConfigError: the file cannot be written.
    """
    file = config.models_folder() / model / "model.toml"
    before = file.read_text(encoding="utf-8")
    after = changed(before, parameters)
    if after != before:
        _replace(file, after)
    name = f"models/{model}/model.toml"
    return "".join(difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), name, name))


def changed(text: str, parameters: Mapping[str, Any]) -> str:
    """Return the TOML ``text`` with ``parameters`` set in its table ``[parameters]``.

    >>> changed("[parameters]  # few", {"rounds": 20}).splitlines()
    ['[parameters]  # few', 'rounds = 20']
    """
    document = tomlkit.parse(text)
    table = document.setdefault("parameters", tomlkit.table())
    for name, value in parameters.items():
        if name not in table or table[name] != value:
            table[name] = value
    return tomlkit.dumps(document)


def _replace(file: Path, text: str) -> None:
    draft = None
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, suffix=".tmp", delete=False) as out:
            draft = Path(out.name)
            out.write(text)
            os.fchmod(out.fileno(), file.stat().st_mode & 0o777)
        draft.replace(file)
    except OSError as error:
        if draft is not None:
            draft.unlink(missing_ok=True)
        raise ConfigError(f"cannot write {file} ({error.strerror or error}); make it writable") from error
