"""Lines on their way into a ledger, on disk by bucket, so that memory does not grow with their number."""

import io
import shutil
import zlib
from pathlib import Path

import numpy as np
import polars as pl

_CRC = np.array([zlib.crc32(bytes([byte]), 0xFFFFFFFF) ^ 0xFFFFFFFF for byte in range(256)], np.uint32)
"""The table of CRC-32 (ISO 3309): what one byte does to the checksum."""
_LENGTH = 8
"""Bytes before each batch that say how long it is."""


def bucket_of(customer_id: str, buckets: int) -> int:
    """Return the bucket of a customer: the same on every machine and in every version.

    >>> bucket_of("C1042", 16)
    7
    """
    return zlib.crc32(customer_id.encode()) % buckets


class Staging:
    """A folder with a file a bucket, to which batches of lines are appended."""

    def __init__(self, folder: Path) -> None:
        """Start with an empty folder, whatever an interrupted process left."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self.folder = folder

    def add(self, lines: pl.DataFrame, buckets: int) -> None:
        """Append lines to the files of their customers; anonymous lines go by their order."""
        numbered = lines.with_columns(_bucket=_buckets(lines, buckets))
        for (bucket,), part in numbered.partition_by("_bucket", as_dict=True, include_key=False).items():
            self._append(self._file(bucket), part)

    def read(self, bucket: int) -> list[pl.DataFrame]:
        """Return the batches of a bucket, in their order; none where there are no lines."""
        return self._batches(self._file(bucket))

    def set_aside(self, rows: pl.DataFrame) -> None:
        """Append rows that go to the quarantine."""
        self._append(self.folder / "quarantine.arrows", rows)

    def aside(self) -> list[pl.DataFrame]:
        """Return the batches of rows that go to the quarantine."""
        return self._batches(self.folder / "quarantine.arrows")

    def done(self, bucket: int) -> None:
        """Delete the file of a bucket."""
        self._file(bucket).unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _append(path: Path, rows: pl.DataFrame) -> None:
        batch = io.BytesIO()
        rows.write_ipc_stream(batch, compression="lz4")
        with path.open("ab") as file:
            file.write(batch.tell().to_bytes(_LENGTH, "little"))
            file.write(batch.getbuffer())

    @staticmethod
    def _batches(path: Path) -> list[pl.DataFrame]:
        if not path.exists():
            return []
        batches = []
        with path.open("rb") as file:
            while length := file.read(_LENGTH):
                batches.append(pl.read_ipc_stream(file.read(int.from_bytes(length, "little"))))
        return batches

    def _file(self, bucket: int) -> Path:
        return self.folder / f"bucket={bucket:03d}.arrows"


def _buckets(lines: pl.DataFrame, buckets: int) -> pl.Series:
    """Return :func:`bucket_of` of each line's owner, a byte of all ids at a time."""
    owner = lines.select(pl.coalesce("customer_id", "order_id")).to_series().rechunk()
    text = owner.to_arrow(compat_level=pl.CompatLevel.oldest())
    ends = np.frombuffer(text.buffers()[1], np.int64)[text.offset : text.offset + len(text) + 1]
    letters = np.frombuffer(text.buffers()[2] or b"", np.uint8)
    lengths, checksum = np.diff(ends), np.full(len(text), 0xFFFFFFFF, np.uint32)
    for place in range(int(lengths.max(initial=0))):
        longer = np.flatnonzero(lengths > place)
        old = checksum[longer]
        checksum[longer] = _CRC[(old ^ letters[ends[longer] + place]) & 0xFF] ^ (old >> np.uint32(8))
    return pl.Series((checksum ^ np.uint32(0xFFFFFFFF)) % np.uint32(buckets)).cast(pl.Int32)
