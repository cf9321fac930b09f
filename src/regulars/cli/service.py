"""Commands that package and serve the champions, and the demo."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli.app import Json, LedgerOption, app, open_ledger, parse_day, show
from regulars.cli.purchases import Purchases
from regulars.home import Home

if TYPE_CHECKING:
    import datetime as dt

    from regulars.ledger import Ledger

TODAY = "today"

AnswersFor = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE|today",
        help="Day of the prepared answers; today is the shop's.  [default: the day after the data]",
    ),
]

FORGOTTEN = "purchases forgotten"
"""What the lines are called that the releases hold by now."""


@app.command()
def package(
    as_of: AnswersFor = None, ledger: LedgerOption = None, purchases: Purchases = None, as_json: Json = False
) -> None:
    """Package the champions as a Bento, and prepare what it answers of every customer.

    Example: regulars package
    """
    shop = open_ledger(ledger)
    day = _day(as_of, shop)
    from regulars import console, delivery

    made = delivery.deliver(Home.resolve(), shop, day, console.track, purchases)
    _warn(made.pruned.failure)
    _warn_of_another_day(day, shop)
    show(
        {"bento": made.bento, "release": made.release, "as_of": day, "purchases_forgotten": made.pruned.n_lines},
        as_json,
        lambda: console.facts(
            "Packaged",
            {
                "bento": made.bento,
                "answers": made.release,
                "for": day,
                FORGOTTEN: made.pruned.n_lines,
                "start it with": "regulars serve",
            },
        ),
    )


@app.command()
def refresh(
    as_of: AnswersFor = None, ledger: LedgerOption = None, purchases: Purchases = None, as_json: Json = False
) -> None:
    """Prepare the answers anew, from today's champions and purchases; a running service takes them up by itself.

    For every night after `regulars ingest`, and after `regulars promote` or `rollback`. What has not changed is
    reused, and no request is lost. Purchases that came in and that all kept releases hold by now are forgotten.

    Example: regulars refresh --as-of today
    """
    shop = open_ledger(ledger)
    day = _day(as_of, shop)
    from regulars import console, delivery

    made = delivery.refresh(Home.resolve(), shop, day, console.track, purchases)
    _warn(made.pruned.failure)
    _warn_of_another_day(day, shop)
    told = {"release": made.release, "as_of": day, "purchases_forgotten": made.pruned.n_lines}
    rows = {"answers": made.release, "for": day, FORGOTTEN: made.pruned.n_lines}
    show(told, as_json, lambda: console.facts("Refreshed", rows))


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
    purchases: Purchases = None,
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


def _warn(failure: str | None) -> None:
    """Say that purchases could not be forgotten, which is no reason for a refresh to fail."""
    if failure is not None:
        sys.stderr.write(f"warning: no purchases were forgotten: {failure}\n")


def _day(as_of: str | None, shop: "Ledger") -> "dt.date":
    """Return the day that the option means."""
    from regulars import windows

    if as_of is None:
        return windows.after(shop.data_through)
    return _today(shop) if as_of == TODAY else parse_day(as_of)


def _today(shop: "Ledger") -> "dt.date":
    """Return the day in the shop, wherever this machine stands."""
    import datetime as dt
    import zoneinfo

    return dt.datetime.now(zoneinfo.ZoneInfo(shop.manifest.time_zone)).date()  # noqa: TID251 - who asks lives today


def _warn_of_another_day(day: "dt.date", shop: "Ledger") -> None:
    """Say that a service whose clock is the shop's finds no answer for today."""
    from serving.environment import CLOCK

    today = _today(shop)
    if day != today and not os.environ.get(CLOCK):
        sys.stderr.write(
            f"warning: the answers are for {day}, and today is {today}: a service computes each anew; prepare today's "
            "with --as-of today, or show old purchases with: regulars serve --clock data\n"
        )
