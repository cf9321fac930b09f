"""Making a release from a shop's ledger and its champions, beside the one that answers, and letting it answer."""

import contextlib
import datetime as dt
import os
import shutil
import tempfile
from pathlib import Path

import serving
from regulars import fingerprint, scale, windows
from regulars.errors import DataError
from regulars.ledger import Ledger
from regulars.scoring import Champions
from serving import drift, due_build, prepared_build, store_build
from serving.release import CHAMPIONS, CURRENT, DRIFT, DUE, PREPARED, STORE, Release, current, read_models
from serving.store import Store

NAME_DIGITS = 16

KEPT = 3
"""Releases that stay on disk: the one that answers, and two before it, which workers may hold or go back to."""


def build(
    ledger: Ledger,
    champions: Path,
    releases: Path,
    as_of: dt.date | None = None,
    track: scale.Track[int] = scale.silently,
) -> Path:
    """Make the release of ``ledger`` and ``champions``, or find it made already; return its folder.

    Args:
        ledger: the shop.
        champions: folder of the champions with their lineage.
        releases: where releases are kept.
        as_of: the day of the answers made beforehand; by default the day after the data.
        track: shows progress.

    Raises:
        RegularsError: champions and store do not make a release; see :meth:`Release.read`.
    """
    day = as_of or windows.after(ledger.data_through)
    folder = releases / _name(ledger, champions, day)
    if folder.is_dir():
        return folder
    releases.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=releases, prefix=".draft-", ignore_cleanup_errors=True) as made:
        draft = Path(made) / folder.name
        _copy(champions, draft)
        _store(ledger, day, releases, draft / STORE, track)
        read = Champions.read(champions)
        found = prepared_build.build(read, ledger, day, draft / PREPARED, track)
        drift.write(draft / DRIFT, found)
        due_build.build(read, ledger, day, draft / DUE, track)
        Release.read(draft).close()
        draft.rename(folder)
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
    _clear(folder.parent)


def _clear(releases: Path) -> None:
    """Remove all but the releases that answered last, and what interrupted builds left."""
    folders = [path for path in releases.iterdir() if path.is_dir() and not path.name.startswith(".")]
    folders.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in folders[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(champions: Path, folder: Path) -> None:
    read_models(champions / "lineage.json")
    shutil.copytree(champions, folder / CHAMPIONS)


def _store(ledger: Ledger, as_of: dt.date, releases: Path, path: Path, track: scale.Track[int]) -> None:
    """Put the store into a draft; the present release's own, where the data are the same."""
    before = current(releases)
    if before is not None and (before / STORE).is_file():
        # One of another version of the code is of no use, and no hindrance.
        with contextlib.suppress(DataError), Store(before / STORE) as held:
            if held.header.key == store_build.key(ledger, as_of):
                os.link(before / STORE, path)
                return
    store_build.build(ledger, path, as_of, track)


def _name(ledger: Ledger, champions: Path, as_of: dt.date) -> str:
    """Return what a release hangs on, in short; an equal name is an equal release."""
    code = fingerprint.of_tree(Path(str(serving.__file__)).parent)
    parts = [store_build.key(ledger, as_of), fingerprint.of_tree(champions, "*"), code]
    return f"{as_of}-{fingerprint.of_text(parts)[:NAME_DIGITS]}"
