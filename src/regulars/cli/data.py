"""Commands that take a shop's data in, clean it and say what they did."""

import dataclasses
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from regulars.cli.app import Json, LedgerOption, app, open_ledger, pair, show
from regulars.errors import ConfigError
from regulars.home import Home

KEY = "REGULARS_CONTACT_KEY"
"""Environment variable with the secret that contacts are hashed with."""

Source = Annotated[str | None, typer.Option("--source", metavar="NAME", help="The reporting system, such as till.")]


@app.command()
def ingest(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="CSV (also packed), Parquet or Excel files of order lines."),
    ] = None,
    preset: Annotated[
        str, typer.Option(help="How to read them; `regulars presets` lists all.", show_default=True)
    ] = "generic",
    ledger: LedgerOption = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=FIELD", help="A column of the files and our field; repeatable."),
    ] = None,
    table: Annotated[
        str, typer.Option(help="What the files hold: transactions, or items, customers, consents, events ...")
    ] = "transactions",
    source: Source = None,
    own_ids: Annotated[
        bool, typer.Option("--own-ids", help="Customers' ids are this source's own: put its name in front.")
    ] = False,
    currency: Annotated[
        str | None, typer.Option(metavar="CODE", help="Of the money, as in EUR.  [default: the preset's]")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of the clock, as in Europe/Berlin.  [default: the preset's]")
    ] = None,
    requeue: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take mended lines back from `regulars quarantine`.")
    ] = None,
    hash_contacts: Annotated[
        bool, typer.Option("--hash-contacts", help=f"Keep e-mail and phone only as hashes, keyed by ${KEY}.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Take a guess at the columns without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Read order lines into a ledger; what cannot be used is set aside with a reason.

    Without FILE, the preset complete-journey reads the demo shop that comes with regulars. Running it again with the
    same lines changes nothing. With the preset generic, columns are found by name, by --map, or by a guess that is
    shown first. Fields: customer_id, purchased_at, amount or price; also item_id, order_id, quantity, discount,
    currency, store_id, item_name, department, category, product_type, brand, package_size.

    Example: regulars ingest sales.csv --map buyer=customer_id --map total=amount --ledger shop
    """
    from regulars import console
    from regulars import ingest as intake
    from regulars.ingest import requeue as back
    from regulars.ingest import tables as beside

    folder = ledger or Home.resolve().ledger
    mapping = dict(pair(text) for text in map_ or [])
    terms = intake.Terms(source=source, own_ids=own_ids, currency=currency, time_zone=time_zone)
    if table != "transactions":
        told = beside.ingest_table(
            files or [], table, folder, mapping, terms, _contact_key(hash_contacts=hash_contacts)
        )
        rows = dataclasses.asdict(told)
        show(rows, as_json, lambda: console.facts("Ingested", rows))
        return
    if requeue is not None:
        summary = back.requeue(requeue, folder)
    else:
        mapping = _guessed(files or [], preset, mapping, yes=yes)
        with console.counting("reading lines") as progress:
            summary = intake.ingest(files or [], preset, folder, mapping, progress, terms)
    result = summary.model_dump(mode="json")
    show(result, as_json, lambda: console.facts("Ingested", result))


@app.command()
def presets(as_json: Json = False) -> None:
    """List the kinds of files that `regulars ingest` reads, and the columns that each needs."""
    from regulars import console
    from regulars.ingest import PRESETS

    result: dict[str, dict[str, Any]] = {
        name: {
            "currency": preset.currency,
            "time_zone": preset.time_zone,
            "columns": [column for field in sorted(preset.required) for column in preset.columns.get(field, (field,))],
        }
        for name, preset in PRESETS.items()
    }
    rows = [[name, told["currency"], told["time_zone"], ", ".join(told["columns"])] for name, told in result.items()]
    show(result, as_json, lambda: console.table("Presets", ["preset", "currency", "time zone", "columns"], rows))


@app.command()
def hygiene(
    ledger: LedgerOption = None,
    off: Annotated[list[str] | None, typer.Option("--off", metavar="RULE", help="Switch a rule off.")] = None,
    on: Annotated[list[str] | None, typer.Option("--on", metavar="RULE", help="Switch a rule on.")] = None,
    source: Source = None,
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

    if on or off:
        switches.switch(shop, on=on or [], off=off or [], source=source)
    found = cleaning.of(shop.manifest)
    if html is not None:
        cleaning_page.write(found, html)
    show(found.model_dump(mode="json"), as_json, lambda: cleaning_tables.show(found))


@app.command()
def quarantine(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A .csv or .parquet file for the lines.")],
    ledger: LedgerOption = None,
    file: Annotated[str | None, typer.Option(metavar="NAME", help="Only lines of this file.")] = None,
    as_json: Json = False,
) -> None:
    """Write the lines that were set aside, each with its file, place and reason, for mending.

    Mend the cells, then take the lines back: regulars ingest --requeue FILE.
    """
    shop = open_ledger(ledger)
    from regulars import console
    from regulars.ingest import requeue as back

    if out.suffix not in (".csv", ".parquet"):
        raise ConfigError(f"--out {out}: name a .csv or .parquet file")
    rows = back.quarantined(shop, file)
    back.write(rows, out)
    result = {"lines": rows.height, "out": str(out), "then": f"regulars ingest --requeue {out}"}
    show(result, as_json, lambda: console.facts("Quarantine", result))


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
        pairs = persons.undo(shop, undo)
        result: dict[str, object] = {"apart": pairs.to_dicts(), "fingerprint": shop.fingerprint}
    else:
        with console.screen.status("comparing records"):
            joined = persons.identify(shop, identity.Settings(threshold=threshold, country=country))
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
        "then": [
            f"regulars ingest {out}/till.csv --preset square-items --source till --own-ids --ledger LEDGER",
            f"regulars ingest {out}/web.csv --preset shopify-orders --source web --own-ids --ledger LEDGER",
            f"regulars ingest {out}/crm_customers.csv --table customers --source crm --own-ids --ledger LEDGER",
            "regulars identify --ledger LEDGER",
        ],
    }
    show(result, as_json, lambda: console.facts("Simulated", result | {"then": "\n".join(result["then"])}))


def _contact_key(*, hash_contacts: bool) -> bytes | None:
    if not hash_contacts:
        return None
    key = os.environ.get(KEY)
    if not key:
        raise ConfigError(f"--hash-contacts needs a secret in the environment variable {KEY}; set it to a long one")
    return key.encode()


def _guessed(files: list[Path], preset: str, mapping: dict[str, str], *, yes: bool) -> dict[str, str]:
    """Return the mapping, with a guess where the first file needs one: shown, and asked about on a terminal."""
    from regulars import console
    from regulars.ingest import PRESETS, guess, reading

    if preset != "generic" or not files:
        return mapping
    file = reading.open_lines(files[0])
    if PRESETS[preset].mapped(mapping).fits(file.names):
        return mapping
    found = guess.of_file(file, mapping)
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    if not (terminal or yes or found.sure):
        raise found.refusal(file.name, file.names)
    rows = [[hint.field, hint.column, hint.why, f"{hint.confidence:.0%}"] for hint in found.hints]
    console.table(
        f"{file.name}: which column says what, as far as one can tell",
        ["field", "column", "why", "sure"],
        rows,
        where=console.screen,
    )
    if terminal and not yes and not typer.confirm("Read it like this?", err=True):
        raise ConfigError("nothing was read; say which column is which with --map COLUMN=FIELD")
    return found.mapping
