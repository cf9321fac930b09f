"""How long a recommendation takes in process: for one customer at a checkout, and for all of them at night.

    python -m benchmarks.recommend_latency [--ledger PATH] [--as-of DATE] [--model FOLDER] [--customers 300] [--json]

Without ``--ledger`` the demo data of Complete Journey is ingested. The ranker is fitted once, or loaded from
``--model`` where it is kept. Then, in a process of its own that has read the ledger before any clock runs:

``load_seconds``  the artefact is loaded (files are mapped, imports are done)
``one``           single customers, one after another: candidates, features and ranking, from numbered lines
``call``          the same customers, the whole ``recommend`` from transactions to a table with reasons
``batch``         every customer at once, every item of the shop a possible candidate

Milliseconds are medians and 90th and 99th percentiles over the customers. Peak memory is the largest resident set of
that process. The ratios are of the same run, so they hold on a slower machine as well.
"""

import argparse
import datetime as dt
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from regulars import console
from regulars.estimators.recommend import LightGBMRanker
from regulars.features.histories import Histories
from regulars.features.purchases import purchases
from regulars.ingest import ingest
from regulars.ledger import Ledger

WARM_UP = 20
"""Customers that are asked about before the clock runs."""


@dataclass(frozen=True)
class Asked:
    """What is measured."""

    ledger: Path
    model: Path
    as_of: dt.date
    customers: int
    k: int
    seed: int


@dataclass(frozen=True)
class Milliseconds:
    """How long single customers took."""

    median: float
    p90: float
    p99: float
    cpu_median: float
    """Of the processor's time, which is less than the clock's on a busy machine."""

    @classmethod
    def of(cls, work: Callable[[Any], object], each: list[Any]) -> "Milliseconds":
        """Time ``work`` on each of some things, one after the other."""
        for one in each[:WARM_UP]:
            work(one)
        took = []
        for one in each:
            began, worked = time.perf_counter(), time.process_time()
            work(one)
            took.append((time.perf_counter() - began, time.process_time() - worked))
        clock, cpu = 1000 * np.array(took).T
        return cls(*np.round([*np.percentile(clock, (50, 90, 99)), np.median(cpu)], 3).tolist())


def fitted(asked: Asked) -> float | None:
    """Fit the ranker and keep it, unless it is there; return the seconds that fitting took."""
    if (asked.model / "state.json").is_file():
        return None
    ledger = Ledger.open(asked.ledger)
    known, items = ledger.transactions(before=asked.as_of).collect(), ledger.items(asked.as_of)
    began = time.perf_counter()
    ranker = LightGBMRanker(seed=asked.seed).fit(known, items, asked.as_of)
    seconds = time.perf_counter() - began
    asked.model.mkdir(parents=True, exist_ok=True)
    ranker.save(asked.model)
    return round(seconds, 2)


def measure(asked: Asked) -> dict[str, Any]:
    """Return what a process that only answers takes."""
    known = Ledger.open(asked.ledger).transactions(before=asked.as_of).collect()
    began = time.perf_counter()
    ranker = LightGBMRanker.load(asked.model)
    load_seconds = time.perf_counter() - began
    chosen = [lines for _, lines in _some(known, asked).group_by("customer_id", maintain_order=True)]
    one, call = _one(ranker, chosen, asked), _call(ranker, chosen, asked)
    began = time.perf_counter()
    everybody = ranker.recommend(known, asked.as_of, asked.k)
    seconds = time.perf_counter() - began
    customers = everybody["customer_id"].n_unique()
    return {
        "items": ranker.question(asked.k).assortment.catalogue.n_items,
        "customers": customers,
        "lines": known.height,
        "load_seconds": round(load_seconds, 4),
        "one_ms": asdict(one),
        "call_ms": asdict(call),
        "batch_seconds": round(seconds, 3),
        "batch_customers_per_second": round(customers / seconds, 1),
        "batch_peak_mb": round(_peak_bytes() / 1e6),
        "one_vs_batch_per_customer": round(one.median / (1000 * seconds / customers), 2),
        "call_vs_one": round(call.median / one.median, 2),
    }


def _some(known: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """Return the lines of some customers, chosen at random."""
    ids = known.filter(pl.col("quantity") > 0)["customer_id"].unique().sort()
    some = ids.sample(min(asked.customers, len(ids)), seed=asked.seed)
    return known.filter(pl.col("customer_id").is_in(some.implode()))


def _one(ranker: LightGBMRanker, chosen: list[pl.DataFrame], asked: Asked) -> Milliseconds:
    """Time candidates, features and ranking of lines that have their numbers."""
    question = ranker.question(asked.k)
    catalogue = question.assortment.catalogue
    numbered = [purchases(lines, catalogue) for lines in chosen]
    every = [(log.lines, ranker.question(asked.k, item_ids=log.item_ids)) for log in numbered]
    return Milliseconds.of(lambda each: ranker.ranked(Histories.of(each[0], asked.as_of), each[1]), every)


def _call(ranker: LightGBMRanker, chosen: list[pl.DataFrame], asked: Asked) -> Milliseconds:
    """Time the whole answer to transactions."""
    return Milliseconds.of(lambda lines: ranker.recommend(lines, asked.as_of, asked.k), chosen)


def _peak_bytes() -> int:
    """Return the largest resident set of this process; Linux counts it in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def report(asked: Asked) -> dict[str, Any]:
    """Fit where there is no model yet, and measure in a process of its own."""
    fit_seconds = fitted(asked)
    files = [file.stat().st_size for file in asked.model.rglob("*") if file.is_file()]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply(measure, (asked,))
    kept = {"artefact_mb": round(sum(files) / 1e6, 2), "artefact_files": len(files)}
    return {"as_of": asked.as_of.isoformat(), "k": asked.k, "fit_seconds": fit_seconds, **kept, **found}


def main() -> None:
    """Measure, and print a table, or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recommend_latency", description=__doc__)
    parser.add_argument("--ledger", type=Path, help="the shop  [default: the demo data of Complete Journey]")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, help="first unknown day  [default: after the last one]")
    parser.add_argument("--model", type=Path, help="folder to keep the fitted ranker in, or to load it from")
    parser.add_argument("--customers", type=int, default=300, help="customers asked about one after the other")
    parser.add_argument("-k", type=int, default=20, help="length of a list")
    parser.add_argument("--seed", type=int, default=1, help="of the ranker and of the customers chosen")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        ledger, model = given.ledger or Path(made) / "ledger", given.model or Path(made) / "model"
        if given.ledger is None:
            ingest([], "complete-journey", ledger)
        as_of = given.as_of or Ledger.open(ledger).data_through + dt.timedelta(days=1)
        found = report(Asked(ledger, model, as_of, given.customers, given.k, given.seed))
    if given.json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        console.facts("Recommendations in process", found)


if __name__ == "__main__":
    main()
