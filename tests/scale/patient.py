"""Writes parts with two slow workers, to be interrupted: LEDGER OUT PIDS."""

import sys
from pathlib import Path

from regulars import scale
from regulars.ledger import Ledger
from tests.scale.jobs import Slow

if __name__ == "__main__":
    ledger, out, pids = sys.argv[1:]
    scale.files(Ledger.open(ledger), Slow(folder=Path(pids)), Path(out), scale.Local(2))
