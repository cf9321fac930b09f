"""Tables beside the order lines enter a ledger whole, and ids of two systems never meet."""

from pathlib import Path

import polars as pl
import pytest

from regulars import schema
from regulars.errors import ConfigError
from regulars.ingest import Terms, side_tables, text
from regulars.ingest.tables import ingest_table
from regulars.ledger import Ledger
from regulars.ledger_writer import Writer
from tests.ingest.shop import snapshot, write

PEOPLE = "customer_id,email"


def crm(folder: Path, name: str, *rows: str, header: str = PEOPLE, source: str | None = None, own: bool = False) -> int:
    file = write(folder / name, list(rows), header)
    return ingest_table([file], "customers", folder / "ledger", terms=Terms(source=source, own_ids=own)).n_rows


def test_customers_of_two_systems_with_one_id_are_refused(tmp_path: Path) -> None:
    crm(tmp_path, "till.csv", "17,ann@example.org", source="till")
    before = snapshot(tmp_path / "ledger")
    for source, told in (("web", "web"), (None, "a system without a name")):
        with pytest.raises(ConfigError) as error:
            crm(tmp_path, "web.csv", "17,bob@example.org", "18,cy@example.org", source=source)
        assert str(error.value).startswith(f"web.csv: customer '17' is one of till already, and here of {told}; ids")
        assert "--own-ids" in str(error.value)
    assert snapshot(tmp_path / "ledger") == before


def test_own_ids_keep_two_systems_apart(tmp_path: Path) -> None:
    assert crm(tmp_path, "till.csv", "17,ann@example.org", source="till", own=True) == 1
    assert crm(tmp_path, "web.csv", "17,bob@example.org", source="web", own=True) == 2
    assert Ledger.open(tmp_path / "ledger").customers()["customer_id"].to_list() == ["till:17", "web:17"]


@pytest.mark.parametrize("source", ["till", None])
def test_a_record_of_the_same_system_is_replaced(tmp_path: Path, source: str | None) -> None:
    crm(tmp_path, "may.csv", "17,ann@example.org", source=source)
    assert crm(tmp_path, "june.csv", "17,anna@example.org", source=source) == 1
    assert Ledger.open(tmp_path / "ledger").customers()["email"].to_list() == ["anna@example.org"]


def test_two_systems_in_one_file_are_refused_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="customer '17' is one of till already, and here of web"):
        crm(tmp_path, "crm.csv", "17,a@example.org,till", "17,b@example.org,web", header=f"{PEOPLE},source")
    assert not (tmp_path / "ledger").exists()


def test_a_source_may_be_called_anything(tmp_path: Path) -> None:
    options = side_tables.Options(currency="USD", time_zone="UTC", source="a{}", own_ids=True)
    loading = side_tables.load(write(tmp_path / "crm.csv", ["17,a@example.org"], PEOPLE), schema.CUSTOMERS, {}, options)
    assert [batch.rows["customer_id"].to_list() for batch in loading.batches()] == [["a{}:17"]]


def test_the_same_file_twice_changes_nothing_not_even_its_quarantine(tmp_path: Path) -> None:
    rows = ["17,ann@example.org", ",bob@example.org"]
    crm(tmp_path, "crm.csv", *rows)
    once = Ledger.open(tmp_path / "ledger").fingerprint
    crm(tmp_path, "crm.csv", *rows)
    book = Ledger.open(tmp_path / "ledger")
    assert book.fingerprint == once
    assert book.quarantine()["source"].to_list() == ["customers: crm.csv"]


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows that the writer got at a time, of files read in many small batches."""
    heights: list[int] = []
    add = Writer.add

    def spy(self: Writer, table: schema.Table, rows: pl.DataFrame) -> None:
        heights.append(rows.height)
        add(self, table, rows)

    monkeypatch.setattr(Writer, "add", spy)
    monkeypatch.setattr(text, "BLOCK", 200)
    return heights


def test_events_are_handed_over_batch_by_batch(tmp_path: Path, handed: list[int]) -> None:
    rows = [f"c{place},view,2024-03-01" for place in range(100)]
    file = write(tmp_path / "events.csv", rows, "customer_id,kind,at")
    assert ingest_table([file], "events", tmp_path / "ledger").n_rows == sum(handed) == 100
    assert max(handed) < 20


def test_rows_of_one_file_that_contradict_each_other_do_not_depend_on_batches(
    tmp_path: Path, handed: list[int]
) -> None:
    said = [f"c{place},email,{word},2024-03-01" for word in ("no", "yes") for place in range(50)]
    file = write(tmp_path / "consents.csv", said, "customer_id,purpose,granted,at")
    assert ingest_table([file], "consents", tmp_path / "ledger").n_rows == 50
    assert max(handed) == 100
    assert not Ledger.open(tmp_path / "ledger").table(schema.CONSENTS)["granted"].any()
