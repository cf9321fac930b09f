"""Commands that package and serve the champions, and the demo."""

from typing import Annotated

import typer

from regulars.cli.app import Json, LedgerOption, app, open_ledger, show
from regulars.home import Home


@app.command()
def package(ledger: LedgerOption = None, as_json: Json = False) -> None:
    """Package the champions as a Bento, with their lineage, and bring the online store up to date."""
    shop = open_ledger(ledger)
    from regulars import console, delivery

    with console.screen.status("packaging"):
        tag = delivery.deliver(Home.resolve(), shop)
    show(
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
