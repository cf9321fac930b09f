"""LightGBM's one wish beyond Python packages."""

import subprocess
import sys
from pathlib import Path

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
