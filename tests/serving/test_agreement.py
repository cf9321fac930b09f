"""One question, five ways to ask it: the command, the notebook, the batch, one by one, and with the history sent."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from regulars import cli, delivery, windows
from regulars.briefing import Shop
from regulars.config import Training
from regulars.contest import Contest
from regulars.home import Home
from regulars.ledger import Ledger
from serving.app import create_app
from serving.live import Live
from serving.release import Release
from serving.scorer import Scorer

N_CUSTOMERS = 1000
SERVED = ("churn", "timing", "recommend", "spend")
WITHIN = (7, 14, 30, 60, 90)


@pytest.fixture
def home(new_home: Callable[[Path], Home], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    return new_home(tmp_path / "home")


def numbers(answer: Mapping[str, Any]) -> dict[str, float | None]:
    """The numbers of an answer, under the names of the batch's columns."""
    within = answer["next_purchase"]["probability_within_days"]
    return {
        "churn_probability": answer["churn"]["probability"],
        **{f"probability_within_{days}": within[str(days)] for days in WITHIN},
    }


def same(answer: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    assert numbers(answer) == pytest.approx({name: row[name] for name in numbers(answer)}, abs=1e-9)
    expected = row["expected_date"]
    assert answer["next_purchase"]["expected_date"] == (None if expected is None else str(expected))
    assert float(answer["spend"]["expected"]) == pytest.approx(row["expected_spend"] / 100, abs=0.005)  # whole cents


def test_a_thousand_customers_are_answered_alike(
    simulated_ledger: Ledger, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_of = windows.after(simulated_ledger.data_through)
    Contest(home, simulated_ledger, as_of, Training(n_snapshots=2)).train(SERVED)
    found = rows(simulated_ledger, as_of, tmp_path / "scores.parquet", monkeypatch)
    notebook = Shop(home, simulated_ledger, as_of).scores
    assert notebook.equals(pl.read_parquet(tmp_path / "scores.parquet").select(notebook.columns))
    release = Release.read(home.releases / delivery.refresh(home, simulated_ledger).release)
    client = TestClient(create_app(Live(Scorer(release)), lambda _: as_of))
    batch = client.post("/v1/score/batch", json={"customer_ids": list(found)}).json()
    assert batch["counts"] == {"ok": N_CUSTOMERS, "error": 0}
    for answer in batch["results"]:
        same(answer, found[answer["customer_id"]])
    for who, row in found.items():
        same(client.post("/v1/score", json={"customer_id": who}).json(), row)
    for who in list(found)[::50]:  # computed on the spot
        lines = sent(simulated_ledger.customer(who))
        same(client.post("/v1/score", json={"customer_id": who, "history": lines}).json(), found[who])


def rows(ledger: Ledger, as_of: dt.date, file: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """What `regulars score` writes of some customers, by customer."""
    command = ["score", "--as-of", str(as_of), "--out", str(file), "--ledger", str(ledger.path)]
    monkeypatch.setattr("sys.argv", ["regulars", *command])
    with pytest.raises(SystemExit, match="0"):
        cli.main()
    chosen = pl.read_parquet(file).sample(N_CUSTOMERS, seed=5)
    return {row["customer_id"]: row for row in chosen.iter_rows(named=True)}


def sent(lines: pl.DataFrame) -> list[dict[str, Any]]:
    """A customer's lines as a client would send them."""
    money = (pl.col("amount", "discount") / 100).cast(pl.Decimal(12, 2)).cast(pl.String)
    kept = lines.drop("customer_id").with_columns(money, pl.col("purchased_at").dt.to_string("iso:strict"))
    return kept.to_dicts()
