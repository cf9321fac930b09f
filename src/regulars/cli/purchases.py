"""Commands about the purchases that the service was told of."""

import contextlib
from typing import Annotated

import typer

from regulars.cli.app import Json, app, show
from regulars.home import Home

purchases_app = typer.Typer(
    name="purchases",
    help="Count and forget the purchases that the service was told of.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(purchases_app)

Purchases = Annotated[
    str | None,
    typer.Option(
        envvar="REGULARS_PURCHASES",
        metavar="FILE|ADDRESS",
        help="Where purchases that come in are kept: a file, or postgresql://USER@HOST/DATABASE for several hosts. "
        "Others can read a command line: a password belongs into the variable or a PGPASSFILE.  "
        "[default: purchases.sqlite in the home]",
    ),
]


@purchases_app.command()
def count(purchases: Purchases = None, as_json: Json = False) -> None:
    """Count the lines that came in and that not all releases hold yet."""
    from regulars import console, delivery

    held = delivery.held(Home.resolve(), purchases)
    n_lines = 0
    if held is not None:
        with contextlib.closing(held):
            n_lines = held.count()
    show({"n_lines": n_lines}, as_json, lambda: console.facts("Purchases that came in", {"lines": n_lines}))


@purchases_app.command()
def forget(
    customer_ids: Annotated[list[str], typer.Argument(metavar="CUSTOMER_ID...", help="Whose purchases.")],
    purchases: Purchases = None,
    as_json: Json = False,
) -> None:
    """Forget all that the service was told of some customers; running services know it at once.

    For who has to be removed: from the ledger first, then here, then with `regulars refresh` from the answers.

    Example: regulars purchases forget C1042
    """
    from regulars import console, delivery
    from serving import pruning

    held = delivery.held(Home.resolve(), purchases)
    n_lines = 0
    if held is not None:
        with contextlib.closing(held):
            n_lines = pruning.erase(held, customer_ids)
    show({"n_lines": n_lines}, as_json, lambda: console.facts("Forgotten", {"lines": n_lines}))
