"""The measurements of one run: shops, contenders, snapshots."""

import datetime as dt
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contenders import run
from benchmarks.contenders.job import Job, job
from regulars.ledger import Ledger
from regulars.windows import Snapshot, rolling

CONTENDERS = ("ours", "pandas", "duckdb", "featuretools", "floor")
CHECKED = ("pandas", "duckdb")
"""Contenders that compute the same features."""
PANDAS_AT_MOST = 10_000_000
COMPARED_AT = 6
LAST = Snapshot(dt.date(2023, 12, 1))
STEP_DAYS = 30

Runs = Mapping[tuple[str, int], Sequence[run.Run]]
"""Contender and number of snapshots -> its runs."""


class Bench:
    """Measures contenders on shops that are kept in a folder."""

    def __init__(self, folder: Path, contenders: Sequence[str], snapshots: Sequence[int], repeat: int) -> None:
        """Measure each of ``contenders`` ``repeat`` times, in turn."""
        self.folder = folder
        self.contenders = contenders
        self.snapshots = snapshots
        self.repeat = repeat
        self.compared_at = COMPARED_AT if COMPARED_AT in snapshots else max(snapshots)

    def size(self, lines: int) -> dict[str, Any]:
        """Measure a shop of so many lines: ours at each number of snapshots, the others at one."""
        not_run: dict[str, str] = {}
        others = [name for name in self.contenders if name not in {"ours", "featuretools"}]
        if lines > PANDAS_AT_MOST and "pandas" in others:
            others.remove("pandas")
            not_run["pandas"] = f"more than {PANDAS_AT_MOST:,} lines need more memory than a usual machine has"
        asked = [("ours", n) for n in self.snapshots] + [(name, self.compared_at) for name in others]
        return self._summary(lines, self._runs(lines, asked, not_run), not_run)

    def small(self, lines: int) -> dict[str, Any]:
        """Measure ours and Featuretools on a small shop, and check the tables of the others there."""
        checked = [name for name in self.contenders if name in CHECKED]
        asked, python = ["ours", *checked], None
        not_run: dict[str, str] = {}
        if "featuretools" in self.contenders:
            try:
                python = run.environment(self.folder / "featuretools")
                asked.append("featuretools")
            except run.FailedError as error:
                not_run["featuretools"] = str(error)
        runs = self._runs(lines, [(name, self.compared_at) for name in asked], not_run, python)
        differences = {name: self._differences(lines, name) for name in checked if name not in not_run}
        return self._summary(lines, runs, not_run) | {"differences": differences}

    def one_customer(self, lines: int) -> tuple[float, float]:
        """Return the median milliseconds that one customer's row takes from memory, by the clock and processor."""
        by_clock, by_processor = json.loads(self._away("customer", self._ledger(lines)))
        return by_clock, by_processor

    def _runs(
        self, lines: int, asked: Sequence[tuple[str, int]], not_run: dict[str, str], python: Path | None = None
    ) -> Runs:
        """Run each in turn; one beside ours that fails is left out, with the reason in ``not_run``."""
        runs: dict[tuple[str, int], list[run.Run]] = {one: [] for one in asked}
        book = self._ledger(lines)
        for name, n in list(asked) * self.repeat:
            if name in not_run:
                continue
            try:
                found = run.once(name, self._job(book, name, n), python if name == "featuretools" else None)
            except run.FailedError as error:
                if name == "ours":
                    raise
                not_run[name] = str(error)
            else:
                runs[name, n].append(found)
        return {one: several for one, several in runs.items() if one[0] not in not_run}

    def _job(self, book: Path, name: str, n: int) -> Job:
        days = [snapshot.as_of for snapshot in rolling(LAST, n, STEP_DAYS)]
        return job(Ledger.open(book), days, self._place(book, name))

    def _place(self, book: Path, name: str) -> Path:
        return self.folder / "tables" / f"{name}-{book.name}"

    def _summary(self, lines: int, runs: Runs, not_run: Mapping[str, str]) -> dict[str, Any]:
        held = Ledger.open(self._ledger(lines)).manifest.n_held
        found = {
            "asked": lines,
            "lines": held,
            "compared_at": self.compared_at,
            "not_run": not_run,
            "load": os.getloadavg()[0],
        }
        return found | {
            "seconds": _middle(runs, "seconds"),
            "cpu_seconds": _middle(runs, "cpu_seconds"),
            "peak_mb": _middle(runs, "peak_mb"),
        }

    def _differences(self, lines: int, name: str) -> list[str]:
        tables = [self._place(self._ledger(lines), who) / "table" for who in ("ours", name)]
        return list(json.loads(self._away("differ", *tables)))

    def _ledger(self, lines: int) -> Path:
        path = self.folder / str(lines)
        if not (path / "manifest.json").exists():
            self._away("book", path, lines)
        return path

    def _away(self, command: str, *arguments: object) -> str:
        """Run a hidden command in a process of its own, so that this one stays small; return its answer."""
        answer = self.folder / f"{command}.answer"
        run.child([sys.executable, "-m", "benchmarks.features", command, *map(str, arguments), str(answer)])
        return answer.read_text()


def _middle(runs: Runs, what: str) -> dict[str, dict[str, float]]:
    """Return contender -> number of snapshots -> the median of a figure; of peaks the highest."""
    found: dict[str, dict[str, float]] = {}
    for (name, n), several in runs.items():
        values = [getattr(one, what) for one in several]
        value = max(values) if what == "peak_mb" else float(np.median(values))
        found.setdefault(name, {})[str(n)] = round(value, 3)
    return found
