"""The command that writes model cards."""

from typing import Annotated

import typer

from regulars.cli.app import Json, app, show


@app.command()
def cards(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Models of models/.  [default: all]")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; name the cards that are out of date and exit with 1.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the model cards, models/NAME/CARD.md, from card.toml and the reports of the experiments.

    Example: regulars cards timing_hazard
    """
    from regulars import cards as writer
    from regulars import console

    found = list(writer.outdated(names or [])) if check else writer.write(names or [])
    key = "out_of_date" if check else "written"
    show(
        {key: [str(file) for file in found]},
        as_json,
        lambda: console.facts("Model cards", {key: "\n".join(str(file) for file in found) or "none"}),
    )
    if check and found:
        raise typer.Exit(1)
