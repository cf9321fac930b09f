"""Commands that package and serve the champions, and the demo."""

from typing import Annotated

import typer

from regulars.cli.app import Json, LedgerOption, app, open_ledger, parse_day, show
from regulars.home import Home

AnswersFor = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Day of the prepared answers.  [default: the day after the data]"),
]


@app.command()
def package(as_of: AnswersFor = None, ledger: LedgerOption = None, as_json: Json = False) -> None:
    """Package the champions as a Bento, and prepare what it answers of every customer.

    Example: regulars package
    """
    shop, day = open_ledger(ledger), parse_day(as_of) if as_of else None
    from regulars import console, delivery

    made = delivery.deliver(Home.resolve(), shop, day, console.track)
    show(
        {"bento": made.bento, "release": made.release},
        as_json,
        lambda: console.facts(
            "Packaged", {"bento": made.bento, "answers": made.release, "start it with": "regulars serve"}
        ),
    )


@app.command()
def refresh(as_of: AnswersFor = None, ledger: LedgerOption = None, as_json: Json = False) -> None:
    """Prepare the answers anew, from today's champions and purchases; a running service takes them up by itself.

    For every night after `regulars ingest`, and after `regulars promote` or `rollback`. What has not changed is
    reused, and no request is lost.

    Example: regulars refresh --as-of 2017-10-03
    """
    shop, day = open_ledger(ledger), parse_day(as_of) if as_of else None
    from regulars import console, delivery

    name = delivery.refresh(Home.resolve(), shop, day, console.track)
    show({"release": name}, as_json, lambda: console.facts("Refreshed", {"answers": name}))


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 3000,
    clock: Annotated[
        str, typer.Option(help="What day it is: today, YYYY-MM-DD, or 'data' for the day after the data.")
    ] = "today",
    host: Annotated[
        str, typer.Option(help="Address to listen on; another than 127.0.0.1 needs a key: regulars keys add NAME.")
    ] = "127.0.0.1",
    require_keys: Annotated[
        bool, typer.Option("--require-keys", help="Ask programs on this machine for a key, too; use it behind a proxy.")
    ] = False,
    purchases: Annotated[
        str | None,
        typer.Option(
            envvar="REGULARS_PURCHASES",
            metavar="FILE|ADDRESS",
            help="Where purchases that come in are kept: a file, or postgresql://USER@HOST/DATABASE for several hosts. "
            "Others can read a command line: a password belongs into the variable or a PGPASSFILE.  "
            "[default: purchases.sqlite in the home]",
        ),
    ] = None,
) -> None:
    """Serve the packaged champions on 127.0.0.1 until Ctrl-C; the documentation is at /docs."""
    from regulars import console, delivery
    from serving import process

    day = None if clock == "today" else clock
    plan = delivery.plan(Home.resolve(), port, day, host, require_keys=require_keys, purchases=purchases)
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
