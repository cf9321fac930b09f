"""Content fingerprints that depend on what is written, not on how a library lays it out."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import polars as pl

_CHUNK = 1 << 20


def of_frame(frame: pl.DataFrame) -> str:
    """Return 32 hex digits over names, types and values of ``frame``, in its row order.

    >>> of_frame(pl.DataFrame({"a": [1, 2]})) == of_frame(pl.DataFrame({"a": [2, 1]}))
    False
    """
    digest = hashlib.blake2b(digest_size=16)
    for column in frame.get_columns():
        digest.update(f"{column.name}:{column.dtype}:{len(column)}\n".encode())
        digest.update(_column_bytes(column))
    return digest.hexdigest()


def _column_bytes(column: pl.Series) -> bytes:
    if column.null_count() == len(column):
        return b"null"
    if column.dtype.is_nested():
        column = column.to_frame().to_struct().struct.json_encode()
    nulls = column.is_null().to_numpy().tobytes() if column.null_count() else b""
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        runs = column.cast(pl.String).fill_null("").rle()  # a customer's lines follow each other
        text = runs.struct.field("value")
        lengths = (runs.struct.field("len"), text.str.len_bytes())
        return b"".join([nulls, *(each.to_numpy().tobytes() for each in lengths), _letters(text)])
    physical = column.to_physical()
    zero = False if physical.dtype == pl.Boolean else 0
    return nulls + physical.fill_null(zero).to_numpy().tobytes()


def _letters(text: pl.Series) -> bytes:
    """Return the values without nulls behind each other, as bytes, without a detour over Python's strings."""
    _, _, data = text.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()
    return data.to_pybytes() if data is not None else b""


def of_text(parts: Iterable[str]) -> str:
    """Return 32 hex digits over ``parts`` in order.

    >>> of_text(["a", "b"]) == of_text(["ab"])
    False
    """
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def of_file(path: Path) -> str:
    """Return 32 hex digits over the bytes of the file at ``path``."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def of_tree(root: Path, pattern: str = "*.py") -> str:
    """Return 32 hex digits over the names and contents of the files below ``root``."""
    files = sorted(path for path in root.rglob(pattern) if path.is_file())
    return of_text(part for path in files for part in (path.relative_to(root).as_posix(), of_file(path)))
