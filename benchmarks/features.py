"""How fast and in how much memory a feature table is made, beside pandas, DuckDB, Featuretools and the floor.

``python -m benchmarks.features`` makes a simulated shop and, each in a process of its own, lets every contender make
the same table of the same Parquet files, at six snapshots where they are among ``--snapshots``; ours at each number of
snapshots. The floor reads the columns and rolls them up to orders, which no way can do without. Featuretools lives in
an environment of its own, made on the first run, and gets a small shop, on which ours is measured beside it. On that
shop the tables of pandas and DuckDB are also checked against ours, feature by feature.

What counts is time by the clock, without imports. On a busy machine see the seconds of the processor beside it.
"""

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer

from benchmarks import shop
from benchmarks.contenders import agreement, report
from benchmarks.contenders.bench import CONTENDERS, LAST, Bench
from regulars import features
from regulars.ledger import Ledger

SIZES = [10_000_000]
SMALL = 100_000
SNAPSHOTS = [1, 3, 6, 12]
CUSTOMERS = 300

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help=__doc__,
    invoke_without_command=True,
    rich_markup_mode=None,
)


@app.callback()
def main(  # noqa: PLR0913, PLR0917
    context: typer.Context,
    lines: Annotated[list[int] | None, typer.Option(help="Lines of a shop; repeatable.  [default: 10000000]")] = None,
    snapshots: Annotated[
        list[int] | None, typer.Option(help="Snapshots of a table; repeatable.  [default: 1, 3, 6 and 12]")
    ] = None,
    contender: Annotated[
        list[str] | None, typer.Option(help="Who is measured beside ours; repeatable.  [default: all]")
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Times to measure each, in turn; the median counts.")] = 1,
    small: Annotated[int, typer.Option(help="Lines of the shop that Featuretools gets.")] = SMALL,
    folder: Annotated[
        Path | None, typer.Option(help="Where shops are kept for the next run.  [default: a temporary folder]")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure, and print a table or one JSON document."""
    if context.invoked_subcommand:
        return
    if unknown := set(contender or ()) - set(CONTENDERS):
        raise typer.BadParameter(f"no contender {sorted(unknown)[0]!r}; there are {', '.join(CONTENDERS)}")
    chosen = [name for name in CONTENDERS if name in {"ours", *(contender or CONTENDERS)}]
    sizes = lines or SIZES
    with _folder(folder) as place:
        bench = Bench(place, chosen, sorted(snapshots or SNAPSHOTS), repeat)
        of_small, of_sizes = bench.small(small), [bench.size(n) for n in sizes]
        result = report.document(of_small, of_sizes, bench.one_customer(sizes[0]), repeat)
    if as_json:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        report.show(result)


@contextlib.contextmanager
def _folder(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.resolve()
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@app.command(hidden=True)
def book(path: Path, lines: int, answer: Path) -> None:
    """Write the ledger of a simulated shop."""
    shop.ledger(path, lines)
    answer.touch()


@app.command(hidden=True)
def differ(ours: Path, theirs: Path, answer: Path) -> None:
    """Say which features differ between two tables."""
    answer.write_text(json.dumps(agreement.differences(agreement.table(ours), agreement.table(theirs))))


@app.command(hidden=True)
def customer(ledger: Path, answer: Path) -> None:
    """Say the median milliseconds that one customer's row takes over some random ones, by the clock and processor."""
    held = Ledger.open(ledger)
    side = features.Side(items=held.items())
    lines = held.transactions(0).collect()
    known = lines.filter(pl.col("purchased_at") < LAST.as_of, pl.col("quantity") > 0)["customer_id"].unique().sort()
    chosen = known.sample(min(CUSTOMERS, len(known)), seed=1)
    rows = [lines.filter(pl.col("customer_id") == one) for one in chosen]
    features.table(rows[0], side, [LAST])
    took = []
    for row in rows:
        began, worked = time.perf_counter(), time.process_time()
        features.table(row, side, [LAST])
        took.append((time.perf_counter() - began, time.process_time() - worked))
    answer.write_text(json.dumps((np.median(took, axis=0) * 1000).round(3).tolist()))


if __name__ == "__main__":
    app()
