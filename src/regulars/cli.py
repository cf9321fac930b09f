"""The command line: regulars ingest | run | train | score | recommend | compare | promote | package | serve | demo.

Commands import what they need when they run, so that ``--help`` is quick.
"""

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

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
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output.")]
TaskOption = Annotated[Literal["churn", "timing", "recommend", "all"], typer.Option("--task", help="Which question.")]


@app.command()
def ingest(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="CSV or Parquet files of order lines.")
    ] = None,
    preset: Annotated[str, typer.Option(help="How to read them: complete-journey, generic.")] = "generic",
    ledger: LedgerOption = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=FIELD", help="A column of the files and our field; repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Read order lines into a ledger; what cannot be used is set aside with a reason.

    Without FILE, the preset complete-journey reads the demo shop that comes with regulars.
    Running it again with the same lines changes nothing. Fields: customer_id, purchased_at, amount or price; also
    item_id, order_id, quantity, discount, store_id, item_name, department, category, product_type, brand, package_size.

    Example: regulars ingest sales.csv --map buyer=customer_id --map total=amount --ledger shop
    """
    from regulars import console
    from regulars import ingest as intake

    mapping = dict(_pair(text) for text in map_ or [])
    with console.counting("reading lines") as progress:
        summary = intake.ingest(files or [], preset, ledger or Home.resolve().ledger, mapping, progress)
    result = summary.model_dump(mode="json")
    _print(result, as_json, lambda: console.facts("Ingested", result))


@app.command()
def run(
    experiment: Annotated[Path, typer.Argument(metavar="EXPERIMENT_DIR", help="A folder with experiment.toml.")],
    ledger: LedgerOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Run again, even if nothing has changed since the last time.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run an experiment: candidates against a baseline over rolling snapshots; logs to MLflow, writes report.json.

    Example: regulars run experiments/churn-001-who-is-leaving
    """
    shop = _ledger(ledger)
    from regulars import console, tables, workshop

    found, _ = workshop.run(experiment, shop, Home.resolve(), force=force, track=console.track)
    _print(found, as_json, lambda: tables.report(found))


@app.command()
def train(
    as_of: AsOf,
    ledger: LedgerOption = None,
    task: TaskOption = "all",
    horizon: Annotated[int, typer.Option(min=1, max=730, help="Days the answers reach ahead.")] = 90,
    seed: Annotated[int, typer.Option(help="Of every random choice.")] = 0,
    as_json: Json = False,
) -> None:
    """Fit the default models on what was known before DATE, register them and make them the champions."""
    shop = _ledger(ledger)
    from regulars import console, contest, tables
    from regulars.config import Training

    settings = Training(horizon_days=horizon)
    stage = contest.Contest(Home.resolve(), shop, _day(as_of), settings, seed)
    result = [promotion.summary() for promotion in stage.train(_tasks(task), console.track)]
    _print(result, as_json, lambda: tables.promotions(result))


@app.command()
def score(
    as_of: AsOf,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.parquet", help="Where the scores go.")],
    ledger: LedgerOption = None,
    curve: Annotated[bool, typer.Option("--curve", help="Add the whole survival curve of each customer.")] = False,
    as_json: Json = False,
) -> None:
    """Say of every customer how likely they stay away and when they will be back, as of DATE.

    One row a customer known before DATE; day 1 is DATE itself. A DATE before the champions' training cut is refused.
    """
    shop, day = _ledger(ledger), _day(as_of)
    from regulars import batch, console

    batch.check_out(out)
    rows = batch.score(shop, _champions(), day, curve=curve, track=console.track)
    batch.write(rows, out)
    result = {"rows": rows.height, "out": str(out), "as_of": as_of}
    _print(result, as_json, lambda: console.facts("Scored", result))


@app.command()
def recommend(
    as_of: AsOf,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.parquet", help="Where the recommendations go.")],
    ledger: LedgerOption = None,
    k: Annotated[int, typer.Option(min=1, max=200, help="Items a customer.")] = 20,
    kind: Annotated[str, typer.Option(help="next_basket, or buy_again for items they know.")] = "next_basket",
    as_json: Json = False,
) -> None:
    """List what to offer every customer, best first, as of DATE."""
    shop, day = _ledger(ledger), _day(as_of)
    from regulars import batch, console

    batch.check_out(out)
    rows = batch.recommend(shop, _champions(), day, k, kind, console.track)
    batch.write(rows, out)
    result = {
        "rows": rows.height,
        "customers": rows["customer_id"].n_unique(),
        "out": str(out),
        "as_of": as_of,
    }
    _print(result, as_json, lambda: console.facts("Recommended", result))


