"""The bytes of a file, unpacked as they are read, and no more of them than a packed file can honestly hold."""

import bz2
import contextlib
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.errors import DataError

MAX_RATIO = 250
"""Text packs to a tenth, the most repetitive tables to a hundredth; what grows more than this is a bomb."""
MAX_WORKBOOK = 2 << 30
"""Bytes of a workbook when unpacked: all rows that a sheet can have, with twenty full columns."""
_INNOCENT = 1 << 26
"""Bytes that may come out before anybody counts."""
_DAMAGE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, pa.ArrowException)


@dataclass(frozen=True)
class Limits:
    """How much a packed file may grow."""

    ratio: int = MAX_RATIO
    """Unpacked bytes a packed byte, at most."""
    workbook: int = MAX_WORKBOOK
    """Unpacked bytes of a workbook, at most."""


@dataclass
class Stream:
    """An open file; ``read`` it until nothing comes."""

    name: str
    inner: Any
    packed: Any
    """Returns the packed bytes read so far; None where nothing is packed."""
    limits: Limits
    done: int = 0

    def read(self, size: int) -> bytes:
        """Return the next bytes, ``size`` at most; none at the end.

        Raises:
            DataError: they are damaged, or grow beyond belief.
        """
        try:
            data = bytes(self.inner.read(size))
        except _DAMAGE as error:
            raise _broken(self.name, error) from error
        self.done += len(data)
        if self.packed and self.done > _INNOCENT and self.done > self.limits.ratio * max(self.packed(), 1):
            raise too_large(self.name, self.limits.ratio)
        return data


@contextlib.contextmanager
def unpacked(path: Path, limits: Limits) -> Iterator[Stream]:
    """Open ``path``, plain or packed with gzip, zstd, bzip2 or zip.

    Raises:
        DataError: it cannot be unpacked.
    """
    with contextlib.ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        magic = raw.read(4)
        raw.seek(0)
        if magic.startswith(b"PK"):
            archive, member = _only_member(stack, path)
            packed = min(member.compress_size, path.stat().st_size)
            yield Stream(path.name, stack.enter_context(archive.open(member)), lambda: packed, limits)
        elif magic.startswith(b"\x1f\x8b"):
            yield Stream(path.name, gzip.GzipFile(fileobj=raw), raw.tell, limits)
        elif magic.startswith(b"BZh"):
            yield Stream(path.name, bz2.BZ2File(raw), raw.tell, limits)
        elif magic == b"\x28\xb5\x2f\xfd":
            yield Stream(path.name, pa.CompressedInputStream(pa.PythonFile(raw, "rb"), "zstd"), raw.tell, limits)
        else:
            yield Stream(path.name, raw, None, limits)


def is_packed(path: Path) -> bool:
    """Say whether ``path`` must be unpacked to be read."""
    with path.open("rb") as file:
        return file.read(4).startswith((b"PK", b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd"))


def too_large(name: str, ratio: int) -> DataError:
    """Return the complaint about a file that grows beyond belief."""
    return DataError(
        f"{name} grows more than {ratio}-fold when it is unpacked, as no honest export does; "
        "unpack it yourself and name the result, or raise the limit"
    )


def _only_member(stack: contextlib.ExitStack, path: Path) -> tuple[zipfile.ZipFile, zipfile.ZipInfo]:
    """Return the one file in a zip archive."""
    try:
        archive = stack.enter_context(zipfile.ZipFile(path))
        members = [info for info in archive.infolist() if not info.is_dir() and not _beside(info.filename)]
    except _DAMAGE as error:
        raise _broken(path.name, error) from error
    if len(members) != 1:
        held = ", ".join(info.filename for info in members[:5]) or "nothing"
        raise DataError(f"{path.name} holds {held}; unpack it and name the files of order lines")
    if members[0].flag_bits & 1:
        raise DataError(f"{path.name} is locked with a password; unpack it and name the file in it")
    return archive, members[0]


def _beside(member: str) -> bool:
    """Say whether a member of an archive is there for the operating system only."""
    return member.startswith("__MACOSX/") or member.rpartition("/")[2] in (".DS_Store", "Thumbs.db", "desktop.ini")


def _broken(name: str, error: Exception) -> DataError:
    reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    return DataError(f"{name} cannot be unpacked ({reason}); export or copy it again")
