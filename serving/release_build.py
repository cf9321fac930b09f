"""Making a release from a shop's ledger and its champions, beside the one that answers, and letting it answer."""

import contextlib
import datetime as dt
import itertools
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

import serving
from regulars import fingerprint, scale, windows
from regulars.errors import DataError
from regulars.ledger import Ledger
from regulars.scoring import Champions
from serving import drafts, drift, due_build, prepared_build, store_build
from serving.release import CHAMPIONS, CURRENT, DRIFT, DUE, PREPARED, STORE, Release, current, read_models
from serving.store import Store

NAME_DIGITS = 16

OWNER_ONLY = 0o700
"""Rights of the folder of the releases and of each of them: it holds people's names and what they have bought."""

DRAFT, LOCK = ".draft-", ".lock"
"""How the folder of a release that is being made begins, and the file that whoever makes one holds."""

KEPT = 3
"""Releases that stay on disk: the one that answers, and two before it, which workers may hold or go back to."""


def build(
    ledger: Ledger,
    champions: Path,
    releases: Path,
    as_of: dt.date | None = None,
    track: scale.Track[int] = scale.silently,
) -> Path:
    """Make the release of ``ledger`` and ``champions``, or find it made already and undamaged; return its folder.

    A damaged one stays where it is, for it may be answering; the new one gets another name, so services take it up.

    Args:
        ledger: the shop.
        champions: folder of the champions with their lineage.
        releases: where releases are kept.
        as_of: the day of the answers made beforehand; by default the day after the data.
        track: shows progress.

    Raises:
        DataError: somebody else makes a release right now.
        RegularsError: champions and store do not make a release; see :meth:`Release.read`.
    """
    day = as_of or windows.after(ledger.data_through)
    with _alone(releases):
        name = _name(ledger, champions, day)
        made = [folder for folder in sorted(releases.glob(f"{name}*")) if _is_sound(folder, champions)]
        return made[0] if made else _made(ledger, champions, _free(releases, name), day, track)


def _made(ledger: Ledger, champions: Path, folder: Path, as_of: dt.date, track: scale.Track[int]) -> Path:
    """Make a release beside the others; when its folder is there, all of it is on the disk."""
    releases = folder.parent
    with tempfile.TemporaryDirectory(dir=releases, prefix=DRAFT, ignore_cleanup_errors=True) as made:
        draft = Path(made) / folder.name
        _copy(champions, draft)
        draft.chmod(OWNER_ONLY)
        _store(ledger, as_of, releases, draft / STORE, track)
        read = Champions.read(champions)
        found = prepared_build.build(read, ledger, as_of, draft / PREPARED, track)
        drift.write(draft / DRIFT, found)
        due_build.build(read, ledger, as_of, draft / DUE, track)
        Release.read(draft).close()
        drafts.flush_tree(draft)
        draft.rename(folder)
        drafts.flush(releases)
    return folder


def build_bare(ledger: Ledger, champions: Path, folder: Path) -> None:
    """Make a release of nobody in ``folder``: what a Bento carries, for questions that bring their own history."""
    _copy(champions, folder)
    store_build.build_bare(ledger, folder / STORE)
    prepared_build.empty(folder / PREPARED)


def point(folder: Path) -> None:
    """Let the release in ``folder`` answer; services see it within a second. Older ones are cleared away."""
    draft = folder.parent / f".{CURRENT}.{os.getpid()}"
    with draft.open("w", encoding="utf-8") as file:
        file.write(folder.name + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.utime(folder)
    draft.replace(folder.parent / CURRENT)
    drafts.flush(folder.parent)
    _clear(folder.parent)


def _clear(releases: Path) -> None:
    """Remove all but the releases that answered last."""
    folders = [path for path in releases.iterdir() if path.is_dir() and not path.name.startswith(".")]
    folders.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in folders[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _alone(releases: Path) -> Iterator[None]:
    """Be the only one who makes a release, so that any draft is one that nobody works on: it is removed.

    Raises:
        DataError: somebody else does.
    """
    releases.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(PermissionError):  # somebody else's folder; what we put there is ours alone anyway
        releases.chmod(OWNER_ONLY)
    try:
        with FileLock(releases / LOCK, timeout=0):
            for draft in releases.glob(f"{DRAFT}*"):
                shutil.rmtree(draft, ignore_errors=True)
            yield
    except Timeout as error:
        raise DataError(f"another process makes a release in {releases}; wait until it is done") from error


def _is_sound(folder: Path, champions: Path) -> bool:
    """Whether a release that was made of ``champions`` before can be read, all of it."""
    if fingerprint.of_tree(folder / CHAMPIONS, "*") != fingerprint.of_tree(champions, "*"):
        return False
    try:
        with contextlib.closing(Release.read(folder)) as release:
            release.check()
    except Exception:  # noqa: BLE001 - what reads a damaged file fails in its own way
        return False
    return True


def _free(releases: Path, name: str) -> Path:
    """Return the first folder of a name, or of the name with a number, that is not there yet."""
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(path for path in map(releases.joinpath, names) if not path.exists())


def _copy(champions: Path, folder: Path) -> None:
    read_models(champions / "lineage.json")
    shutil.copytree(champions, folder / CHAMPIONS)


def _store(ledger: Ledger, as_of: dt.date, releases: Path, path: Path, track: scale.Track[int]) -> None:
    """Put the store into a draft; the present release's own, where the data are the same."""
    before = current(releases)
    if before is not None and (before / STORE).is_file():
        # One of another version of the code is of no use, and no hindrance.
        with contextlib.suppress(DataError, sqlite3.DatabaseError), Store(before / STORE) as held:
            if held.header.key == store_build.key(ledger, as_of):
                held.check()
                os.link(before / STORE, path)
                return
    store_build.build(ledger, path, as_of, track)


def _name(ledger: Ledger, champions: Path, as_of: dt.date) -> str:
    """Return what a release hangs on, in short; an equal name is an equal release."""
    code = fingerprint.of_tree(Path(str(serving.__file__)).parent)
    parts = [store_build.key(ledger, as_of), fingerprint.of_tree(champions, "*"), code]
    return f"{as_of}-{fingerprint.of_text(parts)[:NAME_DIGITS]}"
