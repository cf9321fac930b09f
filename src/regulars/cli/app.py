"""What the commands share: the program, its common options, how results and errors are printed.

Commands import what they need when they run, so that ``--help`` is quick.
"""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from regulars.errors import ConfigError, RegularsError
from regulars.home import Home

if TYPE_CHECKING:
    import datetime as dt

    from regulars.artefact import Task
    from regulars.ledger import Ledger
    from regulars.scoring import Champions

app = typer.Typer(
    name="regulars",
    help="Turns a shop's purchases into personal service: who is slipping away, when each is back, what to offer.\n\n"
    "A first round: regulars ingest --preset complete-journey, then regulars train --as-of 2017-10-01, then "
    "regulars score --as-of 2017-10-01 --out scores.parquet. Everything at once on a demo shop: regulars demo.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

LedgerOption = Annotated[
    Path | None,
    typer.Option("--ledger", metavar="DIR", help="The shop's folder.  [default: ledger in REGULARS_HOME]"),
]
AsOf = Annotated[str, typer.Option("--as-of", metavar="DATE", help="First day that must not be known, as YYYY-MM-DD.")]
SourceOption = Annotated[
    str | None, typer.Option("--source", metavar="NAME", help="The reporting system, such as till.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output.")]
TaskOption = Annotated[
    Literal["churn", "timing", "recommend", "replenish", "spend", "all"], typer.Option("--task", help="Which question.")
]


def open_ledger(path: Path | None) -> "Ledger":
    """Open the ledger at ``path``, or that of the home."""
    from regulars.ledger import Ledger

    return Ledger.open(path or Home.resolve().ledger)


def champions() -> "Champions":
    """Return the champions of the home."""
    from regulars.tracking import Registry

    return Registry(Home.resolve()).load()


def tasks(task: str) -> list["Task"]:
    """Return the tasks that the option names."""
    from regulars import artefact

    return [name for name in artefact.TASKS if task in ("all", name)]


def parse_day(text: str) -> "dt.date":
    """Read a day."""
    from regulars import windows

    return windows.parse_day(text)


def pair(text: str) -> tuple[str, str]:
    """Read COLUMN=FIELD."""
    column, sign, field = text.rpartition("=")
    if not sign or not column or not field:
        raise ConfigError(f"--map {text!r} is no pair; write --map column=field, e.g. --map buyer=customer_id")
    return column, field


def show(result: object, as_json: bool, table: Callable[[], None]) -> None:
    """Print a result: as JSON, or by calling ``table``."""
    if as_json:
        sys.stdout.write(json.dumps(result, indent=1, default=str) + "\n")
    else:
        table()


@contextlib.contextmanager
def spoken() -> Iterator[None]:
    """Turn what went wrong into one sentence and an exit code."""
    try:
        yield
    except RegularsError as error:
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(1) from None
