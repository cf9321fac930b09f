"""API keys: who may ask the service, and for what.

A key is 256 random bits, so its SHA-256 is as hard to guess as itself and needs no salt and no slow hash. Only the
digest is kept.
"""

import contextlib
import fcntl
import hmac
import os
import secrets
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from regulars.errors import ConfigError, DataError, MissingError

Scope = Literal["read", "write", "pii"]
"""``read``: every question; ``write``: telling of purchases; ``pii``: names and addresses unmasked."""

SCOPES: tuple[Scope, ...] = get_args(Scope)
BYTES = 32
PREFIX = "rg_"
"""So that a key is recognised where it does not belong, as in a log or a repository."""

OWNER_ONLY = 0o600

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class Key(BaseModel):
    """What is kept of a key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    """Whose it is; logs name it."""
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """Of the key, in hex digits."""
    scopes: tuple[Scope, ...]
    """What it allows."""
    per_second: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Requests a second it may make; None: any number."""


_KEYS = TypeAdapter(tuple[Key, ...])
_NAME: TypeAdapter[str] = TypeAdapter(Name)


def read(path: Path) -> tuple[Key, ...]:
    """Return the keys in the file at ``path``; none where there is no file.

    Raises:
        DataError: the file cannot be read, or is damaged.
    """
    try:
        return _KEYS.validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        raise DataError(
            f"{path} cannot be read or is damaged; remove it and make new keys with: regulars keys add NAME"
        ) from error


def add(path: Path, name: str, scopes: Sequence[Scope], per_second: float | None = None) -> str:
    """Make a key and return it; this is the only moment at which it is known.

    Args:
        path: the file of the keys, which is made if need be.
        name: whose it is.
        scopes: what it allows, at least one.
        per_second: requests a second it may make; None: any number.

    Raises:
        ConfigError: the name is taken or cannot be one, there is no scope, or the rate is none.
        DataError: the file is damaged.
    """
    key = PREFIX + secrets.token_urlsafe(BYTES)
    made = _made(name, scopes, per_second, digest(key))
    with _locked(path):
        held = read(path)
        if any(each.name == name for each in held):
            raise ConfigError(f"there is a key named {name} already; choose another name, or revoke that one first")
        _write(path, (*held, made))
    return key


def revoke(path: Path, name: str) -> None:
    """Remove a key; running services refuse it from the next request on.

    Raises:
        MissingError: there is no key of that name.
        DataError: the file is damaged.
    """
    with _locked(path):
        held = read(path)
        left = tuple(each for each in held if each.name != name)
        if len(left) == len(held):
            raise MissingError(f"there is no key named {name}; see: regulars keys list")
        _write(path, left)


def digest(key: str) -> str:
    """Return the SHA-256 of a key, in hex digits."""
    return sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def _made(name: str, scopes: Sequence[Scope], per_second: float | None, of_key: str) -> Key:
    try:
        _NAME.validate_python(name)
    except ValidationError as error:
        raise ConfigError(
            f"{name!r} cannot name a key; use up to 64 letters, digits, dots, dashes and underscores"
        ) from error
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise ConfigError(f"a key needs one or more of the scopes {', '.join(SCOPES)}; give them with --scope")
    try:
        return Key(name=name, sha256=of_key, scopes=tuple(sorted(set(scopes))), per_second=per_second)
    except ValidationError as error:
        raise ConfigError(f"{per_second} is no number of requests a second; give one above 0") from error


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let nobody else change the keys while the block runs.

    Raises:
        ConfigError: the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.with_suffix(".lock").open("w", encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"cannot write to {path.parent} ({error.strerror}); set REGULARS_HOME to another folder"
        ) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)  # the system lets go of it with the file, even of a killed process
        yield


def _write(path: Path, keys: tuple[Key, ...]) -> None:
    """Replace the file in one step, readable by its owner only."""
    draft = path.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
        file.write(_KEYS.dump_json(keys, indent=1) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


class Ring:
    """The keys as a worker knows them; it reads the file again whenever that has changed."""

    def __init__(self, path: Path | None) -> None:
        """Read the keys in the file at ``path``, which need not be there yet; None: there are never any.

        Raises:
            DataError: the file is damaged.
        """
        self._path = path
        self._seen = self._state()
        self._keys = read(path) if path else ()

    def find(self, key: str) -> Key | None:
        """Return who a key belongs to; None where nobody has it.

        A file that has become unreadable lets nobody in.
        """
        state = self._state()
        if self._path and state != self._seen:
            try:
                self._keys = read(self._path)
            except DataError:
                self._keys = ()
            self._seen = state
        asked, found = digest(key), None
        for each in self._keys:  # all of them, so that the time tells nothing
            if hmac.compare_digest(each.sha256, asked):
                found = each
        return found

    def _state(self) -> tuple[int, int, int] | None:
        """Return what changes with the file; every change makes a new file, so its number does."""
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
