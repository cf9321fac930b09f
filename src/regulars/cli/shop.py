"""Commands that clean a shop's lines, find its people and make up a shop."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from regulars.cli.app import Json, LedgerOption, SourceOption, app, open_ledger, show
from regulars.errors import ConfigError


@app.command()
def hygiene(
    ledger: LedgerOption = None,
    off: Annotated[list[str] | None, typer.Option("--off", metavar="RULE", help="Switch a rule off.")] = None,
    on: Annotated[list[str] | None, typer.Option("--on", metavar="RULE", help="Switch a rule on.")] = None,
    source: SourceOption = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write the report as a page.")] = None,
    as_json: Json = False,
) -> None:
    """Show what was done to a shop's lines, to the line and the cent; switch rules off and on.

    Rules: exact_duplicate, near_duplicate, non_product, write_off, voided, spelling, returns. Switching one marks
    every line anew; nothing is lost, so switching it back gives the ledger as it was.

    Example: regulars hygiene --off near_duplicate --html report.html
    """
    shop = open_ledger(ledger)
    from regulars import cleaning, cleaning_page, cleaning_tables
    from regulars.ingest import switches

    if html is not None and (html.suffix.lower() not in (".html", ".htm") or not html.parent.is_dir()):
        raise ConfigError(f"--html {html}: name an .html file in a folder that exists")
    if on or off:
        switches.switch(shop, on=on or [], off=off or [], source=source)
    found = cleaning.of(shop.manifest)
    if html is not None:
        cleaning_page.write(found, html)
    show(found.model_dump(mode="json"), as_json, lambda: cleaning_tables.show(found))


@app.command()
def identify(
    ledger: LedgerOption = None,
    threshold: Annotated[
        float, typer.Option(min=0.5, max=0.999, help="How sure the model must be to join two records.")
    ] = 0.9,
    country: Annotated[
        str | None, typer.Option(metavar="CODE", help="Of records that do not name theirs, as in DE.")
    ] = None,
    undo: Annotated[
        str | None, typer.Option(metavar="CUSTOMER", help="Take the merge of this customer back, for good.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find which customer records of till, web shop and CRM are one person, and let their lines go by one id.

    Needs the table customers: regulars ingest crm.csv --table customers. The evidence of each merge is kept.
    """
    shop = open_ledger(ledger)
    from regulars import console
    from regulars.ingest import identity, persons

    if undo is not None:
        records = persons.undo(shop, undo)
        result: dict[str, object] = {"stand alone again": records, "fingerprint": shop.fingerprint}
    else:
        land = country.upper() if country else None
        if land is not None and not (len(land) == 2 and land.isalpha()):
            raise ConfigError(f"--country {country}: name it by two letters, as in DE")
        with console.screen.status("comparing records"):
            joined = persons.identify(shop, identity.Settings(threshold=threshold, country=land))
        result = dataclasses.asdict(joined)
    show(result, as_json, lambda: console.facts("Identity", result))


@app.command()
def simulate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder for the files.")],
    customers: Annotated[int, typer.Option(min=10, max=10_000_000, help="People who shop there.")] = 5000,
    years: Annotated[int, typer.Option(min=1, max=20, help="Years of purchases.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Of every random choice.")] = 7,
    as_json: Json = False,
) -> None:
    """Write a shop that never was, as its till, web shop and CRM would export it, and the truth beside it.

    Example: regulars simulate --customers 5000 --years 3 --seed 7 --out shop
    """
    from regulars import console
    from regulars.ingest import simulate as shop

    with console.counting("simulating customers") as progress:
        written = shop.write(out, shop.Plan(customers=customers, years=years, seed=seed), progress)
    told = written.expected
    result = {
        "out": str(written.path),
        "truth": str(written.path / "truth"),
        "currency": told["currency"],
        "time_zone": told["time_zone"],
        "lines": told["lines"],
        "dirt": told["dirt"],
        "then": _next(out),
    }
    show(result, as_json, lambda: console.facts("Simulated", result | {"then": "\n".join(result["then"])}))


def _next(out: Path) -> list[str]:
    """Return the commands that take the files of a simulated shop in."""
    lines = {"till": "square-items", "web": "shopify-orders"}
    tables = (
        "items",
        "prices",
        "stores",
        "consents",
        "events",
        "campaigns",
        "campaign_members",
        "redemptions",
        "reviews",
    )
    return [
        *(
            f"regulars ingest {out}/{by}.csv --preset {how} --source {by} --own-ids --ledger L"
            for by, how in lines.items()
        ),
        *(
            f"regulars ingest {out}/{by}_customers.csv --table customers --source {by} --own-ids --ledger L"
            for by in (*lines, "crm")
        ),
        *(f"regulars ingest {out}/{table}.csv --table {table} --ledger L" for table in tables),
        "regulars identify --ledger L",
        "regulars hygiene --ledger L --html hygiene.html",
    ]
