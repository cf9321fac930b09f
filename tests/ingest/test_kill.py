"""Killed at any moment, a ledger is the old one or the new one, whole."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from regulars import fingerprint
from regulars.ledger import Ledger
from tests import shops

TRIALS = 25
SEEDS = (1, 2)
"""Two runs of 25 trials, which two processes share: 50 random moments."""


def files(folder: Path) -> list[tuple[Path, pl.DataFrame]]:
    """Write a shop's lines as one file a month-like slice, and return each with its lines."""
    whole = shops.write_csv(shops.simulate(n_customers=120, n_days=300), folder / "all.csv")
    rows = pl.read_csv(whole, infer_schema=False).with_columns(_part=pl.int_range(pl.len()) % (TRIALS + 1))
    found = []
    for number in range(TRIALS + 1):
        part = rows.filter(pl.col("_part") == number).drop("_part")
        part.write_csv(folder / f"{number}.csv")
        found.append((folder / f"{number}.csv", part))
    return found


def check(ledger: Path) -> pl.DataFrame:
    """Return the ledger's lines, once every file that its manifest names is there with the content it names."""
    book = Ledger.open(ledger)
    for part in (*book.manifest.transactions.values(), *book.manifest.tables.values()):
        held = pl.read_parquet(book.path / part.file)
        assert (held.height, fingerprint.of_frame(held)) == (part.rows, part.digest)
    lines = book.lines().collect()
    assert lines.height == book.manifest.n_held == sum(source.lines_kept for source in book.manifest.sources)
    assert lines["amount"].sum() == sum(source.money_kept for source in book.manifest.sources)
    return lines


def tell(mortal: "subprocess.Popen[str]", file: Path, seconds: float) -> tuple[str, int, float]:
    """Run one trial and return how it ended: "killed" or "ended", the exit status, the seconds it took."""
    stdin, stdout = mortal.stdin, mortal.stdout
    assert stdin is not None
    assert stdout is not None
    stdin.write(f"{file.name} {seconds}\n")
    stdin.flush()
    word, status, took = stdout.readline().split()
    return word, int(status), float(took)


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_random_moments(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    (first, start), *trials = files(tmp_path)
    command = [sys.executable, "-m", "tests.ingest.mortal", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as mortal:
        word, status, usual = tell(mortal, first, 60)
        assert (word, status) == ("ended", 0)
        expected, killed, lost = start.height, 0, 0
        for file, lines in trials:
            word, status, _ = tell(mortal, file, rng.uniform(0, usual))
            assert status == 0
            held = check(tmp_path / "ledger").height
            assert held in (expected, expected + lines.height), "half of a file"
            if word == "ended":
                assert held == expected + lines.height, "a file that was taken in is not there"
            killed += word == "killed"
            lost += held == expected
            expected = held
        word, status, _ = tell(mortal, trials[-1][0], 60)
        assert (word, status) == ("ended", 0)
        mortal.stdin.close()  # type: ignore[union-attr]
    assert killed >= TRIALS // 2, "most trials ended before they were killed: nothing was tried"
    assert lost > 0
    assert not (tmp_path / "ledger" / ".staging").exists()
