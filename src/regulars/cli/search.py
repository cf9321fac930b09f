"""The command that searches parameters, and writes them into model.toml where they are asked for."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli.app import Json, LedgerOption, app, open_ledger, parse_day, show
from regulars.errors import ConfigError
from regulars.home import Home

if TYPE_CHECKING:
    from regulars.search import Asked, Budget, Found, Search, Trial


@app.command()
def search(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model with a search.toml, such as timing_hazard.")],
    ledger: LedgerOption = None,
    before: Annotated[
        str | None,
        typer.Option(
            "--before",
            metavar="DATE",
            help="No window that parameters are judged on reaches past it: the first test snapshot of your "
            "experiments.  [default: that of experiments/ on this shop]",
        ),
    ] = None,
    horizon: Annotated[
        int | None, typer.Option(min=1, max=730, help="Days the answers reach ahead.  [default: of search.toml]")
    ] = None,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Trials in all, earlier calls included.  [default: of search.toml]")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Minutes of this call.  [default: of search.toml]")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the parameters into model.toml, if they are better beyond noise.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Search better parameters of MODEL on validation windows, which all end before the first test snapshot.

    Ctrl-C loses the running trial only; the same command goes on from there. A first run needs no search: model.toml
    has good parameters.

    Example: regulars search timing_hazard --trials 40 --write
    """
    shop = open_ledger(ledger)
    from regulars import search as searching
    from regulars.config import read_model

    spec = read_model(model)
    budget = _budget(searching.read(spec), trials, minutes)
    found = _run(searching.ask(spec, shop, parse_day(before) if before else None, horizon, budget))
    better = found.lead is not None and found.lead.beyond_noise
    diff = searching.adopt(model, found.best.parameters) if write and better else ""
    show(found.summary() | {"diff": diff}, as_json, lambda: _table(found, diff))
    if write and not better:
        raise ConfigError(f"models/{model}/model.toml stays as it is: the best parameters are {_why(found)}")


def _run(asked: "Asked") -> "Found":
    from regulars import console
    from regulars import search as searching
    from regulars.tracking import Tracker

    console.screen.print(_plan(asked))
    home = Home.resolve()
    try:
        found = searching.run(asked, home, console.track, _tell)
    except KeyboardInterrupt:
        sys.stderr.write("stopped: the judged trials are kept, and the same command goes on from there\n")
        raise typer.Exit(130) from None
    searching.record(found, Tracker(home))
    return found


def _budget(asked: "Search", trials: int | None, minutes: float | None) -> "Budget":
    given = {name: value for name, value in (("trials", trials), ("minutes", minutes)) if value is not None}
    return asked.budget.model_copy(update=given)


def _plan(asked: "Asked") -> str:
    days = ", ".join(str(snapshot.as_of) for snapshot in asked.snapshots)
    horizon = asked.search.training.horizon_days
    said = (
        f"{asked.spec.name} is judged on {asked.search.metric} as of {days}; each window is {horizon} days long, "
        f"and the last ends before {asked.before}"
    )
    if asked.before > asked.first_test:
        said += f". Experiments test from {asked.first_test} on: they cannot judge what this search finds"
    return said


def _tell(trial: "Trial", best: "Trial") -> None:
    from regulars import console

    said = f"{trial.value:.5g}" if trial.state == "complete" else "cut short"
    console.screen.print(f"  trial {trial.number}: {said}; best so far {best.value:.5g} (trial {best.number})")


def _why(found: "Found") -> str:
    return found.lead.sentence if found.lead else "the present ones"


def _table(found: "Found", diff: str) -> None:
    from regulars import console

    rows = [[name, str(found.present.parameters[name]), str(new)] for name, new in found.best.parameters.items()]
    metric, judged = found.asked.search.metric, len(found.trials)
    pruned = sum(trial.state == "pruned" for trial in found.trials)
    console.table(
        f"Parameters of {found.asked.spec.name}",
        ["parameter", "model.toml", "best"],
        [*rows, [metric, f"{found.present.value:.5g}", f"{found.best.value:.5g}"]],
        caption=f"trials: {judged}, cut short: {pruned}; the best are {_why(found)}",
    )
    if diff:
        sys.stdout.write(f"{diff}\n")
        console.out.print(
            "Review this change like code. On the test windows an experiment has the last word: "
            "regulars run EXPERIMENT_DIR"
        )
