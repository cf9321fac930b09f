"""How fast and in how much memory a ledger takes in a file, beside Polars that scans and writes the same file.

``python -m benchmarks.ingest --lines 1500000 --lines 15000000`` writes a CSV file of so many order lines, then, each
in a process of its own, scans and writes it with Polars alone (`plain`), the same with dates read (`typed`: what a
table of purchases needs at least), and ingests it. Ratios are of the same run on the same machine; a ratio of 0.25
says that ingestion takes four times as long. Peak memory is the largest resident set of the process.
"""

import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer

from regulars.ingest import intake

CHUNK = 1_000_000
ITEMS = 4_000
SIZES = [1_500_000, 15_000_000]
SLOW = 100_000_000
LINES_A_CUSTOMER = 120


def write_file(path: Path, lines: int, seed: int = 7) -> None:
    """Write a shop's order lines, as an export would have them: by time, ten to an order, popular items often."""
    rng = np.random.default_rng(seed)
    start = np.datetime64("2021-01-01T08:00:00", "s")
    with path.open("wb") as file:
        for first in range(0, lines, CHUNK):
            n = min(CHUNK, lines - first)
            order = (first + np.arange(n)) // 10
            seconds = order * (3 * 365 * 86_400) // max(lines // 10, 1)
            customer = np.random.default_rng([seed, first]).integers(0, max(lines // LINES_A_CUSTOMER, 1), n // 10 + 2)
            item = np.minimum(rng.zipf(1.3, n), ITEMS) * 10 + (first + np.arange(n)) % 10  # no item twice in an order
            price = (item * 7919) % 2_000 + 49
            quantity = rng.integers(1, 4, n)
            back = rng.random(n) < 0.01
            sign = np.where(back, -1, 1)
            frame = pl.DataFrame(
                {
                    "customer_id": customer[order - order[0]],
                    "order_id": order,
                    "item_id": item,
                    "purchased_at": (start + seconds).astype("datetime64[us]"),
                    "quantity": quantity * sign,
                    "amount": price * quantity * sign / 100,
                    "discount": np.where(rng.random(n) < 0.2, 50, 0) / 100,
                    "store_id": order % 12,
                }
            )
            named = frame.with_columns(
                customer_id=pl.format("C{}", "customer_id"), store_id=pl.format("s{}", "store_id")
            )
            named.write_csv(file, include_header=first == 0, datetime_format="%Y-%m-%d %H:%M:%S", float_precision=2)


def plain(file: Path, out: Path) -> None:
    """Scan and write with Polars, dates as text."""
    pl.scan_csv(file).sink_parquet(out / "plain.parquet")


def typed(file: Path, out: Path) -> None:
    """Scan and write with Polars, dates as dates."""
    pl.scan_csv(file, try_parse_dates=True).sink_parquet(out / "typed.parquet")


def ingest(file: Path, out: Path) -> None:
    """Ingest into a new ledger."""
    intake.ingest([file], "generic", out / "ledger")


WAYS: dict[str, Callable[[Path, Path], None]] = {"plain": plain, "typed": typed, "ingest": ingest}


def measured(way: str, file: Path, folder: Path) -> dict[str, float]:
    """Run one way in a process of its own; return its seconds, without imports, and its peak memory in MB."""
    out = folder / way
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    command = [sys.executable, "-m", "benchmarks.ingest", "one", way, str(file), str(out)]
    child = os.posix_spawn(sys.executable, command, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{way} failed")
    seconds = float((out / "seconds").read_text())
    shutil.rmtree(out)
    return {"seconds": round(seconds, 2), "peak_mb": round(usage.ru_maxrss / 1024, 0)}


app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help=__doc__,
    invoke_without_command=True,
    rich_markup_mode=None,
)


@app.callback()
def main(
    context: typer.Context,
    lines: Annotated[
        list[int] | None, typer.Option(help="Lines of a file; repeatable.  [default: 1500000 and 15000000]")
    ] = None,
    slow: Annotated[bool, typer.Option("--slow", help="Also 100,000,000 lines: 10 minutes, 12 GB of disk.")] = False,
    repeat: Annotated[int, typer.Option(min=1, help="Times to measure each; the median counts.")] = 1,
    folder: Annotated[Path | None, typer.Option(help="Where the files go.  [default: a temporary folder]")] = None,
) -> None:
    """Measure and print one JSON object a file."""
    if context.invoked_subcommand:
        return
    with tempfile.TemporaryDirectory(dir=folder) as made:
        for n in [*(lines or SIZES), *([SLOW] if slow else [])]:
            file = Path(made) / f"{n}.csv"
            write_file(file, n)
            runs = [{way: measured(way, file, Path(made)) for way in WAYS} for _ in range(repeat)]
            sys.stdout.write(json.dumps(summary(n, file, runs)) + "\n")
            sys.stdout.flush()
            file.unlink()


def summary(lines: int, file: Path, runs: list[dict[str, dict[str, float]]]) -> dict[str, object]:
    """Return medians over the runs, lines a second and the ratios."""
    seconds = {way: float(np.median([run[way]["seconds"] for run in runs])) for way in WAYS}
    return {
        "lines": lines,
        "file_mb": round(file.stat().st_size / 1e6, 1),
        "seconds": seconds,
        "lines_a_second": {way: round(lines / took) for way, took in seconds.items()},
        "peak_mb": {way: max(run[way]["peak_mb"] for run in runs) for way in WAYS},
        "ratio_to_plain": round(seconds["plain"] / seconds["ingest"], 3),
        "ratio_to_typed": round(seconds["typed"] / seconds["ingest"], 3),
    }


@app.command(hidden=True)
def one(way: str, file: Path, out: Path) -> None:
    """Run one way, and write its seconds."""
    began = time.perf_counter()
    WAYS[way](file, out)
    (out / "seconds").write_text(str(time.perf_counter() - began))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    app()
