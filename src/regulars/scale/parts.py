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
MARK = "regulars"
"""Key in a part's Parquet metadata; its value says what the part was made of, as JSON."""
WRITTEN = pl.Schema({"bucket": pl.Int64, "rows": pl.Int64})
"""The one row that stands for a part once it is written."""


def write(rows: pl.DataFrame, folder: Path, bucket: int, fingerprint: str) -> pl.DataFrame:
    """Write a bucket's rows as a part of ``folder``; return the row of ``WRITTEN`` that counts them.

    Raises:
        DataError: the folder cannot be written to.
    """
    file = folder / PART.format(bucket)
    draft = file.with_name(f".{file.name}")
    try:
        made_of = {MARK: json.dumps({"bucket": bucket, "ledger": fingerprint})}
        rows.write_parquet(draft, compression="lz4", metadata=made_of)
        draft.replace(file)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return pl.DataFrame({"bucket": [bucket], "rows": [rows.height]}, schema=WRITTEN)


def check(folder: Path) -> None:
    """Refuse a place that parts cannot go to, before the work that would fill it.

    Raises:
        DataError: the folder it lies in does not exist, or something is there that :func:`whole` did not write.
    """
    if url_of(folder) is not None:
        raise DataError(f"cannot write to {folder}; name a folder of this machine, and copy it from there")
    if not folder.absolute().parent.is_dir():
        raise DataError(f"cannot write {folder}; name a folder in one that exists")
    if folder.exists() and not _ours(folder):
        raise DataError(f"{folder} holds something else than the parts of an earlier run; name a new folder")


@contextlib.contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """Yield a draft of ``folder`` that takes its place when all went well, and is removed when not.

    Raises:
        DataError: as :func:`check`, or the folder cannot be written to.
    """
    check(folder)
    folder = folder.absolute()
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        parts = draft / "new"
        parts.mkdir()
        yield parts
        if folder.exists():
            folder.replace(draft / "old")
        parts.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _ours(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    files = sorted(folder.iterdir())
    return all(_NAME.fullmatch(file.name) for file in files) and (not files or _marked(files[0]))


def _marked(file: Path) -> bool:
    try:
        return MARK in pl.read_parquet_metadata(file)
    except (OSError, pl.exceptions.PolarsError):
        return False


def _unwritable(folder: Path, error: OSError) -> DataError:
    reason = (error.strerror or str(error)).split(" (os error")[0]
    return DataError(f"cannot write to {folder} ({reason}); name a folder that can be written to")
