"""A folder of Parquet files, one a bucket, that is there as a whole or not at all."""

import contextlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from regulars.errors import DataError
from regulars.ledger import url_of

PART = "part-{:05}.parquet"
_NAME = re.compile(r"part-\d{5}\.parquet")
UNWRITABLE = (OSError, pl.exceptions.ComputeError)
"""What is raised where a file cannot be written; Polars says of a full disk that it cannot compute."""
MARK = "regulars"
"""Key in a part's Parquet metadata; its value says what the part was made of, as JSON."""
NOTHING = ""
"""Stands for the kind of the parts in an empty folder."""
WRITTEN = pl.Schema([("bucket", pl.Int64), ("rows", pl.Int64), ("empty", pl.List(pl.String))])
"""The one row that stands for a part once it is written; ``empty`` names the columns that are null throughout."""


def write(rows: pl.DataFrame, folder: Path, bucket: int, fingerprint: str, kind: str) -> pl.DataFrame:
    """Write a bucket's rows as a part of ``folder``; return the row of ``WRITTEN`` that counts them.

    Args:
        rows: what came of the bucket.
        folder: where the part goes.
        bucket: the bucket's number.
        fingerprint: the ledger's.
        kind: what the rows are, such as features.

    Raises:
        DataError: the folder cannot be written to.
    """
    file = folder / PART.format(bucket)
    draft = file.with_name(f".{file.name}")
    try:
        made_of = {MARK: json.dumps({"bucket": bucket, "kind": kind, "ledger": fingerprint})}
        rows.write_parquet(draft, compression="lz4", metadata=made_of)
        draft.replace(file)
    except UNWRITABLE as error:
        raise _unwritable(folder, error) from error
    empty = [column.name for column in rows if column.null_count() == rows.height]
    return pl.DataFrame({"bucket": [bucket], "rows": [rows.height], "empty": [empty]}, schema=WRITTEN)


def check(folder: Path, kind: str) -> None:
    """Refuse a place that parts of a kind cannot go to, before the work that would fill it.

    Raises:
        DataError: the folder it lies in does not exist, or something is there that :func:`whole` did not write, or
            that is of another kind.
    """
    if (url := url_of(folder)) is not None:
        raise DataError(f"cannot write to {url}; name a folder of this machine, and copy it from there")
    if not folder.absolute().parent.is_dir():
        raise DataError(f"cannot write {folder}; name a folder in one that exists")
    if not folder.exists():
        return
    if folder.is_mount():
        raise DataError(f"{folder} is where a disk is mounted; name a folder on it")
    held = _kind(folder)
    if held is None:
        raise DataError(f"{folder} holds something else than the parts of an earlier run; name a new folder")
    if held not in (kind, NOTHING):
        raise DataError(f"{folder} holds {held}, not {kind}; name a new folder")


@contextlib.contextmanager
def whole(folder: Path, kind: str) -> Iterator[Path]:
    """Yield a draft of ``folder`` that takes its place when all went well, and is removed when not.

    Raises:
        DataError: as :func:`check`, or the folder cannot be written to.
    """
    check(folder, kind)
    folder = folder.resolve()
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        parts = draft / "new"
        parts.mkdir()
        yield parts
        _swap(parts, folder, draft / "old", kind)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _swap(new: Path, folder: Path, old: Path, kind: str) -> None:
    """Put ``new`` in the place of ``folder``; what was there comes back where that fails, or is not ours after all."""
    try:
        if folder.exists():
            folder.replace(old)
            if _kind(old) not in (kind, NOTHING):
                raise DataError(f"{folder} was filled by somebody else meanwhile; name a new folder")
        new.replace(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        if old.exists() and not folder.exists():
            old.replace(folder)


def _kind(folder: Path) -> str | None:
    """Return what the parts in a folder are, ``NOTHING`` where it is empty; None where it holds something else."""
    if not folder.is_dir():
        return None
    files = sorted(folder.iterdir())
    if not all(_NAME.fullmatch(file.name) for file in files):
        return None
    return _marked(files[0]) if files else NOTHING


def _marked(file: Path) -> str | None:
    try:
        made_of = json.loads(pl.read_parquet_metadata(file)[MARK])
    except (OSError, pl.exceptions.PolarsError, KeyError, ValueError):
        return None
    return made_of.get("kind") if isinstance(made_of, dict) else None


def _unwritable(folder: Path, error: Exception) -> DataError:
    return DataError(f"cannot write to {folder} ({reason(error)}); name a folder that can be written to")


def reason(error: Exception) -> str:
    """Return the system's words for what went wrong with a file; Polars puts its own around them.

    >>> reason(OSError("Invalid: parquet: File error: No space left on device (os error 28)"))
    'No space left on device'
    """
    told = getattr(error, "strerror", None) or str(error)
    return told.split(" (os error")[0].rsplit(": ", 1)[-1]
