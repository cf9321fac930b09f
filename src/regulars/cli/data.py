"""Commands that take a shop's data in, and what was set aside out and in again."""

import dataclasses
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from regulars.cli.app import Json, LedgerOption, SourceOption, app, open_ledger, pair, show
from regulars.errors import ConfigError
from regulars.home import Home

if TYPE_CHECKING:
    from regulars.ingest import Summary, Terms

KEY = "REGULARS_CONTACT_KEY"
"""Environment variable with the secret that contacts are hashed with."""
_OF_THE_LEDGER = (
    *("excluded", "returns_matched", "returns_unmatched", "respelt"),
    *("n_lines", "n_customers", "n_items", "first_day", "last_day", "fingerprint"),
)
"""What a summary says of the whole ledger."""


Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE]...", help="CSV (also packed), Parquet or Excel files of order lines."),
]
PresetOption = Annotated[str, typer.Option("--preset", help="How to read them; `regulars presets` lists all.")]
Mapping = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=FIELD", help="A column of the files and our field; repeatable."),
]
TableOption = Annotated[
    str, typer.Option("--table", help="What the files hold: transactions, or items, customers, consents, events ...")
]
OwnIds = Annotated[
    bool,
    typer.Option("--own-ids", help="Ids of customers and orders are this source's own: put its name in front."),
]
Currency = Annotated[
    str | None, typer.Option("--currency", metavar="CODE", help="Of the money, as in EUR.  [default: the preset's]")
]
TimeZone = Annotated[
    str | None,
    typer.Option("--time-zone", metavar="ZONE", help="Of the clock, as in Europe/Berlin.  [default: the preset's]"),
]
Requeue = Annotated[
    Path | None, typer.Option("--requeue", metavar="FILE", help="Take mended lines back from `regulars quarantine`.")
]
HashContacts = Annotated[
    bool, typer.Option("--hash-contacts", help=f"Keep e-mail and phone only as hashes, keyed by ${KEY}.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Take a guess at the columns without asking.")]


@app.command()
def ingest(
    files: Files = None,
    preset: PresetOption = "generic",
    ledger: LedgerOption = None,
    map_: Mapping = None,
    table: TableOption = "transactions",
    source: SourceOption = None,
    own_ids: OwnIds = False,
    currency: Currency = None,
    time_zone: TimeZone = None,
    requeue: Requeue = None,
    hash_contacts: HashContacts = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Read order lines into a ledger; what cannot be used is set aside with a reason.

    Without FILE, the preset complete-journey reads the demo shop that comes with regulars. Running it again with the
    same lines changes nothing. With the preset generic, columns are found by name, by --map, or by a guess that is
    shown first. Fields: customer_id, purchased_at, amount or price; also item_id, order_id, quantity, discount,
    currency, store_id, item_name, department, category, product_type, brand, package_size.

    Example: regulars ingest sales.csv --map buyer=customer_id --map total=amount --ledger shop
    """
    from regulars.ingest import Terms

    folder = ledger or Home.resolve().ledger
    _check(table, preset, files or [], requeue, hash_contacts=hash_contacts)
    mapping = _mapping(map_ or [])
    terms = Terms(source=source, own_ids=own_ids, currency=currency, time_zone=time_zone)
    if table != "transactions":
        key = _contact_key(hash_contacts=hash_contacts)
        _take_table(files or [], table, folder, mapping, terms, key, as_json=as_json)
    elif requeue is not None:
        _take_back(requeue, folder, as_json=as_json)
    else:
        mapping = _guessed(files or [], preset, mapping, yes=yes)
        _take_lines(files or [], preset, folder, mapping, terms, as_json=as_json)


def _take_lines(
    files: list[Path], preset: str, folder: Path, mapping: dict[str, str], terms: "Terms", *, as_json: bool
) -> None:
    from regulars import console
    from regulars import ingest as intake

    with console.counting("reading lines") as progress:
        summary = intake.ingest(files, preset, folder, mapping, progress, terms)
    _tell(summary, as_json=as_json)


def _take_back(file: Path, folder: Path, *, as_json: bool) -> None:
    from regulars.ingest import requeue

    _tell(requeue.requeue(file, folder), as_json=as_json)


def _take_table(
    files: list[Path],
    table: str,
    folder: Path,
    mapping: dict[str, str],
    terms: "Terms",
    key: bytes | None,
    *,
    as_json: bool,
) -> None:
    from regulars import console
    from regulars.ingest import tables

    rows = dataclasses.asdict(tables.ingest_table(files, table, folder, mapping, terms, key))
    show(rows, as_json, lambda: console.facts("Ingested", rows))


def _tell(summary: "Summary", *, as_json: bool) -> None:
    """Say what became of the files, and apart from it what the ledger holds now."""
    from regulars import console

    result = summary.model_dump(mode="json")
    here = {name: value for name, value in result.items() if name not in _OF_THE_LEDGER}

    def tell() -> None:
        console.facts("These files", here)
        console.facts("The ledger now, as models see it", {name: result[name] for name in _OF_THE_LEDGER})

    show(result, as_json, tell)


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
    then = f"regulars ingest --requeue {out}" + (f" --ledger {ledger}" if ledger else "")
    result = {"lines": rows.height, "out": str(out), "then": then}
    show(result, as_json, lambda: console.facts("Quarantine", result))


def _check(table: str, preset: str, files: list[Path], requeue: Path | None, *, hash_contacts: bool) -> None:
    """Refuse options that do not go together, rather than leave one out.

    Raises:
        ConfigError: some do not.
    """
    if requeue is not None and (files or table != "transactions"):
        raise ConfigError("--requeue takes mended order lines back; leave FILE and --table out")
    if table != "transactions" and preset != "generic":
        raise ConfigError("--preset is for order lines; leave it out with --table")
    if hash_contacts and table != "customers":
        raise ConfigError(
            "--hash-contacts is for --table customers; order lines whose customers are named by e-mail "
            "(shopify-orders) keep these as ids"
        )


def _mapping(pairs: list[str]) -> dict[str, str]:
    """Read the --map options.

    Raises:
        ConfigError: one is no pair, or a column is named twice.
    """
    mapping: dict[str, str] = {}
    for column, field in map(pair, pairs):
        if column in mapping:
            raise ConfigError(f"--map names column {column!r} twice: as {mapping[column]!r} and as {field!r}")
        mapping[column] = field
    return mapping


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
    chosen = PRESETS[preset].mapped(mapping)
    file = reading.open_feeds(files[0], chosen)[0]
    if chosen.fits(file.names):
        return mapping
    found = guess.of_file(file, mapping)
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    if not (terminal or yes or found.sure):
        raise found.refusal(file.name, file.names)
    rows = [[hint.field, escape(hint.column), hint.why, f"{hint.confidence:.0%}"] for hint in found.hints]
    console.table(
        f"{file.name}: which column says what, as far as one can tell",
        ["field", "column", "why", "sure"],
        rows,
        where=console.screen,
    )
    if terminal and not yes and not typer.confirm("Read it like this?", err=True):
        raise ConfigError("nothing was read; say which column is which with --map COLUMN=FIELD")
    return found.mapping
