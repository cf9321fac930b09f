"""The commands that look after a shop's data, as a person would type them."""

import json
from pathlib import Path

import polars as pl
import pytest

from regulars.ledger import Ledger
from tests.ingest.shop import LINES, write
from tests.test_cli import Say, refused, say  # noqa: F401 - fixtures

KUNDEN = ["7;05.03.2024;A1;12,50", "7;06.03.2024;A2;3,00", "8;31.03.2024;A1;12,50"]


def test_columns_with_usual_names_are_guessed_and_the_guess_is_shown(say: Say, tmp_path: Path) -> None:  # noqa: F811
    file = write(tmp_path / "kasse.csv", KUNDEN, "Kunde;Datum;Artikel;Umsatz")
    said = say("ingest", file, "--ledger", tmp_path / "shop", "--currency", "EUR", "--json")
    assert said.code == 0
    assert "Umsatz" in said.err
    assert json.loads(said.out)["money_kept"] == "28.00 EUR"
    assert Ledger.open(tmp_path / "shop").manifest.sources[0].mapping["Kunde"] == "customer_id"


def test_columns_that_nobody_can_tell_are_refused_with_what_to_pass(
    refused: object,  # noqa: F811
    tmp_path: Path,
) -> None:
    file = write(tmp_path / "odd.csv", ["x;1;2", "y;3;4"], "a;b;c")
    message = refused("ingest", file, "--ledger", tmp_path / "shop")  # type: ignore[operator]
    assert "--map" in message
    assert not (tmp_path / "shop").exists()


@pytest.fixture
def shop(say: Say, tmp_path: Path) -> Path:  # noqa: F811
    """A ledger with a line in quarantine, a stranger and a slip of the till."""
    more = [
        ",o5,tea,2024-03-11 09:00:00,1,2.00,0,centre",
        "dora,o6,tea,2024-03-11 09:00:00,9,18.00,0,centre",
        "dora,r6,tea,2024-03-11 09:05:00,-9,-18.00,0,centre",
        "dora,o7,tea,someday,1,2.00,0,centre",
    ]
    file = write(tmp_path / "sales.csv", [*LINES, *more])
    assert say("ingest", file, "--ledger", tmp_path / "shop").code == 0
    return tmp_path / "shop"


def test_hygiene_is_shown_and_written_and_switched(say: Say, shop: Path, tmp_path: Path) -> None:  # noqa: F811
    said = say("hygiene", "--ledger", shop, "--html", tmp_path / "report.html")
    assert said.code == 0
    assert "voided" in said.out
    assert "<svg" in (tmp_path / "report.html").read_text(encoding="utf-8")
    before = Ledger.open(shop)
    assert before.manifest.facts.excluded["voided"].lines == 2
    found = json.loads(say("hygiene", "--ledger", shop, "--off", "voided", "--json").out)
    assert found["fingerprint"] == Ledger.open(shop).fingerprint != before.fingerprint
    assert "voided" not in Ledger.open(shop).manifest.facts.excluded
    say("hygiene", "--ledger", shop, "--on", "voided")
    assert Ledger.open(shop).fingerprint == before.fingerprint


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_quarantine_goes_out_and_mended_lines_come_back(
    say: Say,  # noqa: F811
    shop: Path,
    tmp_path: Path,
    suffix: str,
) -> None:
    out = tmp_path / f"aside.{suffix}"
    assert json.loads(say("quarantine", "--ledger", shop, "--out", out, "--json").out)["lines"] == 1
    rows = pl.read_csv(out, infer_schema=False) if suffix == "csv" else pl.read_parquet(out)
    mended = rows.with_columns(purchased_at=pl.lit("2024-03-12"))
    mended.write_csv(out) if suffix == "csv" else mended.write_parquet(out)
    found = json.loads(say("ingest", "--requeue", out, "--ledger", shop, "--json").out)
    assert (found["lines_new"], found["lines_quarantined"]) == (1, 0)
    assert Ledger.open(shop).quarantine().is_empty()
    assert say("quarantine", "--ledger", shop, "--out", out).err.startswith("error: no line is in quarantine")


def test_from_a_simulated_shop_to_its_people(say: Say, tmp_path: Path) -> None:  # noqa: F811
    made = json.loads(say("simulate", "--customers", 40, "--years", 1, "--out", tmp_path / "sim", "--json").out)
    assert made["lines"]["till.csv"] > 0
    ledger = tmp_path / "shop"
    for source, preset in (("till", "square-items"), ("web", "shopify-orders")):
        file = tmp_path / "sim" / f"{source}.csv"
        words = ("ingest", file, "--preset", preset, "--source", source, "--own-ids", "--ledger", ledger, "--json")
        assert json.loads(say(*words).out)["lines_in"] == made["lines"][f"{source}.csv"]
    for source in ("till", "web", "crm"):
        file = tmp_path / "sim" / f"{source}_customers.csv"
        words = ("ingest", file, "--table", "customers", "--source", source, "--own-ids", "--ledger", ledger, "--json")
        assert json.loads(say(*words).out)["rows_kept"] > 0
    alone = Ledger.open(ledger).fingerprint
    joined = json.loads(say("identify", "--ledger", ledger, "--json").out)
    assert 0 < joined["merged"] < joined["people"] < joined["records"]
    person = Ledger.open(ledger).people()["customer_id"][0]
    undone = json.loads(say("identify", "--ledger", ledger, "--undo", person, "--json").out)
    assert undone["fingerprint"] not in (alone, joined["fingerprint"])
    assert person not in Ledger.open(ledger).people()["customer_id"]


def test_contacts_are_hashed_only_with_a_secret(
    say: Say,  # noqa: F811
    shop: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = write(tmp_path / "crm.csv", ["anna,anna@example.org"], "customer_id,email")
    words = ("ingest", file, "--table", "customers", "--hash-contacts", "--ledger", shop)
    monkeypatch.delenv("REGULARS_CONTACT_KEY", raising=False)
    assert "REGULARS_CONTACT_KEY" in say(*words).err
    monkeypatch.setenv("REGULARS_CONTACT_KEY", "a secret of the shop, long enough")
    assert say(*words).code == 0
    (email,) = Ledger.open(shop).customers()["email"]
    assert len(email) == 32
    assert "anna" not in email
