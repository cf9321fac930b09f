"""Commands that train, compare and use models."""

from pathlib import Path
from typing import Annotated

import typer

from regulars.cli.app import AsOf, Json, LedgerOption, TaskOption, app, champions, open_ledger, parse_day, show, tasks
from regulars.home import Home


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
    shop = open_ledger(ledger)
    from regulars import console, tables, workshop

    found, _ = workshop.run(experiment, shop, Home.resolve(), force=force, track=console.track)
    show(found, as_json, lambda: tables.report(found))


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
    shop = open_ledger(ledger)
    from regulars import console, contest, tables
    from regulars.config import Training

    settings = Training(horizon_days=horizon)
    stage = contest.Contest(Home.resolve(), shop, parse_day(as_of), settings, seed)
    result = [promotion.summary() for promotion in stage.train(tasks(task), console.track)]
    show(result, as_json, lambda: tables.promotions(result))


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
    shop, day = open_ledger(ledger), parse_day(as_of)
    from regulars import batch, console

    batch.check_out(out)
    rows = batch.score(shop, champions(), day, curve=curve, track=console.track)
    batch.write(rows, out)
    result = {"rows": rows.height, "out": str(out), "as_of": as_of}
    show(result, as_json, lambda: console.facts("Scored", result))


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
    shop, day = open_ledger(ledger), parse_day(as_of)
    from regulars import batch, console

    batch.check_out(out)
    rows = batch.recommend(shop, champions(), day, k, kind, console.track)
    batch.write(rows, out)
    result = {
        "rows": rows.height,
        "customers": rows["customer_id"].n_unique(),
        "out": str(out),
        "as_of": as_of,
    }
    show(result, as_json, lambda: console.facts("Recommended", result))


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
    show(found, as_json, lambda: tables.reports(found))


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
    shop = open_ledger(ledger)
    from regulars import console, tables, workshop

    day = parse_day(as_of) if as_of else None
    promoted = workshop.promote(Home.resolve(), shop, tasks(task), runs or [], day, console.track)
    result = [promotion.summary() for promotion in promoted]
    show(result, as_json, lambda: tables.promotions(result))
