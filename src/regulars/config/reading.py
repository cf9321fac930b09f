"""From a file of text to a validated object, or to an error that names the key and the line."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

import tomlkit
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from regulars.errors import ConfigError, did_you_mean
from regulars.manifest import Section

Kind = TypeVar("Kind", bound=Section)
Place = Sequence[int | str]
"""The keys that lead to a value, from the outermost on."""


def read(file: Path, kind: type[Kind]) -> Kind:
    """Read ``file`` as a ``kind`` that is named after its folder.

    Raises:
        ConfigError: it is no TOML, or says what such a file cannot say.
    """
    text = file.read_text(encoding="utf-8")
    try:
        return kind.model_validate({"name": file.parent.name, **tomllib.loads(text)})
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {error}") from error
    except ValidationError as error:
        raise complaint(file, text, kind, error.errors()[0]) from error


def complaint(file: Path, text: str, kind: type[Section], found: ErrorDetails, within: Place = ()) -> ConfigError:
    """Return what is wrong with a value, its key and its line.

    Args:
        file: where it stands.
        text: the content of the file.
        kind: what the part that was validated should be.
        found: what pydantic says of it.
        within: the keys that lead to that part.
    """
    place = (*within, *found["loc"])
    unknown = found["type"] == "extra_forbidden"
    hint = did_you_mean(str(place[-1]), _keys(kind, found["loc"])) if unknown else ""
    return wrong(file, text, place, f"{found['msg']}{hint}")


def wrong(file: Path, text: str, place: Place, what: str) -> ConfigError:
    """Return an error that says ``what`` is wrong with the value at ``place``, and in which line."""
    number = line(text, place)
    where = f"{file}, line {number}" if number else str(file)
    return ConfigError(f"{where}: {'.'.join(str(part) for part in place)}: {what}")


def line(text: str, place: Place) -> int | None:
    """Return the line in which a value of a TOML text begins, from 1; None where it is not there.

    The value is taken out of the parsed text, which is then written again as it was: the first line that differs is
    the one.
    """
    document: Any = tomlkit.parse(text)
    inner = document
    for number, part in enumerate(place):
        if isinstance(part, int) or not isinstance(inner, dict) or part not in inner:
            return line(text, place[:number]) if number else None
        if number + 1 < len(place) and isinstance(inner[part], dict):
            inner = inner[part]
            continue
        del inner[part]
        break
    written = tomlkit.dumps(document).splitlines()
    before = text.splitlines()
    same = (number for number, (old, new) in enumerate(zip(before, written, strict=False)) if old != new)
    return next(same, len(written)) + 1


def _keys(kind: Any, place: Place) -> list[str]:
    """Return the keys that the section around ``place`` knows; a table of named sections holds one kind of them."""
    for part in place[:-1]:
        named = get_args(kind)
        kind = named[1] if named else kind.model_fields[part].annotation
    return list(kind.model_fields)
