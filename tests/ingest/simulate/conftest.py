from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from regulars.ingest.simulate import Plan, write


@dataclass(frozen=True)
class Shop:
    path: Path
    plan: Plan
    expected: dict[str, Any]

    def csv(self, name: str) -> pl.DataFrame:
        return pl.read_csv(self.path / name, infer_schema=False)

    def truth(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.path / "truth" / f"{name}.parquet")


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A simulated shop of two blocks (do not write to it)."""
    plan = Plan(customers=3000, years=2, seed=11)
    written = write(tmp_path_factory.mktemp("simulated") / "shop", plan)
    return Shop(written.path, plan, written.expected)
