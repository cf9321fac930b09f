"""LightGBM's one wish beyond Python packages."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from regulars.estimators import boosting
from regulars.ledger import Ledger


def test_a_missing_system_library_is_named_in_one_sentence(small_ledger: Ledger, tmp_path: Path) -> None:
    missing = "libgomp.so.1: cannot open shared object file: No such file or directory"
    (tmp_path / "lightgbm.py").write_text(f"raise OSError({missing!r})\n")
    said = subprocess.run(
        [
            sys.executable, "-c", "from regulars.cli import main; main()", "train",
            "--ledger", str(small_ledger.path), "--as-of", "2023-09-01",
        ],
        env={"PYTHONPATH": str(tmp_path), "REGULARS_HOME": str(tmp_path / "home"), "PATH": ""},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 1
    assert said.stderr.startswith("error: LightGBM needs the system library libgomp1; install it")
    assert "Traceback" not in said.stderr


def _trees(signal: float, n: int = 4000, held_out: int = 5) -> int:
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(n, 4))
    target = (rng.random(n) < 1 / (1 + np.exp(-signal * rows[:, 0] * rows[:, 1]))).astype(np.float64)
    aside = np.arange(n) % held_out == 0
    parameters = {"objective": "binary", "num_leaves": 7, "num_threads": 1}
    return boosting.train_until_level(rows, target, "abcd", parameters, 200, 0, aside).num_trees()


def test_trees_stop_where_customers_who_are_held_out_gain_no_more() -> None:
    assert _trees(signal=0.0) < 20 < _trees(signal=3.0) <= 200


def test_with_too_few_to_tell_a_quarter_of_the_trees_is_taken() -> None:
    assert _trees(signal=3.0, n=100, held_out=50) == 50


def test_importance_is_the_share_of_the_gain() -> None:
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(2000, 3))
    boosters = [
        boosting.train(rows, 10 * rows[:, 1] + rows[:, 0], "abc", {"objective": "l2", "num_leaves": 7}, 20, seed)
        for seed in (0, 1)
    ]
    shares = boosting.importance(boosters)
    assert list(shares) == ["a", "b", "c"]
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["b"] > 0.9 > shares["a"] > shares["c"]


def test_trees_that_never_split_have_no_importance() -> None:
    booster = boosting.train(np.zeros((50, 2)), np.zeros(50), "ab", {"objective": "l2"}, 3, 0)
    assert boosting.importance([booster]) == {"a": 0.0, "b": 0.0}
