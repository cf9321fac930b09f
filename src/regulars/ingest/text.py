"""The text of a file in blocks of bytes: any usual encoding in, line feeds only out."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from regulars.errors import DataError
from regulars.ingest.stream import Limits, is_packed, unpacked

BLOCK = 1 << 24
"""Bytes that are read at once."""
_HEAD = 1 << 20
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class Text:
    """A file of text."""

    path: Path
    limits: Limits
    mark: bytes
    """The byte order mark it starts with."""
    wide: str
    """The encoding where it has two bytes a character, else empty."""
    encoding: str
    """Its encoding as far as the head tells; empty where that is plain ASCII."""
    head: bytes = field(repr=False)
    """Its first lines, as :meth:`blocks` gives them."""
    lines_total: int | None
    """Its lines: counted if they are few, estimated, or None where it is packed."""

    @classmethod
    def open(cls, path: Path, limits: Limits) -> "Text":
        """Look at the head of the file at ``path``.

        Raises:
            DataError: it is no text, or empty.
        """
        with unpacked(path, limits) as stream:
            raw = stream.read(_HEAD)
            whole = not stream.read(1)
        mark = next((mark for mark in _MARKS if raw.startswith(mark)), b"")
        encoding = _MARKS.get(mark) or _wide(raw)
        wide = encoding if encoding.startswith("utf-16") else ""
        text = raw[len(mark) :] if whole or not wide else raw[len(mark) : len(raw) - len(raw) % 2]
        head = b"".join(_even(iter([text]), path.name, wide))
        head = head if whole else head[: head.rfind(b"\n") + 1] or head
        total = _count(head) if whole else _estimate(path, head, len(raw))
        return cls(path, limits, mark, wide, "utf-8" if wide else encoding or encoding_of(head), head, total)

    def blocks(self, size: int = 0) -> Iterator[bytes]:
        """Read the text from the start: ASCII, UTF-8 or Windows-1252, with line feeds.

        Raises:
            DataError: it is damaged.
        """
        yield from _even(self._raw(size or BLOCK), self.path.name, self.wide)

    def _raw(self, size: int) -> Iterator[bytes]:
        with unpacked(self.path, self.limits) as stream:
            stream.read(len(self.mark))
            while data := stream.read(size):
                yield data


def encoding_of(block: bytes) -> str:
    """Return the encoding that reads most lines of ``block``; empty where that is plain ASCII.

    >>> encoding_of("grün".encode("cp1252")), encoding_of("grün".encode()), encoding_of(b"red")
    ('cp1252', 'utf-8', '')
    """
    if block.isascii():
        return ""
    if _reads(block):
        return "utf-8"
    telling = [line for line in block.split(b"\n") if not line.isascii()]
    return "utf-8" if 2 * sum(map(_reads, telling)) >= len(telling) else "cp1252"


def _reads(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _even(blocks: Iterator[bytes], name: str, wide: str) -> Iterator[bytes]:
    """Turn every line end into a line feed, and two bytes a character into UTF-8."""
    held = b""
    for block in _narrow(blocks, name, wide) if wide else blocks:
        data = held + block
        held = b"\r" if data.endswith(b"\r") else b""  # its line feed may follow
        data = data[: len(data) - len(held)]
        yield data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
    if held:
        yield b"\n"


def _narrow(blocks: Iterator[bytes], name: str, wide: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(wide)()
    try:
        for block in blocks:
            yield decoder.decode(block).encode()
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise DataError(f"{name} is cut off or no text in UTF-16 after all; export it as CSV in UTF-8") from error


def _wide(raw: bytes) -> str:
    """Return the encoding of text with two bytes a character and no mark, by where its zeros are."""
    start = raw[:4096]
    low, high = start[::2].count(0), start[1::2].count(0)
    if max(low, high) <= len(start) // 5 or min(low, high) > max(low, high) // 20:
        return ""
    return "utf-16-le" if high > low else "utf-16-be"


def _count(text: bytes) -> int:
    return text.count(b"\n") + (not text.endswith(b"\n") and bool(text))


def _estimate(path: Path, head: bytes, length: int) -> int | None:
    if is_packed(path):
        return None
    return int(path.stat().st_size / length * _count(head))
