"""How good the recommender is on a published next-basket benchmark, beside what is simple and what others published.

``python -m benchmarks.next_basket DATA.json`` runs the protocol of DNNTSP on any file of its format: the shop learns
from the train customers, TIFUKNN is tuned on the validate customers, and every test customer's last basket is foreseen
from the ones before it. Each model runs in a process of its own, ours once a seed. Recall, NDCG (cut at k) and hit rate
come with two 95% intervals: over customers and over seeds. A difference counts where both exclude zero. Published rows
are taken as given numbers, without an interval of their own.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer

from benchmarks.baskets import judge, published, report
from benchmarks.baskets.file import Part, read
from benchmarks.baskets.models import CONTENDERS, THREADS
from benchmarks.contenders import run
from regulars import console
from regulars.errors import DataError

ENVIRONMENT = {"OMP_NUM_THREADS": str(THREADS), "POLARS_MAX_THREADS": str(THREADS), "OMP_WAIT_POLICY": "PASSIVE"}
"""Of the models' processes, unless it is set; a thread that waits spends no processor seconds."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command(help=__doc__)
def main(
    data: Annotated[Path, typer.Argument(help="File of baskets.")],
    seeds: Annotated[int, typer.Option(min=1, help="Runs of ours.")] = 5,
    models: Annotated[str, typer.Option(help="Names, joined by commas.")] = ",".join(CONTENDERS),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure, and print tables or one JSON document."""
    chosen = models.split(",")
    if unknown := [name for name in chosen if name not in CONTENDERS]:
        raise typer.BadParameter(f"no model {unknown[0]!r}; there are {', '.join(CONTENDERS)}")
    try:
        parts = read(data)
    except DataError as error:
        raise typer.BadParameter(str(error)) from error
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    costs, values = every(chosen, data, parts["test"], seeds)
    rows = published.ROWS.get(data.stem.lower(), {})
    judgement = judge.judged(values, rows, np.random.default_rng(0))
    found = report.document(data.name, parts, judgement, costs, rows)
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        report.show(found, judgement)


def every(
    chosen: list[str], data: Path, test: Part, seeds: int
) -> tuple[dict[str, list[report.Cost]], dict[str, list[judge.Floats]]]:
    """Run every model, those with chance in them ``seeds`` times; return what each run took and its values."""
    jobs = [(name, seed) for name in chosen for seed in range(seeds if CONTENDERS[name].chance else 1)]
    costs: dict[str, list[report.Cost]] = {name: [] for name in chosen}
    values: dict[str, list[judge.Floats]] = {name: [] for name in chosen}
    for name, seed in console.track(jobs, "foreseeing baskets", len(jobs)):
        offered, cost = measured(name, data, seed)
        costs[name].append(cost)
        values[name].append(judge.values(offered, test))
    return costs, values


def measured(name: str, data: Path, seed: int) -> tuple[pl.DataFrame, report.Cost]:
    """Run a model in a process of its own; return its lists and what it took."""
    with tempfile.TemporaryDirectory() as folder:
        peak_mb = run.child([sys.executable, "-m", "benchmarks.baskets", name, str(data), str(seed), folder])
        told = json.loads((Path(folder) / "told.json").read_text())
        return pl.read_parquet(Path(folder) / "lists.parquet"), report.Cost(peak_mb=peak_mb, **told)


if __name__ == "__main__":
    app()
