"""Writing a simulated shop: block after block into a draft beside the folder, renamed at the end."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from regulars.errors import ConfigError
from regulars.ingest.simulate.block import Files, simulate
from regulars.ingest.simulate.plan import Plan
from regulars.ingest.simulate.totals import Totals
from regulars.ingest.simulate.world import World

EXPECTED = "truth/expected.json"
Progress = Callable[[int, int], None]
"""Called with the blocks done and all of them."""


@dataclass(frozen=True)
class Written:
    """A simulated shop on disk."""

    path: Path
    expected: dict[str, Any]
    """What ``truth/expected.json`` says."""


def write(out: Path, plan: Plan, progress: Progress | None = None) -> Written:
    """Write the shop of ``plan`` into the folder ``out``; the same plan gives the same bytes.

    What was simulated there before is replaced once everything is written; until then, and when this is
    interrupted, the folder stays as it was.

    Raises:
        ConfigError: ``out`` holds something that was not written by this function, or cannot be written.
    """
    out = out.absolute()
    _check(out)
    draft = out.with_name(f".{out.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        expected = _write(draft, plan, progress)
        _swap(draft, out)
    except OSError as error:
        raise ConfigError(f"the simulated shop cannot be written to {out} ({error.strerror or error})") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Written(out, expected)


def _write(draft: Path, plan: Plan, progress: Progress | None) -> dict[str, Any]:
    first, *seeds = np.random.SeedSequence(plan.seed).spawn(plan.blocks + 1)
    world = World.of(plan, first)
    totals = Totals()
    with _Folder(draft) as folder:
        folder.add(world.files())
        for number, seed in enumerate(seeds):
            files = simulate(world, number, seed)
            totals.add(files)
            folder.add(files)
            if progress is not None:
                progress(number + 1, plan.blocks)
    expected = totals.told(plan, sorted([*folder.names, EXPECTED]))
    (draft / EXPECTED).write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")
    return expected


class _Folder:
    """Open files that grow by frames."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._csv: dict[str, Any] = {}
        self._parquet: dict[str, Any] = {}
        self._lines: dict[str, int] = {}

    def __enter__(self) -> "_Folder":
        (self._path / "truth").mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in (*self._csv.values(), *self._parquet.values()):
            file.close()

    @property
    def names(self) -> list[str]:
        """The files so far."""
        return [*self._csv, *self._parquet]

    def add(self, files: Files) -> None:
        """Append the rows of each file; numbers of lines count on from block to block."""
        for name, frame in files.items():
            if name.endswith(".csv"):
                self._append_csv(name, frame)
            else:
                self._append_parquet(name, self._renumbered(frame))
        for name in self._csv:
            self._lines[name] = self._lines.get(name, 0) + (files[name].height if name in files else 0)

    def _append_csv(self, name: str, frame: pl.DataFrame) -> None:
        fresh = name not in self._csv
        if fresh:
            self._csv[name] = (self._path / name).open("wb")
        frame.write_csv(self._csv[name], include_header=fresh, datetime_format="%Y-%m-%d %H:%M:%S")

    def _append_parquet(self, name: str, frame: pl.DataFrame) -> None:
        table = frame.to_arrow()
        if name not in self._parquet:
            self._parquet[name] = pq.ParquetWriter(self._path / name, table.schema, compression="zstd")
        self._parquet[name].write_table(table)

    def _renumbered(self, frame: pl.DataFrame) -> pl.DataFrame:
        if "line" not in frame.columns:
            return frame
        before = pl.col("file").replace_strict(self._lines, default=0, return_dtype=pl.Int64)
        return frame.with_columns(line=pl.col("line") + before)


def _check(out: Path) -> None:
    """Refuse a folder with anything but an earlier simulation."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not out.is_dir():
        raise ConfigError(f"{out} is a file; name a folder for the simulated shop")
    try:
        known = set(json.loads((out / EXPECTED).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(f"{out} holds something else than a simulated shop; name a new or empty folder") from None
    there = {file.relative_to(out).as_posix() for file in out.rglob("*") if not file.is_dir()}
    if strangers := sorted(there - known):
        raise ConfigError(f"{out} holds {strangers[0]}, which was not simulated; move it away or name another folder")


def _swap(draft: Path, out: Path) -> None:
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    try:
        draft.rename(out)
    except BaseException:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
