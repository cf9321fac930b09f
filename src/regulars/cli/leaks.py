"""The command that looks for features that know the future."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regulars.cli.app import AsOf, Json, LedgerOption, app, open_ledger, parse_day, show
from regulars.errors import DataError

if TYPE_CHECKING:
    import polars as pl

    from regulars.leakage import Finding, Probe, Report


@app.command()
def probe(
    as_of: AsOf,
    ledger: LedgerOption = None,
    columns: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A .parquet or .csv file of customer_id, as_of and columns to probe."),
    ] = None,
    horizon: Annotated[int, typer.Option(min=1, max=730, help="Days that churn looks ahead.")] = 90,
    customers: Annotated[int, typer.Option(min=100, help="Most customers to look at, drawn at random.")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="Of every random choice.")] = 0,
    as_json: Json = False,
) -> None:
    """Look for columns that know what happened at or after DATE; exit with 1 where one does.

    A model with such a column looks splendid in every test and fails in use. Four checks: cut computes the features
    again without the rows from DATE on, and with scrambled ones, and none may change. alone computes them for single
    customers, and none may depend on the others. placebo deals the customers each
    other's futures, of which no feature may know anything. column, for FILE, holds each column against what all
    features together explain of who churns. DATE must lie a horizon before the end of the data.

    Example: regulars probe --as-of 2017-10-01 --columns vendor_scores.parquet
    """
    snapshot_day, shop = parse_day(as_of), open_ledger(ledger)
    from regulars import console, leakage
    from regulars.windows import Snapshot

    asked = leakage.Probe(Snapshot(snapshot_day, horizon), customers, seed)
    given = None if columns is None else _read(columns)
    report = leakage.shop(shop, asked, given, console.track)
    show(_result(asked, report), as_json, lambda: _table(report))
    report.refuse()


def _read(file: Path) -> "pl.DataFrame":
    """Read a table of columns.

    Raises:
        DataError: it cannot be read.
    """
    import polars as pl

    try:
        if file.suffix == ".parquet":
            return pl.read_parquet(file)
        if file.suffix == ".csv":
            return pl.read_csv(file, infer_schema_length=None, schema_overrides={"customer_id": pl.String})
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DataError(f"--columns {file} cannot be read ({str(error).splitlines()[0]})") from error
    raise DataError(f"--columns {file}: name a .parquet or .csv file")


def _result(asked: "Probe", report: "Report") -> dict[str, object]:
    return {
        "as_of": str(asked.snapshot.as_of),
        "horizon_days": asked.snapshot.horizon_days,
        "leaks": list(dict.fromkeys(finding.feature for finding in report.leaks)),
        "findings": report.table.to_dicts(),
    }


def _table(report: "Report") -> None:
    """Print a line a check, and a row for each column that is not a feature found in order."""
    from regulars import console

    checks = dict.fromkeys(finding.check for finding in report.findings)
    console.facts("Probed", {check: _count(report, check) for check in checks})
    rows = [_row(found) for found in report.findings if found.verdict == "leaks" or found.check == "column"]
    if rows:
        console.table("Columns", ["column", "check", "verdict", "auc", "explained", "lift", "why"], rows)


def _count(report: "Report", check: str) -> str:
    verdicts = [finding.verdict for finding in report.findings if finding.check == check]
    told = [(verdicts.count("ok"), "in order"), (verdicts.count("leaks"), "leak")]
    aside = [found.feature for found in report.findings if found.check == check and found.verdict == "not judged"]
    return ", ".join(
        [f"{n} {word}" for n, word in told if n] + ([f"{len(aside)} not judged ({', '.join(aside)})"] if aside else [])
    )


def _row(found: "Finding") -> list[str]:
    from rich.markup import escape

    lift = "" if found.lift is None else f"{found.lift:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"
    figures = ["" if value is None else f"{value:.3f}" for value in (found.auc, found.explained)]
    return [escape(found.feature), found.check, found.verdict, *figures, escape(lift), escape(found.why)]
