"""What every contender is asked: the same bytes in, the same table out."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from regulars import features
from regulars.features.channel import channel
from regulars.features.engagement import engagement
from regulars.ledger import Ledger

LEFT_OUT = frozenset(features.names([engagement])) | {name for name in features.names([channel]) if "web" in name}
"""Features of events and web shops, of which the simulated shop has neither."""
COMPARED = tuple(name for name in features.NAMES if name not in LEFT_OUT)
"""The features that pandas and DuckDB compute under the same names."""


@dataclass(frozen=True)
class Job:
    """One table to make."""

    ledger: Path
    """Folder of the ledger, whose clock is UTC."""
    lines: tuple[str, ...]
    """Its Parquet files of order lines; a line counts where ``excluded`` is null."""
    items: str
    """Parquet file of its items."""
    as_of: tuple[dt.date, ...]
    """The snapshots, ascending."""
    out: Path
    """Folder for the table: any number of Parquet files."""

    def write(self, path: Path) -> None:
        """Write the job as JSON."""
        told = {
            "ledger": str(self.ledger),
            "lines": self.lines,
            "items": self.items,
            "as_of": [day.isoformat() for day in self.as_of],
            "out": str(self.out),
        }
        path.write_text(json.dumps(told))

    @classmethod
    def read(cls, path: Path) -> "Job":
        """Return the job that was written to ``path``."""
        told = json.loads(path.read_text())
        days = tuple(dt.date.fromisoformat(day) for day in told["as_of"])
        return cls(Path(told["ledger"]), tuple(told["lines"]), told["items"], days, Path(told["out"]))


def job(ledger: Ledger, as_of: Sequence[dt.date], folder: Path) -> Job:
    """Return the job of the features of ``ledger`` at ``as_of``; its items and its output go into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    items = folder / "items.parquet"
    ledger.items().write_parquet(items)
    out = folder / "table"
    out.mkdir(exist_ok=True)
    lines = sorted(str(file) for file in ledger.path.glob("transactions/bucket=*/*.parquet"))
    return Job(ledger.path, tuple(lines), str(items), tuple(sorted(as_of)), out)
