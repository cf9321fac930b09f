"""A file seen through an adapter."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from regulars.ingest.batch import Batch, LineFile


@dataclass(frozen=True)
class Adapted:
    """A file whose batches go through ``turn``; see :class:`~regulars.ingest.batch.LineFile`."""

    file: LineFile
    added: tuple[str, ...]
    """The columns that ``turn`` adds."""
    turn: Callable[[Iterator[Batch]], Generator[Batch]]

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.file.path

    @property
    def name(self) -> str:
        """What to call it."""
        return self.file.name

    @property
    def names(self) -> list[str]:
        """The file's columns and the added ones."""
        return [*self.file.names, *self.added]

    @property
    def lines_total(self) -> int | None:
        """The file's own lines."""
        return self.file.lines_total

    def batches(self) -> Generator[Batch]:
        """Read it from the start.

        Raises:
            DataError: it is damaged.
        """
        yield from self.turn(self.file.batches())
