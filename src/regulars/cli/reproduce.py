"""The command that does an experiment again and compares."""

from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli.app import Json, LedgerOption, app, open_ledger, show
from regulars.home import Home

if TYPE_CHECKING:
    from regulars.reproducing import Difference, Reproduction

MOST = 10
"""Differences shown."""


@app.command()
def reproduce(
    what: Annotated[
        str, typer.Argument(metavar="RUN_ID|EXPERIMENT_DIR", help="An MLflow parent run, or a folder with report.json.")
    ],
    ledger: LedgerOption = None,
    tolerance: Annotated[
        float, typer.Option(min=0, help="How far a number may be off; of numbers above 1, as a part of them.")
    ] = 1e-6,
    as_json: Json = False,
) -> None:
    """Do an experiment again and compare every number with what it reported; exit with 1 where one is off.

    The data must be the same. Nothing is taken from earlier runs, and nothing is written. Also shows what the two runs
    were not made with alike: commit, lock, version, machine.

    Example: regulars reproduce experiments/churn-001-who-is-leaving
    """
    shop = open_ledger(ledger)
    from regulars import console, reproducing

    found = reproducing.reproduce(what, shop, Home.resolve(), tolerance, console.track)
    show(found.summary(), as_json, lambda: _told(found))
    if not found.same:
        raise typer.Exit(1)


def _told(found: "Reproduction") -> None:
    from regulars import console

    if found.differences:
        rows = [_row(each, found.tolerance) for each in found.differences[:MOST]]
        console.table(f"Largest differences of {found.name}", ["number", "then", "now", "difference", ""], rows)
    if found.passport:
        rows = [[name, then, now] for name, (then, now) in found.passport.items()]
        console.table("Not made with alike", ["", "then", "now"], rows)
    result = "reproduced" if found.same else "NOT reproduced"
    counts = {
        "numbers compared": found.n_compared,
        f"beyond {found.tolerance:g}": len(found.beyond),
        "in one report only": found.n_unmatched,
    }
    console.facts(f"{found.name}: {result}", counts)


def _row(difference: "Difference", tolerance: float) -> list[str]:
    then, now = (str(value) for value in (difference.then, difference.now))
    return [difference.path, then, now, f"{difference.by:.2g}", "beyond" if difference.by > tolerance else ""]
