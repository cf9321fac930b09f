"""Commands that write what people then fill in."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from regulars.cli.app import Json, app, show

new = typer.Typer(help="Start something new: an experiment.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(new, name="new")


@new.command()
def experiment(
    task: Annotated[
        Literal["churn", "timing", "recommend", "replenish", "spend"], typer.Argument(help="What is judged.")
    ],
    question: Annotated[str, typer.Argument(help="What is asked, as a sentence in quotes.")],
    shop: Annotated[str, typer.Option(metavar="PRESET", help="Whose purchases are asked.")] = "complete-journey",
    models: Annotated[
        str, typer.Option(metavar="NAMES", help="Candidates from simple to complex, joined by commas.")
    ] = "",
    folder: Annotated[Path, typer.Option("--in", metavar="DIR", help="Where experiments lie.")] = Path("experiments"),
    as_json: Json = False,
) -> None:
    """Write the folder of a new experiment: a question, two candidates, and the headings of its README.

    Example: regulars new experiment churn "Does last year's season help?"
    """
    from regulars import console, scaffold

    chosen = [name.strip() for name in models.split(",") if name.strip()]
    made = scaffold.new_experiment(folder, task, question, shop, chosen)
    result = {"experiment": str(made), "edit": str(made / "experiment.toml"), "then": f"regulars run {made}"}
    show(result, as_json, lambda: console.facts("New experiment", result))
