"""The options that say where a command's work is done, and where many rows go."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from regulars.errors import ConfigError, DataError

if TYPE_CHECKING:
    import datetime as dt

    from regulars.ledger import Ledger
    from regulars.scale import Engine, Job

INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended."""
EngineOption = Annotated[Literal["local", "spark"], typer.Option("--engine", help="Where it runs.")]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, metavar="N", help="Processes of engine local.  [default: 1]")
]
Master = Annotated[
    str | None,
    typer.Option("--master", metavar="URL", help="Of engine spark, as in spark://host:7077.  [default: local[*]]"),
]
Rows = Annotated[
    Path,
    typer.Option("--out", metavar="FILE.parquet", help="Where the rows go; a name without a dot: a file a bucket."),
]


def engine(name: str, workers: int | None, master: str | None) -> "Engine":
    """Return the engine that the options name.

    Raises:
        ConfigError: an option belongs to the other engine.
    """
    from regulars import scale

    if name == "spark":
        if workers is not None:
            raise ConfigError("--workers is for --engine local; with Spark say --master local[2] for two")
        return scale.Spark(master or "local[*]")
    if master is not None:
        raise ConfigError(f"--master {master} is for Spark; add --engine spark")
    return scale.Local(workers or 1)


@contextlib.contextmanager
def all_or_nothing() -> Iterator[None]:
    """End the command with one sentence where Ctrl-C breaks off work that is written as a whole."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write("stopped; nothing was written\n")
        raise typer.Exit(INTERRUPTED) from None


def check_out(out: Path, kind: str) -> None:
    """Refuse a file or folder that rows of a kind cannot go to, before the work that would fill it.

    Raises:
        ConfigError: its name is neither that of a Parquet file nor that of a folder.
        DataError: something else is there, or its folder does not exist.
    """
    from regulars import batch
    from regulars.ledger import url_of
    from regulars.scale import parts

    if not out.suffix:
        parts.check(out, kind)
    elif out.suffix == ".parquet":
        batch.check_out(out)
    else:
        named = url_of(out) or out
        raise ConfigError(f"--out {named}: name a file that ends in .parquet, or a folder, whose name has no dot")


def check_folder(out: Path, kind: str) -> None:
    """Refuse a folder that parts of a kind cannot go to, before the work that would fill it.

    Raises:
        ConfigError: it is called like a file.
        DataError: something else is there, or the folder it lies in does not exist.
    """
    from regulars.ledger import url_of
    from regulars.scale import parts

    if out.suffix:
        raise ConfigError(
            f"--out {url_of(out) or out}: {kind} go to a folder; name one without a dot, as in --out {out.stem}"
        )
    parts.check(out, kind)


def check_days(shop: "Ledger", days: "Sequence[dt.date]") -> None:
    """Refuse days before all data, and warn of those that the data does not reach.

    Raises:
        DataError: nobody was known before the last of the days.
    """
    end, start = shop.data_through, shop.manifest.first_day
    for day in sorted(set(days)):
        if start is not None and day <= start:
            told = f"nobody was known before {day}; the data starts on {start}"
            if day == max(days):
                raise DataError(told)
            _warn(told)
        elif (day - end).days > 1:
            _warn(f"the data ends on {end}, {(day - end).days} days before {day}; what came after it is not known")


def _warn(sentence: str) -> None:
    sys.stderr.write(f"warning: {sentence}\n")


def told_of_empty(shop: "Ledger", empty: Sequence[str]) -> str:
    """Return the names of columns without a value, and what the shop lacks that they may need."""
    lacking = [table for table in ("stores", "events") if table not in shop.manifest.tables]
    why = f" (no table of {' / '.join(lacking)})" if lacking else ""
    return ", ".join(empty) + why


def write(shop: "Ledger", job: "Job", out: Path, where: "Engine") -> dict[str, Any]:
    """Run ``job`` and write its rows into a file, or into a folder where ``out`` has no suffix; return the counts."""
    from regulars import batch, console, scale

    if not out.suffix:
        written = scale.files(shop, job, out, where, console.track)
        return {"rows": written.rows, "parts": written.parts, "out": str(out)}
    rows = scale.rows(shop, job, where, console.track)
    batch.write(rows, out)
    return {"rows": rows.height, "customers": rows["customer_id"].n_unique(), "out": str(out)}
