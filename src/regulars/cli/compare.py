"""The command that shows experiments side by side."""

from pathlib import Path
from typing import Annotated

import typer

from regulars.cli.app import Json, app, show
from regulars.home import Home


@app.command()
def compare(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN|EXPERIMENT]...",
            help="MLflow run ids, folders of experiments or their names.  [default: newest of each task]",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write one HTML page with figures that needs no network."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show experiments side by side: which model is better, by how much, how sure that is, and at what cost.

    Experiments on the same task stand in one table where data, snapshots, horizon, customers and metric are the same,
    and are refused where they are not. Without names, one whose report is of an older version of regulars is left out.

    Example: regulars compare churn-001-who-is-leaving --html churn.html
    """
    from regulars import comparing, tables

    found = comparing.find(names or [], Home.resolve(), lambda said: typer.echo(said, err=True))
    boards = comparing.boards(found)
    if html is not None:
        comparing.write(found, html)
    show([board.summary() for board in boards], as_json, lambda: tables.boards(boards))
