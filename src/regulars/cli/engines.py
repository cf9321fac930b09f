"""The options that say where a command's work is done, and where many rows go."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from regulars.errors import ConfigError

if TYPE_CHECKING:
    from regulars.ledger import Ledger
    from regulars.scale import Engine, Job

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


def check_out(out: Path) -> None:
    """Refuse a file or folder that cannot be written, before the work that would fill it.

    Raises:
        DataError: something else is there, or its folder does not exist.
    """
    from regulars import batch
    from regulars.scale import parts

    if out.suffix:
        batch.check_out(out)
    else:
        parts.check(out)


def write(shop: "Ledger", job: "Job", out: Path, where: "Engine") -> dict[str, Any]:
    """Run ``job`` and write its rows into a file, or into a folder where ``out`` has no suffix; return the counts."""
    from regulars import batch, console, scale

    if not out.suffix:
        written = scale.files(shop, job, out, where, console.track)
        return {"rows": written.rows, "parts": written.parts, "out": str(out)}
    rows = scale.rows(shop, job, where, console.track)
    batch.write(rows, out)
    return {"rows": rows.height, "customers": rows["customer_id"].n_unique(), "out": str(out)}
