"""One model offers its lists: ``python -m benchmarks.baskets NAME FILE SEED FOLDER``.

The lists go into FOLDER as ``lists.parquet``, what they took as ``told.json``; imports do not count.
"""

import json
import sys
import time
from pathlib import Path

from benchmarks.baskets.file import read
from benchmarks.baskets.models import CONTENDERS


def main(name: str, file: Path, seed: int, folder: Path) -> None:
    """Fit, offer, and write both down."""
    began, worked = time.perf_counter(), time.process_time()
    lists = CONTENDERS[name].way(read(file), seed)
    took = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - worked}
    lists.offered.select("customer_id", "rank", "item_id").write_parquet(folder / "lists.parquet")
    (folder / "told.json").write_text(json.dumps({**took, "parameters": dict(lists.parameters)}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