@app.command()
def compare(
    runs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN]...", help="MLflow run ids.  [default: newest of each task]"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show experiments side by side: which model is better, by how much, and how sure that is."""
    from regulars import artefact, contest, tables
    from regulars.tracking import Tracker

    found = contest.newest_reports(Tracker(Home.resolve()), artefact.TASKS, runs or [])
    _print(found, as_json, lambda: tables.reports(found))


@app.command()
def promote(
    runs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN]...", help="MLflow run ids.  [default: newest of each task]"),
    ] = None,
    ledger: LedgerOption = None,
    task: TaskOption = "all",
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Training cut.  [default: the data's end]")
    ] = None,
    as_json: Json = False,
) -> None:
    """Fit each experiment's winner on all that is known, and make it the champion."""
    shop = _ledger(ledger)
    from regulars import console, tables, workshop

    day = _day(as_of) if as_of else None
    promoted = workshop.promote(Home.resolve(), shop, _tasks(task), runs or [], day, console.track)
    result = [promotion.summary() for promotion in promoted]
    _print(result, as_json, lambda: tables.promotions(result))


@app.command()
def package(ledger: LedgerOption = None, as_json: Json = False) -> None:
    """Package the champions as a Bento, with their lineage, and bring the online store up to date."""
    shop = _ledger(ledger)
    from regulars import console, delivery

    with console.screen.status("packaging"):
        tag = delivery.deliver(Home.resolve(), shop)
    _print(
        {"bento": tag},
        as_json,
        lambda: console.facts("Packaged", {"bento": tag, "start it with": "regulars serve"}),
    )


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 3000,
    clock: Annotated[
        str, typer.Option(help="What day it is: today, YYYY-MM-DD, or 'data' for the day after the data.")
    ] = "today",
) -> None:
    """Serve the packaged champions on 127.0.0.1 until Ctrl-C; the documentation is at /docs."""
    from regulars import console, delivery
    from serving import process

    plan = delivery.plan(Home.resolve(), port, None if clock == "today" else clock)
    console.screen.print(f"starting {plan.tag} ...")
    process.serve(plan, ready=lambda url: console.screen.print(f"{url} answers; see {url}/docs; Ctrl-C stops it"))


@app.command()
def demo(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port to try the service on.  [default: a free one]")
    ] = None,
) -> None:
    """Do everything once on a real shop: ingest, three experiments, promotion, package, service, answers.

    Safe to run again: what has not changed is reused.
    """
    from regulars import demo as show

    show.demo(Home.resolve(), port)


def _ledger(path: Path | None) -> "Ledger":
    from regulars.ledger import Ledger

    return Ledger.open(path or Home.resolve().ledger)


def _champions() -> "Champions":
    from regulars.tracking import Registry

    return Registry(Home.resolve()).load()


def _tasks(task: str) -> list["Task"]:
    from regulars import artefact

    return [name for name in artefact.TASKS if task in ("all", name)]


def _day(text: str) -> "dt.date":
    from regulars import windows

    return windows.parse_day(text)


def _pair(text: str) -> tuple[str, str]:
    column, sign, field = text.rpartition("=")
    if not sign or not column or not field:
        raise ConfigError(f"--map {text!r} is no pair; write --map column=field, e.g. --map buyer=customer_id")
    return column, field


def _print(result: object, as_json: bool, show: Any) -> None:
    if as_json:
        sys.stdout.write(json.dumps(result, indent=1, default=str) + "\n")
    else:
        show()


@contextlib.contextmanager
def _spoken() -> Iterator[None]:
    """Turn what went wrong into one sentence and an exit code."""
    try:
        yield
    except RegularsError as error:
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(1) from None


def main() -> None:
    """Run the command line; errors end it with one sentence and exit code 1."""
    with _spoken():
        app()
