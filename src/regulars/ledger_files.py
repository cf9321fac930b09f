"""The files of a ledger: written under their content's name, current once the manifest names them."""

import contextlib
import os
import re
from pathlib import Path

import polars as pl

from regulars import fingerprint
from regulars.manifest import Manifest, Part

_OWN = re.compile(r"(transactions/bucket=\d+|[a-z_]+)/[0-9a-f]{32}\.parquet")


class LedgerFiles:
    """Writes and deletes the files below a ledger's folder."""

    def __init__(self, path: Path, drafts: Path) -> None:
        """Write below ``path``, each file first to the folder ``drafts``."""
        self.path = path
        self._drafts = drafts
        self._written: list[str] = []

    def read(self, part: Part) -> pl.DataFrame:
        """Return the rows of a part."""
        return pl.read_parquet(self.path / part.file)

    def write(self, folder: str, rows: pl.DataFrame) -> Part:
        """Write rows to a file in ``folder``, unless one with this content is there."""
        digest = fingerprint.of_frame(rows)
        file = f"{folder}/{digest}.parquet"
        target = self.path / file
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = self._drafts / f"{digest}.parquet"
            rows.write_parquet(draft, compression="lz4", row_group_size=1 << 16)
            to_disk(draft)
            self._written.append(file)
            draft.replace(target)
        return Part(file=file, rows=rows.height, digest=digest)

    def swap(self, manifest: Manifest) -> None:
        """Make ``manifest`` the current one, in one rename."""
        draft = self._drafts / "manifest.json"
        draft.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
        to_disk(draft)
        draft.replace(self.path / "manifest.json")
        to_disk(self.path)

    def sweep(self, keep: set[str]) -> None:
        """Delete the ledger's own files that are not in ``keep``; whatever else lies there is not ours."""
        for file in self.path.rglob("*.parquet"):
            name = file.relative_to(self.path).as_posix()
            if _OWN.fullmatch(name) and name not in keep:
                with contextlib.suppress(OSError):
                    file.unlink()
        for folder in self.path.glob("transactions/bucket=*"):
            with contextlib.suppress(OSError):  # not empty
                folder.rmdir()

    def undo(self) -> None:
        """Delete what was written since, unless the manifest names it after all."""
        current = self.path / "manifest.json"
        kept = Manifest.read(current).files if current.is_file() else set()
        for file in set(self._written) - kept:
            (self.path / file).unlink(missing_ok=True)


def to_disk(path: Path) -> None:
    """Wait until the bytes of a file, or the names in a folder, are on the disk, to outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
